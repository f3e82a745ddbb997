"""Fragments packed for the disk with zstd, with a trained dictionary when there is one.

Update documents resemble each other: a dictionary trained on a few hundred of them makes packed
fragments three times smaller than zstd alone. Each packed piece names its dictionary (by zstd's own
id in the frame), so dictionaries can change while old pieces stay readable as long as theirs is
kept.
"""

import sys
from collections.abc import Iterable, Mapping

from headgate.catalogue.fragments import Packed
from headgate.errors import DocumentError
from headgate.sentences import Sentence, said_by

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 3  #: measured: level 9 packs a tenth tighter and takes four times as long
DICTIONARY_SIZE = 112_640  #: bytes; zstd's own default

Dictionaries = Mapping[int, zstd.ZstdDict]


class PackedDataDamaged(DocumentError):
    """A packed fragment cannot be unpacked: damaged, or its dictionary is missing."""

    next_step = Sentence("Restore the database from a backup, or synchronize the update again.")


class Packer:
    """Packs many small pieces quickly: one compressor is set up once and used again.

    For one thread at a time. ``dictionary`` and ``older`` are what :func:`train` returned: the
    first is used to pack, all of them to unpack.
    """

    def __init__(
        self,
        *,
        level: int = LEVEL,
        dictionary: bytes | None = None,
        older: Iterable[bytes] = (),
    ) -> None:
        self._level = level
        self._dictionary: zstd.ZstdDict | None = None
        self._dictionaries = load_dictionaries(older)
        self._compressor = self._new_compressor()
        if dictionary:
            self.use(dictionary)

    @property
    def has_dictionary(self) -> bool:
        """Whether pieces are packed with a dictionary."""
        return self._dictionary is not None

    def use(self, dictionary: bytes) -> None:
        """Pack with this dictionary from now on; what was packed before stays readable."""
        self._dictionary = zstd.ZstdDict(dictionary)
        self._dictionaries = {**self._dictionaries, self._dictionary.dict_id: self._dictionary}
        self._compressor = self._new_compressor()

    def pack(self, data: bytes) -> Packed:
        """Pack one piece whole."""
        frame = self._compressor.compress(data, zstd.ZstdCompressor.FLUSH_FRAME)
        return Packed(len(data), frame)

    def unpack(self, data: bytes) -> bytes:
        """Return what was packed. Raises PackedDataDamaged."""
        return unpack(data, self._dictionaries)

    def _new_compressor(self) -> zstd.ZstdCompressor:
        digested = self._dictionary.as_digested_dict if self._dictionary else None
        return zstd.ZstdCompressor(level=self._level, zstd_dict=digested)


def train(samples: Iterable[bytes], *, size: int = DICTIONARY_SIZE) -> bytes:
    """Return a dictionary of about ``size`` bytes for data like ``samples`` (some hundred of them).

    Raises ValueError when the samples are too few or too small to learn from.
    """
    try:
        return zstd.train_dict(list(samples), size).dict_content
    except zstd.ZstdError as error:
        raise ValueError(f"too little to learn a dictionary from: {error}") from error


def dictionary_id_of(content: bytes) -> int:
    """Return the id pieces will name the dictionary by."""
    return zstd.ZstdDict(content).dict_id


def load_dictionaries(contents: Iterable[bytes]) -> Dictionaries:
    """Return dictionaries by their ids, ready for :func:`unpack`."""
    loaded = (zstd.ZstdDict(content) for content in contents)
    return {dictionary.dict_id: dictionary for dictionary in loaded}


def dictionary_id(data: bytes) -> int:
    """Return the id of the dictionary a piece needs, 0 for none. Raises PackedDataDamaged."""
    try:
        return zstd.get_frame_info(data).dictionary_id
    except zstd.ZstdError as error:
        raise PackedDataDamaged(
            Sentence("A packed fragment is no zstd frame: {reason}.", reason=said_by(error))
        ) from error


def unpack(data: bytes, dictionaries: Dictionaries) -> bytes:
    """Return what was packed. Raises PackedDataDamaged."""
    needed = dictionary_id(data)
    dictionary = dictionaries.get(needed)
    if needed and dictionary is None:
        raise PackedDataDamaged(
            Sentence(
                "A packed fragment needs dictionary {needed}, which is not here.",
                needed=str(needed),
            )
        )
    try:
        return zstd.decompress(data, dictionary.as_digested_dict if dictionary else None)
    except zstd.ZstdError as error:
        raise PackedDataDamaged(
            Sentence("A packed fragment is damaged: {reason}.", reason=said_by(error))
        ) from error
