"""Anchors, and the listings whose answers are being worked off.

An anchor is opaque and belongs to one source; it is kept only when everything that was listed
with it is here (or noted as owed).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from headgate.catalogue.identity import RevisionIdentity
from headgate.storage import statements, todo
from headgate.storage.tables import synchronization as t


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of identities that was written down and is being worked off."""

    scope: str
    anchor: str | None
    categories: Mapping[str, Sequence[str]]
    total: int
    listed_at: datetime


def kept_anchor(conn: Connection, *, scope: str, source: str) -> str | None:
    """Return the anchor of a scope (configuration or updates), None when this source gave none."""
    return conn.execute(
        select(t.sync_anchors.c.anchor).where(
            t.sync_anchors.c.scope == scope, t.sync_anchors.c.source == source
        )
    ).scalar_one_or_none()


def keep_anchor(conn: Connection, *, scope: str, source: str, anchor: str, at: datetime) -> None:
    """Keep an anchor whose answer is completely here."""
    conn.execute(
        statements.insert_or_update(conn, t.sync_anchors, ("source", "anchor", "saved_at")).values(
            scope=scope, source=source, anchor=anchor, saved_at=at
        )
    )


def forget_anchors(conn: Connection) -> None:
    """Forget everything that was said by one particular source."""
    for table in (t.sync_anchors, t.anchored_categories, t.sync_listings, t.sync_todo):
        conn.execute(delete(table))


def anchored_categories(conn: Connection) -> dict[str, set[str]]:
    """Return the products and classifications the anchor of the updates answers for."""
    found: dict[str, set[str]] = {"product": set(), "classification": set()}
    for row in conn.execute(select(t.anchored_categories)):
        found[row.category_type].add(row.update_id)
    return found


def replace_anchored_categories(conn: Connection, categories: Mapping[str, Sequence[str]]) -> None:
    """Remember which products and classifications the kept anchor answers for."""
    conn.execute(delete(t.anchored_categories))
    rows = [
        {"update_id": update_id, "category_type": kind}
        for kind, ids in categories.items()
        for update_id in ids
    ]
    if rows:
        conn.execute(insert(t.anchored_categories), rows)


def write_listing(
    conn: Connection,
    *,
    scope: str,
    source: str,
    anchor: str | None,
    categories: Mapping[str, Sequence[str]],
    identities: Iterable[RevisionIdentity],
    at: datetime,
) -> int:
    """Write down what is to be fetched: the identities minus the known ones; return how many."""
    todo.add(conn, scope, identities)
    total = todo.count(conn, scope)
    conn.execute(
        statements.insert_or_update(
            conn, t.sync_listings, ("source", "anchor", "categories", "total", "listed_at")
        ).values(
            scope=scope,
            source=source,
            anchor=anchor,
            categories=json.dumps({kind: list(ids) for kind, ids in categories.items()}),
            total=total,
            listed_at=at,
        )
    )
    return total


def unfinished_listing(conn: Connection, *, scope: str, source: str) -> Listing | None:
    """Return the listing of a scope that an earlier run wrote down and did not finish."""
    row = conn.execute(
        select(t.sync_listings).where(
            t.sync_listings.c.scope == scope, t.sync_listings.c.source == source
        )
    ).first()
    if row is None:
        return None
    return Listing(
        scope=row.scope,
        anchor=row.anchor,
        categories=json.loads(row.categories),
        total=row.total,
        listed_at=row.listed_at,
    )


def drop_listing(conn: Connection, scope: str) -> None:
    """The listing is worked off, or given up."""
    conn.execute(delete(t.sync_listings).where(t.sync_listings.c.scope == scope))
    conn.execute(delete(t.sync_todo).where(t.sync_todo.c.scope == scope))
