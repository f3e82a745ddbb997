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
class Fragments:
    """The fragments of one revision."""

    core: Packed
    extended: Packed
    localized: Packed  #: all languages in one, see ``metadata.fragments``
    eulas: Packed | None = None
