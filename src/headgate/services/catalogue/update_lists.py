"""What people filter updates by, as they type or click it, turned into a question to storage.

Titles of products and classifications are looked up here, pasted lists of KB numbers taken apart.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from headgate.catalogue.categories import CategoryTree
from headgate.catalogue.naming import find_categories
from headgate.catalogue.revisions import CategoryType
from headgate.catalogue.update_list import Brought, UpdateQuery, UpdateSort, UpdateState
from headgate.storage import categories
from headgate.storage.engine import Connection

#: Numbers taken from a pasted list; nobody pastes more, and a statement has room for them.
MOST_KBS = 2_000

_KB = re.compile(r"(?<![0-9A-Za-z])(?:KB)?\s*([0-9]{4,10})(?![0-9A-Za-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFilter:
    """Which updates to list, as people say it; what is empty or None asks nothing.

    Conditions are joined by *and*, the members of one condition by *or*.
    """

    text: str | None = None  #: every word the beginning of a word of the update
    kbs: str = ""  #: as typed or pasted: "KB5034441, 5034442 …", any separators
    products: Collection[str] = ()  #: ids or titles; companies and families mean all below
    classifications: Collection[str] = ()  #: ids or titles
    severities: Collection[str] = ()  #: critical, important, moderate, low, none; in any case
    states: Collection[UpdateState] = ()
    superseded: bool | None = None
    arrived_since: datetime | None = None
    arrived_before: datetime | None = None
    released_since: datetime | None = None
    released_before: datetime | None = None
    run: int | None = None  #: only what this synchronization of the history brought
    brought: Brought | None = None  #: with ``run``: only what it did this to
    sort: UpdateSort = UpdateSort.ARRIVED
    descending: bool = True  #: newest, highest, most severe first; Z before A
    cursor: str | None = None  #: ``next_cursor`` or ``previous_cursor`` of a page
    limit: int | None = 100  #: None: all


def kb_numbers(typed: str) -> frozenset[str]:
    """Return the KB numbers in what somebody typed or pasted.

    >>> sorted(kb_numbers("KB5034441, 5034442;kb 5034443\\nand so on"))
    ['5034441', '5034442', '5034443']
    """
    found = _KB.findall(typed)
    return frozenset(found[:MOST_KBS])


def query_of(conn: Connection, wanted: UpdateFilter) -> UpdateQuery:
    """Return the question to storage. Raises UsageError for a product that is not here."""
    products, classifications = _named(conn, wanted)
    return UpdateQuery(
        text=wanted.text,
        kbs=kb_numbers(wanted.kbs) if wanted.kbs.strip() else None,
        products=products,
        classifications=classifications,
        severities=frozenset(one.strip().lower() for one in wanted.severities) or None,
        states=frozenset(wanted.states) or None,
        superseded=wanted.superseded,
        arrived_since=wanted.arrived_since,
        arrived_before=wanted.arrived_before,
        released_since=wanted.released_since,
        released_before=wanted.released_before,
        run=wanted.run,
        brought=wanted.brought,
        sort=wanted.sort,
        descending=wanted.descending,
        cursor=wanted.cursor,
        limit=wanted.limit,
    )


def _named(
    conn: Connection, wanted: UpdateFilter
) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """Return the ids of the products, all below them included, and of the classifications."""
    if not wanted.products and not wanted.classifications:
        return None, None
    known = categories.categories(conn)
    tree = CategoryTree(known)
    nodes = find_categories(wanted.products, tree, what="product")
    kinds = find_categories(
        wanted.classifications,
        [one for one in known if one.category_type is CategoryType.CLASSIFICATION],
        what="classification",
    )
    products = frozenset(below for node in nodes for below in tree.below(node.update_id))
    classifications = frozenset(kind.update_id for kind in kinds)
    return products or None, classifications or None
