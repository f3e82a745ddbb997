"""Whether bytes are the file the metadata speak of: size, SHA-1, and SHA-256 where it is known."""

import errno
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from headgate.catalogue.files import DueFile
from headgate.errors import ContentError
from headgate.sentences import Sentence

_PIECE = 1024 * 1024

#: Refusals that say nothing about the file: it is read as soon as somebody has seen to them.
_PASSING = (errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ENOMEM)


class DamagedFileError(ContentError):
    """A file is not what the metadata say; ``expected`` and ``found`` are in words."""

    next_step = Sentence(
        "Fetch it again with the next synchronization, or adopt it from a good copy."
    )

    def __init__(self, path: Path, *, expected: str, found: str) -> None:
        super().__init__(
            Sentence(
                "{path} is damaged: expected {expected}, found {found}.",
                path=path,
                expected=expected,
                found=found,
            )
        )
        self.path = path
        self.expected = expected
        self.found = found


class UnreadableFileError(ContentError):
    """A file cannot be read to its end. ``is_lost``: the disk has lost it, or a part of it."""

    def __init__(self, path: Path, cause: OSError) -> None:
        self.is_lost = cause.errno not in _PASSING
        super().__init__(
            Sentence("{path} cannot be read: {strerror}.", path=path, strerror=cause.strerror),
            next_step=Sentence("Check the disk; the file is fetched again if it is due.")
            if self.is_lost
            else Sentence("Check owner and rights of the file, then try again."),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """What a file really is."""

    sha1: bytes
    sha256: bytes
    size: int  #: bytes


def digests_of(stream: BinaryIO) -> Digests:
    """Read a stream to its end and return what it is."""
    sha1, sha256, size = hashlib.sha1(usedforsecurity=False), hashlib.sha256(), 0
    while piece := stream.read(_PIECE):
        sha1.update(piece)
        sha256.update(piece)
        size += len(piece)
    return Digests(sha1=sha1.digest(), sha256=sha256.digest(), size=size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the metadata say of a file."""

    sha1: bytes
    sha256: bytes | None
    size: int  #: bytes

    @classmethod
    def of(cls, file: DueFile) -> Self:
        """Return what a file is to be."""
        return cls(sha1=file.sha1, sha256=file.sha256, size=file.size)

    def met_by(self, stream: BinaryIO) -> bool:
        """Read a stream to its end and tell whether it is the file."""
        return self.difference(digests_of(stream)) is None

    def difference(self, found: Digests) -> tuple[str, str] | None:
        """Return what was expected and what was found, in words; None when all agrees."""
        if found.size != self.size:
            return _bytes(self.size), _bytes(found.size)
        if found.sha1 != self.sha1:
            return f"SHA-1 {self.sha1.hex()}", found.sha1.hex()
        if self.sha256 is not None and found.sha256 != self.sha256:
            return f"SHA-256 {self.sha256.hex()}", found.sha256.hex()
        return None


def _bytes(size: int) -> Sentence:
    return Sentence("{size} bytes", size=size)


def verify(path: Path, expected: Expected) -> None:
    """Read a file whole and compare. Raises DamagedFileError and UnreadableFileError."""
    try:
        size = path.stat().st_size
        if size != expected.size:  # known at once, without reading gigabytes
            raise DamagedFileError(path, expected=_bytes(expected.size), found=_bytes(size))
        with path.open("rb") as stream:
            difference = expected.difference(digests_of(stream))
    except OSError as exc:
        raise UnreadableFileError(path, exc) from exc
    if difference is not None:
        raise DamagedFileError(path, expected=difference[0], found=difference[1])
