"""Taking update files from another directory, such as the ``WsusContent`` of a WSUS.

A file counts by what it contains: its name only says which digest to look for. It is linked where
that is possible (same file system), else copied; the other directory stays as it is.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from headgate.content import paths
from headgate.content.local import StoreNotWritableError
from headgate.errors import UsageError
from headgate.sentences import Sentence

_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.EACCES)


class NotADirectoryToAdoptError(UsageError):
    """What was named is no directory."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            Sentence("{path} is not a directory that can be read.", path=path),
            next_step=Sentence("Name the WsusContent directory, or a copy of it."),
        )


def candidates(directory: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield the files below a directory whose name is a SHA-1, with that digest.

    Symbolic links to directories are not followed. Raises NotADirectoryToAdoptError.
    """
    if not directory.is_dir():
        raise NotADirectoryToAdoptError(directory)
    for folder, folders, names in os.walk(directory):
        folders.sort()
        for name in sorted(names):
            digest = paths.digest_in_name(name)
            if digest is not None:
                yield Path(folder, name), digest


def link(path: Path, aside: Path) -> bool:
    """Make ``aside`` a hard link to ``path``; False where the file systems do not allow it.

    Raises OSError for anything else.
    """
    aside.unlink(missing_ok=True)
    try:
        os.link(path, aside, follow_symlinks=True)
    except OSError as exc:
        if exc.errno not in _NO_LINKS:
            raise
        return False
    return True


def copy(path: Path, aside: Path) -> None:
    """Copy ``path`` to ``aside``. Raises ContentError when the disk refuses."""
    try:
        shutil.copyfile(path, aside)
    except OSError as exc:
        aside.unlink(missing_ok=True)
        raise StoreNotWritableError(aside, exc) from exc
