"""What a place for update files must be able to do; ``local`` is the one there is.

A file is written aside, in a place that survives a restart so that a download can be resumed, and
becomes part of the store in one step when it is whole and verified. The same digest is stored once,
whatever documents call it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from headgate.errors import ContentError
from headgate.sentences import Sentence

#: Never fill a disk to its end: the database may live on the same one. An administrator may know
#: better (setting ``content.keep_free_mb``): a disk for update files alone can be filled.
RESERVE_BYTES = 10_000_000_000
RESERVE_SHARE = 0.05


class FileNotStoredError(ContentError):
    """A file is asked for that the store does not have."""

    next_step = Sentence(
        "Run `headgate content verify`, then synchronize: missing files are fetched again."
    )

    def __init__(self, sha1: bytes) -> None:
        super().__init__(
            Sentence("The update file {sha1} is not in the content store.", sha1=sha1.hex().upper())
        )
        self.sha1 = sha1


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Room on the disk of a store, in bytes."""

    total: int
    free: int
    keep_free: int | None = None  #: the reserve somebody chose

    @property
    def reserve(self) -> int:
        """What stays free: what was chosen, or 10 GB or 5 % of the disk, whichever is less."""
        if self.keep_free is not None:
            return self.keep_free
        return min(RESERVE_BYTES, int(self.total * RESERVE_SHARE))

    @property
    def usable(self) -> int:
        """What files may still take; 0 when the reserve has been reached."""
        return max(0, self.free - self.reserve)


class ContentStore(Protocol):
    """A place for update files."""

    def has(self, sha1: bytes) -> bool:
        """Whether a file of this digest is stored. Raises ContentError when nobody can tell."""

    def open(self, sha1: bytes) -> BinaryIO:
        """Open a stored file for reading. Raises FileNotStoredError, or another ContentError."""

    def aside(self, sha1: bytes) -> Path:
        """Return the local file to write to until it is whole; an earlier run's bytes are there."""

    def keep(self, aside: Path, sha1: bytes, name: str) -> None:
        """Make a whole, verified file part of the store. Raises ContentError."""

    def remove(self, sha1: bytes) -> int:
        """Take a file out and return the bytes freed; 0 when it was not there.

        Raises ContentError.
        """

    def stored(self) -> Iterator[tuple[bytes, int]]:
        """Yield digest and size of everything stored, in the order of the folders."""

    def space(self) -> Space | None:
        """Return how much room there is; None where nobody can say."""
