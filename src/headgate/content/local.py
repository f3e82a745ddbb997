"""Update files in a directory, laid out as ``WsusContent`` is.

Files are written into ``.partial`` beside the folders, so that the last step is a rename on one
file system: a reader sees a whole file or none. Nothing is read here to find out what there is but
directory entries.
"""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from headgate.content import paths
from headgate.content.store import FileNotStoredError, Space
from headgate.content.verify import UnreadableFileError
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


class FileNotRemovableError(ContentError):
    """The content directory keeps a file that is to go; other files are not concerned."""

    next_step = Sentence(
        "Check the disk, and owner and rights of the content directory (`headgate doctor`)."
    )

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(
            Sentence("{path} cannot be removed: {strerror}.", path=path, strerror=cause.strerror)
        )


class LocalStore:
    """A directory of update files; it is made when the first file comes.

    ``keep_free``: bytes its files leave free on the disk; None for the usual reserve.
    """

    def __init__(self, root: Path, *, keep_free: int | None = None) -> None:
        self.root = root
        self._keep_free = keep_free

    def has(self, sha1: bytes) -> bool:
        """Whether a file of this digest is stored. Raises StoreNotReadableError."""
        return self.find(sha1) is not None

    def find(self, sha1: bytes) -> Path | None:
        """Return where a digest is stored, under whichever extension; None when it is not.

        Raises StoreNotReadableError when its folder cannot be looked into.
        """
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
        """Return where a digest is stored. Raises FileNotStoredError and StoreNotReadableError."""
        found = self.find(sha1)
        if found is None:
            raise FileNotStoredError(sha1)
        return found

    def open(self, sha1: bytes) -> BinaryIO:
        """Open a stored file for reading.

        Raises FileNotStoredError, and UnreadableFileError or StoreNotReadableError.
        """
        path = self.path(sha1)
        try:
            return path.open("rb")
        except FileNotFoundError:  # removed meanwhile, or a link that leads nowhere
            raise FileNotStoredError(sha1) from None
        except OSError as exc:
            raise UnreadableFileError(path, exc) from exc

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
        """Take a file out and return the bytes freed; 0 when it was not there.

        Raises StoreNotReadableError and FileNotRemovableError.
        """
        found = self.find(sha1)
        if found is None:
            return 0
        try:
            size = found.lstat().st_size  # of a link that leads nowhere too
            found.unlink()
        except FileNotFoundError:
            return 0
        except OSError as exc:
            raise FileNotRemovableError(found, exc) from exc
        return size

    def stored(
        self, unreadable: Callable[[StoreNotReadableError], object] = lambda error: None
    ) -> Iterator[tuple[bytes, int]]:
        """Yield digest and size of everything stored; other files in the directory are left out.

        So is what the disk tells nothing of. ``unreadable`` is told of folders that cannot be read.
        """
        for folder in _entries(self.root, unreadable):
            if len(folder.name) != 2:
                continue
            for file in _entries(folder, unreadable):
                digest = paths.digest_in_name(file.name)
                if digest is None or paths.folder_of(digest) != folder.name.upper():
                    continue
                try:
                    size = file.stat().st_size
                except OSError:  # removed meanwhile, or a link that leads nowhere
                    continue
                yield digest, size

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


def _entries(folder: Path, unreadable: Callable[[StoreNotReadableError], object]) -> list[Path]:
    """Return what is in a folder; nothing when it is none."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as exc:
        unreadable(StoreNotReadableError(folder, exc))
        return []


def _write_through(path: Path) -> None:
    """Have the kernel put a file, or a directory's entries, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
