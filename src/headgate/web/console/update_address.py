"""The address of the list of updates: every filter is in it, so that it can be kept and shared.

An address is read as the pairs behind its question mark; what is empty does not count. Every other
view of the list is this address with something left out or replaced.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from headgate.web.console.visit import Visit

HERE = "/console/updates"

#: What the list is filtered by, in the order chips are shown.
FILTERS = (
    "text",
    "kbs",
    "state",
    "classification",
    "product",
    "severity",
    "superseded",
    "released_since",
    "released_until",
    "arrived_since",
    "arrived_until",
    "run",
    "brought",
)

#: How it is shown.
LOOKS = ("sort", "order", "columns", "per_page")

CURSOR = "cursor"

#: Values of one name that are read; more are no honest form.
MOST_VALUES = 500


@dataclass(frozen=True, slots=True)
class Address:
    """One view of the list."""

    pairs: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{HERE}?{urlencode(self.pairs, safe=',')}" if self.pairs else HERE

    def first(self, name: str) -> str:
        """Return the value of a name, "" for none."""
        return next((value for each, value in self.pairs if each == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a name, each once."""
        return tuple(dict.fromkeys(value for each, value in self.pairs if each == name))

    def without(self, *names: str, value: str | None = None) -> "Address":
        """Return the address without some names, or without one value of them; at its first page.

        >>> str(Address((("product", "a"), ("product", "b"))).without("product", value="a"))
        '/console/updates?product=b'
        """
        return Address(
            tuple(
                (name, each)
                for name, each in self.pairs
                if name != CURSOR and not (name in names and value in (None, each))
            )
        )

    def replacing(self, **values: str) -> "Address":
        """Return the address with these values instead of what the names had; "" takes away."""
        kept = self.without(*values).pairs
        return Address(kept + tuple((name, value) for name, value in values.items() if value))

    def at(self, cursor: str) -> "Address":
        """Return the address of another page of the same list."""
        return self.replacing(**{CURSOR: cursor})

    def only(self, *names: str) -> tuple[tuple[str, str], ...]:
        """Return the pairs of some names: what a form that changes the others must carry."""
        return tuple(pair for pair in self.pairs if pair[0] in names)


def address_of(visit: Visit) -> Address:
    """Return the address that was asked for, without what is empty or not ours."""
    known = frozenset((*FILTERS, *LOOKS, CURSOR))
    counts: dict[str, int] = {}
    pairs = []
    for name, value in visit.request.query_params.multi_items():
        counts[name] = counts.get(name, 0) + 1
        if name in known and value.strip() and counts[name] <= MOST_VALUES:
            pairs.append((name, value.strip()))
    return Address(tuple(pairs))


def is_as_asked(address: Address, visit: Visit) -> bool:
    """Whether somebody asked for exactly this address."""
    return address.pairs == tuple(visit.request.query_params.multi_items())
