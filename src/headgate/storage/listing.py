"""Lists of updates: filtered, sorted, a page at a time.

A list walks one partial index in its own order and asks of each update whether it belongs; only
the lines of the page are read whole. 150,000 revisions stay well under the 300 ms a page may take,
however much matches, and wherever the page is.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from headgate.approvals.decisions import Action
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import CategoryType, PublicationState, UpdateKind
from headgate.catalogue.update_list import (
    Supersedence,
    UpdateLine,
    UpdatePage,
    UpdateQuery,
    UpdateState,
)
from headgate.storage import decisions, listing_order, statements
from headgate.storage.categories import category_titles_of
from headgate.storage.listing_conditions import Condition, conditions
from headgate.storage.listing_order import Cursor
from headgate.storage.tables import catalogue as t


def updates(conn: Connection, query: UpdateQuery) -> UpdatePage:
    """Return the page of updates a query asks for, and how many match in all.

    Raises CursorError when the cursor is not one of this list.
    """
    cursor = listing_order.read_cursor(query)
    wanted = conditions(conn, query)
    keys = _keys(conn, query, wanted, cursor)
    more = query.limit is not None and len(keys) > query.limit
    keys = keys[: query.limit]
    backward = cursor is not None and cursor.backward
    if backward:
        keys.reverse()
    whole = cursor is None and not more
    before, after = (more, True) if backward else (cursor is not None, more)
    return UpdatePage(
        lines=lines_of(conn, [key[-1] for key in keys]),
        total=len(keys) if whole else _count(conn, wanted),
        previous_cursor=Cursor(key=keys[0], backward=True).written(query)
        if keys and before
        else None,
        next_cursor=Cursor(key=keys[-1]).written(query) if keys and after else None,
    )


def _keys(
    conn: Connection, query: UpdateQuery, wanted: Sequence[Condition], cursor: Cursor | None
) -> list[tuple[Any, ...]]:
    """Return the sort columns of a page's lines, and of one more where there is one."""
    found: list[tuple[Any, ...]] = []
    columns = listing_order.key_columns(query)
    for stretch, order in listing_order.stretches(query, cursor):
        left = None if query.limit is None else query.limit + 1 - len(found)
        if left == 0:
            break
        rows = conn.execute(select(*columns).where(*wanted, stretch).order_by(*order).limit(left))
        found.extend(listing_order.key_of(row) for row in rows)
    return found


def _count(conn: Connection, wanted: Sequence[Condition]) -> int:
    counted = conn.execute(select(func.count()).select_from(t.revisions).where(*wanted))
    return int(counted.scalar_one())


def kbs_here(conn: Connection, kbs: Collection[str]) -> frozenset[str]:
    """Return those of some KB numbers that an update of the list has."""
    wanted = select(t.revisions.c.kb).where(text(t.VISIBLE))
    return frozenset(row.kb for row in statements.rows_of(conn, wanted, t.revisions.c.kb, kbs))


def lines_of(conn: Connection, revision_ids: Sequence[int]) -> tuple[UpdateLine, ...]:
    """Return the lines of some revisions, in the order given; unknown ones are left out."""
    columns = t.revisions.c
    rows: dict[int, Row[Any]] = {}
    for chunk in statements.chunks(revision_ids):
        found = conn.execute(
            select(
                columns.revision_id,
                columns.update_id,
                columns.revision_number,
                columns.kind,
                columns.title,
                columns.kb,
                columns.bulletins,
                columns.severity,
                columns.created_at,
                columns.publication_state,
                columns.arrived_at,
                columns.superseded,
                columns.supersedes_others,
            ).where(columns.revision_id.in_(chunk))
        )
        rows.update({row.revision_id: row for row in found})
    classifications: dict[int, str] = {}
    products: dict[int, list[str]] = {}
    for revision_id, category_type, _, title in category_titles_of(conn, revision_ids):
        if category_type is CategoryType.CLASSIFICATION:
            classifications.setdefault(revision_id, title)
        elif category_type is CategoryType.PRODUCT:
            products.setdefault(revision_id, []).append(title)
    named = {row.update_id for row in rows.values()}
    declined = decisions.declined_of(conn, named)
    approved: dict[str, Action | None] = {
        approval.update_id: approval.action for approval in decisions.approvals_of(conn, named)
    }
    return tuple(
        _line(
            rows[number],
            classifications.get(number),
            products.get(number, ()),
            _state(rows[number], declined, approved),
            approved.get(rows[number].update_id),
        )
        for number in revision_ids
        if number in rows
    )


def _state(row: Row[Any], declined: Collection[str], approved: Collection[str]) -> UpdateState:
    """Return the one word for an update; see :mod:`headgate.storage.listing_conditions`."""
    if row.update_id in declined:
        return UpdateState.DECLINED
    if row.publication_state == PublicationState.EXPIRED.value:
        return UpdateState.EXPIRED
    return UpdateState.APPROVED if row.update_id in approved else UpdateState.NOT_APPROVED


def _line(
    row: Row[Any],
    classification: str | None,
    products: Sequence[str],
    state: UpdateState,
    action: Action | None,
) -> UpdateLine:
    return UpdateLine(
        revision_id=row.revision_id,
        identity=RevisionIdentity(row.update_id, row.revision_number),
        kind=UpdateKind(row.kind),
        title=row.title,
        kb=row.kb,
        bulletins=tuple((row.bulletins or "").split()),
        classification=classification,
        products=tuple(products),
        severity=row.severity,
        state=state,
        for_removal=state is UpdateState.APPROVED and action is Action.UNINSTALL,
        supersedence=_SUPERSEDENCE[row.supersedes_others, row.superseded],
        released=row.created_at,
        arrived=row.arrived_at,
    )


_SUPERSEDENCE = {
    (False, False): Supersedence.NONE,
    (True, False): Supersedence.SUPERSEDES,
    (True, True): Supersedence.BOTH,
    (False, True): Supersedence.SUPERSEDED,
}
