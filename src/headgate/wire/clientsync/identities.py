"""Lists of (update id, revision number) pairs, of which a request may carry thousands."""

from collections.abc import Iterable

from headgate.wire import values
from headgate.wire.clientsync.arrays import write_items
from headgate.wire.clientsync.parts import Parts
from headgate.wire.values import UpdateIdentity


def read_identities(parts: Parts, array: str) -> tuple[UpdateIdentity, ...] | None:
    """Return the identities of an array, None when it is absent. Raises MalformedMessage."""
    found = parts.each(array, "UpdateIdentity")
    return None if found is None else tuple(map(values.read_identity, found))


def write_identities(array: str, identities: Iterable[UpdateIdentity] | None) -> str:
    """Return an array of identities, nothing for None."""
    if identities is None:
        return ""
    return write_items(array, (values.write_identity("UpdateIdentity", one) for one in identities))
