"""Packers that know this installation's dictionaries."""

from headgate.metadata.packing import Dictionaries, Packer, dictionary_id, load_dictionaries, unpack
from headgate.storage import dictionaries, transactions
from headgate.storage.engine import Engine


def open_packer(engine: Engine) -> Packer:
    """Return a packer that packs with the newest dictionary and unpacks with all of them."""
    with transactions.read(engine) as conn:
        newest_first = dictionaries.contents(conn)
    if not newest_first:
        return Packer()
    return Packer(dictionary=newest_first[0], older=newest_first[1:])


class Unpacker:
    """Unpacks what is stored, for any number of threads, as long as the process lives.

    A synchronization may learn a dictionary at any time; a piece that needs one we have not seen
    makes us look again.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: Dictionaries = {}

    def __call__(self, data: bytes) -> bytes:
        """Return what was packed. Raises PackedDataDamaged."""
        needed = dictionary_id(data)
        if needed and needed not in self._known:
            with transactions.read(self._engine) as conn:
                self._known = load_dictionaries(dictionaries.contents(conn))
        return unpack(data, self._known)
