"""Short addresses: what a form says although it is usual anyway is left out."""

from collections.abc import Collection

from headgate.catalogue.update_list import NOT_DECLINED, UpdateState
from headgate.web.console.update_address import Address
from headgate.web.console.update_columns import COLUMNS
from headgate.web.console.update_filters import ANY, PER_PAGE

_USUAL_STATES = frozenset(map(str, NOT_DECLINED))
_ALL_STATES = frozenset(map(str, UpdateState))
_ALL_COLUMNS = frozenset(column.name for column in COLUMNS)


def tidy(address: Address) -> Address:
    """Return the same view with a shorter address.

    >>> str(tidy(Address((("columns", "title"), ("columns", "kb"), ("per_page", "50")))))
    '/console/updates?columns=title,kb'
    """
    states, columns = address.all("state"), address.all("columns")
    if frozenset(states) == _USUAL_STATES:
        address = _with(address, "state", ())
    elif frozenset(states) == _ALL_STATES:
        address = _with(address, "state", (ANY,))
    if frozenset(columns) == _ALL_COLUMNS:
        address = _with(address, "columns", ())
    elif len(columns) > 1:
        address = _with(address, "columns", (",".join(columns),))
    if address.first("per_page") == str(PER_PAGE[0]):
        address = _with(address, "per_page", ())
    return address


def _with(address: Address, name: str, values: Collection[str]) -> Address:
    """Return the address with other values of a name, still at its page."""
    kept = tuple(pair for pair in address.pairs if pair[0] != name)
    return Address(kept + tuple((name, value) for value in values))
