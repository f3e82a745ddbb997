"""The order of lists of updates and their pages, on every database."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from headgate.catalogue.update_list import UpdateLine, UpdatePage, UpdateQuery, UpdateSort
from headgate.catalogue.words import title_key
from headgate.storage import ingestion, listing, transactions
from headgate.storage.engine import Connection, Engine
from headgate.storage.listing_order import CursorError
from tests.cast import NOON, a_revision, incoming
from tests.catalogue_rows import an_update, store

_SEVERITIES = (None, "Low", "Moderate", "Important", "Critical")


@dataclass(frozen=True)
class Written:
    """What the list is sorted by, of one update."""

    title: str
    kb: str | None
    severity: str | None
    released: datetime | None
    arrived: datetime


_DAYS = st.integers(0, 3).map(lambda day: NOON - timedelta(days=day))
_WRITTEN = st.builds(
    Written,
    title=st.sampled_from(
        [
            "Windows 7",
            "windows 10",
            "Windows 10",
            "Ärger",
            "arger",
            "Straße",
            "日本語",
            "!!",
            "Zebra",
        ]
    ),
    kb=st.sampled_from([None, "890830", "5034441", "5034442", "123456789012345678901"]),
    severity=st.sampled_from(_SEVERITIES),
    released=st.one_of(st.none(), _DAYS, st.just(datetime(1969, 1, 1, tzinfo=UTC))),
    arrived=_DAYS,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    written=st.lists(_WRITTEN, max_size=12),
    sort=st.sampled_from(UpdateSort),
    descending=st.booleans(),
    limit=st.integers(1, 5),
)
def test_pages_show_the_whole_list_once_in_both_directions(
    engine: Engine, written: list[Written], sort: UpdateSort, descending: bool, limit: int
) -> None:
    query = UpdateQuery(sort=sort, descending=descending, limit=limit)
    with transactions.write(engine) as conn, conn.begin_nested() as attempt:
        _store(conn, written)
        whole = listing.updates(conn, replace(query, limit=None)).lines
        forward = list(_pages(conn, query, "next_cursor"))
        last = _page(conn, query, forward[-2].next_cursor if len(forward) > 1 else None)
        backward = [last, *_pages_from(conn, query, last, "previous_cursor")]
        attempt.rollback()

    assert _keys(whole, sort, descending) == sorted(_keys(whole, sort, descending))
    assert len(whole) == len(written)
    assert [line for page in forward for line in page.lines] == list(whole)
    assert [line for page in reversed(backward) for line in page.lines] == list(whole)
    assert {page.total for page in forward + backward} == {len(written)}


def _store(conn: Connection, written: Sequence[Written]) -> None:
    for one in written:
        revision = a_revision(
            title=one.title,
            kb_articles=(one.kb,) if one.kb else (),
            severity=one.severity,
            created=one.released,
        )
        ingestion.store_batch(conn, [incoming(revision)], arrived_at=one.arrived, run_id=None)


def _pages(conn: Connection, query: UpdateQuery, way: str) -> Iterator[UpdatePage]:
    page = _page(conn, query, None)
    yield page
    yield from _pages_from(conn, query, page, way)


def _pages_from(
    conn: Connection, query: UpdateQuery, page: UpdatePage, way: str
) -> Iterator[UpdatePage]:
    while cursor := getattr(page, way):
        page = _page(conn, query, cursor)
        yield page


def _page(conn: Connection, query: UpdateQuery, cursor: str | None) -> UpdatePage:
    return listing.updates(conn, replace(query, cursor=cursor))


def _keys(
    lines: Sequence[UpdateLine], sort: UpdateSort, descending: bool
) -> list[tuple[object, ...]]:
    """Return what must rise from line to line, whatever database sorted them."""
    sign = -1 if descending else 1
    return [_key(line, sort, sign) for line in lines]


def _key(line: UpdateLine, sort: UpdateSort, sign: int) -> tuple[object, ...]:
    arrived = sign * line.arrived.timestamp()
    # Before 1970 nothing was released: such dates count as the first moment there is.
    released = max(line.released.timestamp(), 0.000001) if line.released else None
    match sort:
        case UpdateSort.ARRIVED:
            return arrived, sign * (released or 0), sign * line.revision_id
        case UpdateSort.RELEASED:
            first: object = (released is None, sign * (released or 0))
        case UpdateSort.TITLE:
            # Behind the last character comes less than any character.
            first = [sign * place for place in (*map(ord, title_key(line.title)), -1)]
        case UpdateSort.KB:
            number = int(line.kb) if line.kb and len(line.kb) < 19 else 0
            first = (number == 0, sign * number)
        case UpdateSort.SEVERITY:
            rank = _SEVERITIES.index(line.severity)
            first = (rank == 0, sign * rank)
    return first, arrived, sign * line.revision_id


def test_titles_are_sorted_as_people_read_them(engine: Engine) -> None:
    titles = [
        "Éclair",
        "windows 7",
        "Windows 10",
        "Äpfel",
        "Straße",
        "strasse 2",
        "zebra",
        "eclair 9",
    ]
    store(engine, *(an_update(title=title) for title in titles))
    with transactions.read(engine) as conn:
        query = UpdateQuery(sort=UpdateSort.TITLE, descending=False)
        found = [line.title for line in listing.updates(conn, query).lines]

    assert found == [
        "Äpfel",
        "Éclair",
        "eclair 9",
        "Straße",
        "strasse 2",
        "windows 7",
        "Windows 10",
        "zebra",
    ]


def test_updates_without_a_kb_number_come_last_either_way(engine: Engine) -> None:
    store(
        engine,
        an_update(title="none"),
        an_update(title="short", kb_articles=("890830",)),
        an_update(title="long", kb_articles=("5034441",)),
    )

    def titles(*, descending: bool) -> list[str]:
        with transactions.read(engine) as conn:
            query = UpdateQuery(sort=UpdateSort.KB, descending=descending)
            return [line.title for line in listing.updates(conn, query).lines]

    assert titles(descending=False) == ["short", "long", "none"]
    assert titles(descending=True) == ["long", "short", "none"]


def test_a_page_stays_where_it_is_while_updates_arrive(engine: Engine) -> None:
    store(engine, *(an_update(title=f"{number}") for number in range(4)))
    with transactions.read(engine) as conn:
        first = listing.updates(conn, UpdateQuery(limit=2))
    with transactions.write(engine) as conn:
        fresh = [incoming(an_update(title="fresh"))]
        ingestion.store_batch(conn, fresh, arrived_at=NOON + timedelta(days=1), run_id=None)
    with transactions.read(engine) as conn:
        second = listing.updates(conn, UpdateQuery(limit=2, cursor=first.next_cursor))
        before = listing.updates(conn, UpdateQuery(limit=9, cursor=second.previous_cursor))

    assert [line.title for line in first.lines] == ["3", "2"]
    assert [line.title for line in second.lines] == ["1", "0"]
    assert [line.title for line in before.lines] == ["fresh", "3", "2"]


def test_a_title_of_any_length_can_be_stored_and_paged(engine: Engine) -> None:
    store(engine, *(an_update(title="漢" * 10_000 + str(number)) for number in range(3)))
    query = UpdateQuery(sort=UpdateSort.TITLE, limit=1)
    with transactions.read(engine) as conn:
        pages = list(_pages(conn, query, "next_cursor"))

    assert [len(page.lines) for page in pages] == [1, 1, 1]


def _written(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "ä",
        "====",
        "e30",
        _written(),
        _written("arrived-", 0, 1, 2),
        _written("arrived-", 0, 1, 2, 3, 4),
        _written("arrived-", 2, 1, 2, 3),
        _written("arrived+", 0, 1, 2, 3),
        _written("arrived-", 0, 1, 2, 2**31),
        _written("arrived-", 0, 2**63, 2, 3),
        _written("arrived-", 0, 1, 2.5, 3),
        _written("arrived-", 0, True, 2, 3),
        _written("arrived-", 0, None, 2, 3),
        _written("arrived-", 0, "1; DROP TABLE revisions", 2, 3),
        _written({"arrived-": 0}, [], 1, 2, 3),
        _written(*"[" * 900),
        base64.urlsafe_b64encode(b"[" * 2_900).decode(),
        "A" * 100_000,
    ],
)
def test_a_damaged_cursor_is_refused_with_a_sentence(engine: Engine, cursor: str) -> None:
    with transactions.read(engine) as conn, pytest.raises(CursorError) as refusal:
        listing.updates(conn, UpdateQuery(cursor=cursor))

    assert "from its beginning" in refusal.value.next_step


@pytest.mark.parametrize("title", ["a\0b", "\ud800", 7])
def test_a_cursor_with_text_no_database_takes_is_refused(engine: Engine, title: object) -> None:
    cursor = _written("title-", 0, title, 2, 3)
    with transactions.read(engine) as conn, pytest.raises(CursorError):
        listing.updates(conn, UpdateQuery(sort=UpdateSort.TITLE, cursor=cursor))


def test_a_cursor_of_another_order_is_refused(engine: Engine) -> None:
    store(engine, *(an_update() for _ in range(3)))
    with transactions.read(engine) as conn:
        page = listing.updates(conn, UpdateQuery(limit=1))
        with pytest.raises(CursorError):
            listing.updates(conn, UpdateQuery(sort=UpdateSort.KB, cursor=page.next_cursor))


@pytest.mark.parametrize("sort", UpdateSort)
@pytest.mark.parametrize("descending", [True, False])
def test_sqlite_walks_an_index_in_every_order(
    engine: Engine, sort: UpdateSort, descending: bool
) -> None:
    """Nothing is sorted when a page is asked for, however large the catalogue is."""
    if engine.dialect.name != "sqlite":
        pytest.skip("a plan of SQLite")
    store(engine, *(an_update() for _ in range(5)))
    with transactions.read(engine) as conn:
        query = UpdateQuery(sort=sort, descending=descending, limit=2)
        cursor = listing.updates(conn, query).next_cursor
        asked = list(_asked(conn, replace(query, cursor=cursor)))
        plans = [
            conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values) for text, values in asked
        ]
        text = "\n".join(str(row) for plan in plans for row in plan)

    assert "ix_revisions_by_" in text
    assert "TEMP B-TREE" not in text


def _asked(conn: Connection, query: UpdateQuery) -> list[tuple[str, tuple[object, ...]]]:
    """Return the statements a page takes that walk or count."""
    found: list[tuple[str, tuple[object, ...]]] = []

    def note(*arguments: object) -> None:
        statement, values = str(arguments[2]), arguments[3]
        if "is_latest AND" in statement:
            found.append((statement, tuple(values)))  # type: ignore[arg-type]

    event.listen(conn, "before_cursor_execute", note)
    listing.updates(conn, query)
    event.remove(conn, "before_cursor_execute", note)
    return found
