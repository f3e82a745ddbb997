"""Lists of updates: filtered, newest arrival first, a page at a time.

A list walks one partial index (``ix_revisions_visible``) in its own order and asks of each update
whether it belongs; only the lines of the page are read whole. 150,000 revisions stay well under
the 300 ms a page may take, however much matches.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select, text
from sqlalchemy.sql.elements import TextClause

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import CategoryType, PublicationState, UpdateKind
from headgate.catalogue.update_list import UpdateLine, UpdatePage, UpdateQuery, UpdateState
from headgate.storage import search, statements
from headgate.storage.categories import category_titles_of
from headgate.storage.tables import catalogue as t

Condition = ColumnElement[bool] | TextClause


def updates(conn: Connection, query: UpdateQuery) -> UpdatePage:
    """Return the page of updates a query asks for, and how many match in all."""
    conditions = _conditions(conn, query)
    total = conn.execute(select(func.count()).select_from(t.revisions).where(*conditions))
    columns = t.revisions.c
    wanted: Select[Any] = (
        select(columns.revision_id)
        .where(*conditions)
        .order_by(columns.arrived_at.desc(), columns.created_at.desc(), columns.revision_id.desc())
        .limit(query.limit)
        .offset(query.skip)
    )
    return UpdatePage(
        lines=lines_of(conn, list(conn.execute(wanted).scalars())), total=total.scalar_one()
    )


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
                columns.severity,
                columns.publication_state,
                columns.arrived_at,
                _is_superseded().label("superseded"),
            ).where(columns.revision_id.in_(chunk))
        )
        rows.update((row.revision_id, row) for row in found)
    classifications: dict[int, str] = {}
    products: dict[int, list[str]] = {}
    for revision_id, category_type, _, title in category_titles_of(conn, revision_ids):
        if category_type is CategoryType.CLASSIFICATION:
            classifications.setdefault(revision_id, title)
        elif category_type is CategoryType.PRODUCT:
            products.setdefault(revision_id, []).append(title)
    return tuple(
        _line(rows[number], classifications.get(number), products.get(number, ()))
        for number in revision_ids
        if number in rows
    )


def _line(row: Row[Any], classification: str | None, products: Sequence[str]) -> UpdateLine:
    expired = row.publication_state == PublicationState.EXPIRED.value
    return UpdateLine(
        revision_id=row.revision_id,
        identity=RevisionIdentity(row.update_id, row.revision_number),
        kind=UpdateKind(row.kind),
        title=row.title,
        kb=row.kb,
        classification=classification,
        products=tuple(products),
        severity=row.severity,
        state=UpdateState.EXPIRED if expired else UpdateState.NOT_APPROVED,
        superseded=bool(row.superseded),
        arrived=row.arrived_at,
    )


def _conditions(conn: Connection, query: UpdateQuery) -> list[Condition]:
    columns = t.revisions.c
    found: list[Condition] = [text(t.VISIBLE)]
    if query.text is not None:
        matching = search.matching(conn, query.text)
        found.append(text("1 = 0") if matching is None else matching)
    if query.kb is not None:
        found.append(columns.kb == query.kb.strip().upper().removeprefix("KB"))
    found.extend(
        columns.revision_id.in_(_naming(categories))
        for categories in (query.products, query.classifications)
        if categories is not None
    )
    if query.severity is not None:
        found.append(columns.severity == query.severity.strip().capitalize())
    if query.state is not None:
        state = (
            PublicationState.EXPIRED
            if query.state is UpdateState.EXPIRED
            else PublicationState.PUBLISHED
        )
        found.append(columns.publication_state == state.value)
    if query.superseded is not None:
        found.append(_is_superseded() if query.superseded else ~_is_superseded())
    if query.arrived_since is not None:
        found.append(columns.arrived_at >= query.arrived_since)
    return found


def _naming(categories: frozenset[str]) -> Select[tuple[int]]:
    """Return the revisions that name one of some categories."""
    return select(t.prerequisites.c.revision_id).where(
        t.prerequisites.c.update_id.in_(sorted(categories))
    )


def _is_superseded() -> ColumnElement[bool]:
    """Whether the newest revision of some other update, not itself withdrawn, replaces this one."""
    newer = t.revisions.alias("newer")
    return (
        select(1)
        .select_from(t.supersedes)
        .join(newer, newer.c.revision_id == t.supersedes.c.revision_id)
        .where(
            and_(
                t.supersedes.c.update_id == t.revisions.c.update_id,
                newer.c.is_latest,
                newer.c.publication_state != PublicationState.EXPIRED.value,
            )
        )
        .exists()
    )
