"""Which updates belong to a list: each filter of a question as one condition on ``revisions``."""

from collections.abc import Collection, Iterator

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    false,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.sql.elements import TextClause

from headgate.catalogue.revisions import PublicationState
from headgate.catalogue.update_list import NOT_DECLINED, UpdateQuery, UpdateState
from headgate.storage import search, statements
from headgate.storage.sort_keys import SEVERITIES
from headgate.storage.tables import catalogue as t
from headgate.storage.tables import decisions as tables
from headgate.storage.tables.synchronization import run_updates
from headgate.storage.types import stored_moment

Condition = ColumnElement[bool] | TextClause

_COLUMNS = t.revisions.c


def conditions(conn: Connection, query: UpdateQuery) -> list[Condition]:
    """Return what must be true of a revision of the list; all of it."""
    return [
        *_which_revisions(query),
        *_named(conn, query),
        *_facts(query),
        *_dates(query),
    ]


def _which_revisions(query: UpdateQuery) -> Iterator[Condition]:
    """The newest revision of each update; what a run brought is shown as it was then."""
    if query.run is None:
        yield text(t.VISIBLE)
        return
    brought = select(run_updates.c.revision_id).where(run_updates.c.run_id == query.run)
    if query.brought is not None:
        brought = brought.where(run_updates.c.brought == query.brought.value)
    yield text(t.LISTED)
    yield _COLUMNS.revision_id.in_(brought)


def _named(conn: Connection, query: UpdateQuery) -> Iterator[Condition]:
    """What is looked up elsewhere: words, numbers, categories."""
    if query.text is not None:
        matching = search.matching(conn, query.text)
        yield false() if matching is None else matching
    if query.kbs is not None:
        chunks = statements.chunks(sorted(query.kbs))
        yield or_(false(), *(_COLUMNS.kb.in_(chunk) for chunk in chunks))
    for categories in (query.products, query.classifications):
        if categories is not None:
            yield _COLUMNS.revision_id.in_(_naming(categories))


def _facts(query: UpdateQuery) -> Iterator[Condition]:
    """What the row itself says, and every index of the lists too."""
    if query.severities is not None:
        ranks = {SEVERITIES.get(severity, 0) for severity in query.severities}
        yield _COLUMNS.sort_severity.in_(sorted(ranks))
    if query.states is not None:
        yield _in_states(query.states)
    if query.superseded is not None:
        yield _COLUMNS.superseded.is_(query.superseded)


def _in_states(states: Collection[UpdateState]) -> ColumnElement[bool]:
    """What is declined is nothing else, and what has expired is not called approved.

    Decided updates are named by their revisions, which every index of the lists knows.
    """
    if len(set(states)) == len(UpdateState):
        return true()
    declined = _COLUMNS.revision_id.in_(_decided(tables.declined, tables.declined.c.is_declined))
    among: list[ColumnElement[bool]] = [declined] if UpdateState.DECLINED in states else []
    others = NOT_DECLINED.intersection(states)
    if others == NOT_DECLINED:
        among.append(~declined)
    elif others:
        among.append(and_(~declined, or_(*_among_the_others(others))))
    return or_(false(), *among)


def _among_the_others(states: Collection[UpdateState]) -> Iterator[ColumnElement[bool]]:
    if UpdateState.EXPIRED in states:
        yield _COLUMNS.publication_state == PublicationState.EXPIRED.value
    stands = tables.approvals.c.action.is_not(None)
    approved = _COLUMNS.revision_id.in_(_decided(tables.approvals, stands))
    published = _COLUMNS.publication_state == PublicationState.PUBLISHED.value
    if UpdateState.APPROVED in states and UpdateState.NOT_APPROVED in states:
        yield published
    elif UpdateState.APPROVED in states:
        yield and_(published, approved)
    elif UpdateState.NOT_APPROVED in states:
        yield and_(published, ~approved)


def _decided(table: Table, stands: ColumnElement[bool]) -> Select[tuple[int]]:
    """Return every revision of the updates a table of decisions names."""
    named = t.revisions.alias("named")
    return (
        select(named.c.revision_id)
        .join(table, table.c.update_id == named.c.update_id)
        .where(stands)
    )


def _dates(query: UpdateQuery) -> Iterator[Condition]:
    """From the first moment on, up to but without the second one."""
    if query.arrived_since is not None:
        yield _COLUMNS.arrived_at >= query.arrived_since
    if query.arrived_before is not None:
        yield _COLUMNS.arrived_at < query.arrived_before
    if query.released_since is not None:
        yield _COLUMNS.sort_released >= max(1, stored_moment(query.released_since))
    if query.released_before is not None:
        yield _COLUMNS.sort_released.between(1, stored_moment(query.released_before) - 1)


def _naming(categories: frozenset[str]) -> Select[tuple[int]]:
    """Return the revisions that name one of some categories."""
    return select(t.prerequisites.c.revision_id).where(
        t.prerequisites.c.update_id.in_(sorted(categories))
    )
