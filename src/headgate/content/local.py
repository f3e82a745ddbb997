"""Update files in a directory, laid out as ``WsusContent`` is.

Files are written into ``.partial`` beside the folders, so that the last step is a rename on one
file system: a reader sees a whole file or none. Nothing is read here to find out what there is but
directory entries.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from headgate.content import paths
from headgate.content.store import FileNotStoredError, Space
from headgate.errors import ContentError
from headgate.sentences import Sentence

_ASIDE = ".partial"
_FULL = (errno.ENOSPC, errno.EDQUOT)


class StoreNotWritableError(ContentError):
    """The content directory refuses to be written."""

    next_step = Sentence(
        "Check owner, rights and free space of the content directory (`headgate doctor`)."
    )

    def __init__(self, path: Path, cause: OSError) -> None:
        full = cause.errno in _FULL
        super().__init__(
            Sentence("The disk of {path} is full.", path=path)
            if full
            else Sentence(
                "{path} cannot be written: {strerror}.", path=path, strerror=cause.strerror
            )
        )


class StoreNotReadableError(ContentError):
    """The content directory refuses to be read."""

    next_step = Sentence("Check owner and rights of the content directory (`headgate doctor`).")

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(
            Sentence("{path} cannot be read: {strerror}.", path=path, strerror=cause.strerror)
        )


class LocalStore:
    """A directory of update files; it is made when the first file comes.

    ``keep_free``: bytes its files leave free on the disk; None for the usual reserve.
    """

    def __init__(self, root: Path, *, keep_free: int | None = None) -> None:
        self.root = root
        self._keep_free = keep_free

    def has(self, sha1: bytes) -> bool:
        """Whether a file of this digest is stored."""
        return self.find(sha1) is not None

    def find(self, sha1: bytes) -> Path | None:
        """Return where a digest is stored, under whichever extension; None when it is not."""
        digits = sha1.hex().upper()
        folder = self.root / paths.folder_of(sha1)
        try:
            entries = os.scandir(folder)
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise StoreNotReadableError(folder, exc) from exc
        with entries:
            for entry in entries:
                if entry.name.partition(".")[0].upper() == digits:
                    return folder / entry.name
        return None

    def path(self, sha1: bytes) -> Path:
        """Return where a digest is stored. Raises FileNotStoredError."""
        found = self.find(sha1)
        if found is None:
            raise FileNotStoredError(sha1)
        return found

    def open(self, sha1: bytes) -> BinaryIO:
        """Open a stored file for reading. Raises FileNotStoredError."""
        return self.path(sha1).open("rb")

    def aside(self, sha1: bytes) -> Path:
        """Return the file to write to until it is whole; what an earlier run left is there."""
        folder = self.root / _ASIDE
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise StoreNotWritableError(folder, exc) from exc
        return folder / sha1.hex().upper()

    def keep(self, aside: Path, sha1: bytes, name: str) -> None:
        """Make a whole, verified file part of the store: written to disk, then renamed."""
        target = self.root / paths.path_of(sha1, name)
        try:
            if self.has(sha1):
                aside.unlink()
                return
            target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            _write_through(aside)
            aside.replace(target)
            _write_through(target.parent)
        except OSError as exc:
            raise StoreNotWritableError(target, exc) from exc

    def remove(self, sha1: bytes) -> int:
        """Take a file out and return its size; 0 when it was not there."""
        found = self.find(sha1)
        if found is None:
            return 0
        size = found.stat().st_size
        found.unlink()
        return size

    def stored(self) -> Iterator[tuple[bytes, int]]:
        """Yield digest and size of everything stored; other files in the directory are left out."""
        if not self.root.is_dir():
            return
        for folder in sorted(self.root.iterdir()):
            if len(folder.name) != 2 or not folder.is_dir():
                continue
            for file in sorted(folder.iterdir()):
                digest = paths.digest_in_name(file.name)
                if digest is not None and paths.folder_of(digest) == folder.name.upper():
                    yield digest, file.stat().st_size

    def space(self) -> Space:
        """Return the room on the disk, also before the directory exists."""
        place = self.root
        while not place.exists():
            place = place.parent
        usage = shutil.disk_usage(place)
        return Space(total=usage.total, free=usage.free, keep_free=self._keep_free)

    def drop_aside(self) -> int:
        """Throw away what unfinished downloads have left; return the bytes freed."""
        freed = 0
        for left in sorted((self.root / _ASIDE).glob("*")):
            freed += left.stat().st_size
            left.unlink()
        return freed


def _write_through(path: Path) -> None:
    """Have the kernel put a file, or a directory's entries, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
