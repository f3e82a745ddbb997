"""What clients will be sent of a revision, cut from its document once and kept packed.

Clients never get the whole document: they get its *core*, *extended*, *localized* and *licence*
fragments ([MS-WUSP] 3.1.1.1), each escaped as element text and compressed for the disk.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Packed:
    """Some text, compressed; how, is ``headgate.metadata.packing``'s affair."""

    size: int  #: bytes before packing
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CorePiece:
    """A piece of a Core that is too large to be held while an answer is sent."""

    packed: Packed
    xpress: bytes | None  #: the same as ready blocks; None: this build cannot make them


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragments:
    """The fragments of one revision."""

    core: Packed
    core_pieces: tuple[CorePiece, ...] = ()  #: Core once more, where it is large
    extended: Packed
    localized: Packed  #: all languages in one, see ``metadata.fragments``
    eulas: Packed | None = None
