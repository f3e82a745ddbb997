"""A file on its way: the bytes that have come, and the digests over them.

Trusts nothing about what an earlier run has left: the bytes are hashed again. Says in words what
the disk refuses.
"""

import errno
import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from headgate.errors import ContentError
from headgate.sentences import Sentence

_PIECE = 1024 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT)


class DiskFull(ContentError):
    """There is no space left for an update file."""

    next_step = Sentence(
        "Free space or move the content folder; a file that is half there is continued."
    )


class DigestMismatch(ContentError):
    """A file is not what its digest says; ``expected`` and ``actual`` are ``algorithm:hex``."""

    next_step = Sentence(
        "Synchronize again; if it persists, the source or a proxy on the way alters files."
    )

    def __init__(self, message: str, *, expected: str, actual: str) -> None:
        super().__init__(message)
        self.expected = expected
        self.actual = actual


class PartialFile:
    """The file at ``path``, opened to be continued; ``length`` is how much of it is there."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size
        self.length = 0
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._sha256 = hashlib.sha256()
        try:
            self._file = path.open("r+b" if path.exists() else "x+b", buffering=0)
        except OSError as exc:
            raise _refused(path, exc) from exc

    def __enter__(self) -> Self:
        """Take up what an earlier run has left, unless it is more than the file has.

        Raises OSError where that cannot be read.
        """
        try:
            while piece := self._file.read(_PIECE):
                self._count(piece)
        except OSError:
            self._file.close()
            raise
        if self.length > self.size:
            self.start_over()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def complete(self) -> bool:
        """Tell whether all bytes are there."""
        return self.length == self.size

    def append(self, piece: bytes) -> None:
        """Add bytes. Raises ``DiskFull`` or another ``ContentError``."""
        left = memoryview(piece)
        try:
            while left:  # unbuffered: a disk that is nearly full takes less than it is given
                left = left[self._file.write(left) :]
        except OSError as exc:
            raise _refused(self.path, exc) from exc
        self._count(piece)

    def start_over(self) -> None:
        """Throw away what is there."""
        self._file.seek(0)
        self._file.truncate()
        self.length = 0
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._sha256 = hashlib.sha256()

    def verify(self, *, sha1: bytes, sha256: bytes | None) -> None:
        """Have everything written to disk and compare; a file that differs is removed.

        Raises ``DigestMismatch``, or ``DiskFull`` where the disk admits it only now.
        """
        try:
            os.fsync(self._file.fileno())
        except OSError as exc:
            raise _refused(self.path, exc) from exc
        self._compare("SHA-1", sha1, self._sha1.digest())
        if sha256 is not None:
            self._compare("SHA-256", sha256, self._sha256.digest())

    def _compare(self, algorithm: str, expected: bytes, actual: bytes) -> None:
        if expected == actual:
            return
        self.path.unlink(missing_ok=True)
        raise DigestMismatch(
            Sentence(
                "The file is not what its {algorithm} says: expected {expected}, found {actual}.",
                algorithm=algorithm,
                expected=expected.hex(),
                actual=actual.hex(),
            ),
            expected=f"{algorithm}:{expected.hex()}",
            actual=f"{algorithm}:{actual.hex()}",
        )

    def _count(self, piece: bytes) -> None:
        self.length += len(piece)
        self._sha1.update(piece)
        self._sha256.update(piece)


def _refused(path: Path, exc: OSError) -> ContentError:
    if exc.errno in _FULL:
        return DiskFull(
            Sentence("The disk is full: {parent} takes no more bytes.", parent=path.parent)
        )
    return ContentError(
        Sentence("{path} cannot be written: {strerror}.", path=path, strerror=exc.strerror),
        next_step=Sentence("Check the owner and the rights of the content folder."),
    )
