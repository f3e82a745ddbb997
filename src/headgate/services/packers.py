"""Packers that know this installation's dictionaries."""

from headgate.metadata.packing import Packer
from headgate.storage import dictionaries, transactions
from headgate.storage.engine import Engine


def open_packer(engine: Engine) -> Packer:
    """Return a packer that packs with the newest dictionary and unpacks with all of them."""
    with transactions.read(engine) as conn:
        newest_first = dictionaries.contents(conn)
    if not newest_first:
        return Packer()
    return Packer(dictionary=newest_first[0], older=newest_first[1:])
