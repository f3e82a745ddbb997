"""The live catalogue read out of the database, for building a snapshot of what can be offered.

Rows are streamed: at 150,000 revisions nothing but the piece at hand is held. GUIDs that stand in
many rows (prerequisites name a few thousand updates again and again) are turned into text once.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy import Text as TextType
from sqlalchemy.types import NullType

from headgate.catalogue.live import DriverEntry, LiveCatalogue, LiveRevision
from headgate.storage import effective
from headgate.storage.catalogue_version import catalogue_version
from headgate.storage.tables import catalogue as t
from headgate.storage.tables.offering import feature_scores, live_revisions

#: Rows fetched at a time.
AT_A_TIME = 5000

_DAY = 86_400_000_000  # microseconds, the unit moments are stored in


def live_catalogue(conn: Connection, *, check: Callable[[], None] = lambda: None) -> LiveCatalogue:
    """Return what can be offered at the moment ``conn`` sees.

    Its functions ask over ``conn``, so they must be called while that transaction lasts. ``check``
    is called every few thousand rows; what it raises ends the reading.
    """
    streamed = _Streaming(conn, check)
    return LiveCatalogue(
        version=catalogue_version(conn),
        counter=effective.counter(conn),
        revisions=lambda: _revisions(streamed),
        prerequisites=lambda: _prerequisites(streamed),
        members=lambda: _members(streamed),
        known=lambda: _known(streamed),
        drivers=lambda: _drivers(streamed),
    )


class _Streaming:
    """Asks over one connection and yields rows as they come."""

    def __init__(self, conn: Connection, check: Callable[[], None]) -> None:
        self._conn = conn
        self._check = check
        self._is_sqlite = conn.dialect.name == "sqlite"

    def rows(self, wanted: Select[Any]) -> Iterator[Any]:
        result = self._conn.execute(wanted, execution_options={"yield_per": AT_A_TIME})
        for rows in result.partitions():
            self._check()
            yield from rows

    def raw(self, column: ColumnElement[str]) -> ColumnElement[Any]:
        """Return a GUID column as the driver gives it most cheaply, to be read by ``guid``."""
        return type_coerce(column, NullType()) if self._is_sqlite else cast(column, TextType)

    @property
    def guid(self) -> Callable[[Any], str]:
        """Return what makes text of a raw GUID."""
        return _guid if self._is_sqlite else str


def _revisions(streamed: _Streaming) -> Iterator[LiveRevision]:
    live, columns = live_revisions.c, t.revisions.c
    wanted = (
        select(
            live.revision_id,
            streamed.raw(columns.update_id),
            columns.revision_number,
            columns.kind,
            live.is_leaf,
            live.is_member,
            func.coalesce(t.fragments.c.core_size, 0),
            type_coerce(columns.arrived_at, BigInteger) // _DAY,
            live.since,
            columns.category_type,
        )
        .join(t.revisions, columns.revision_id == live.revision_id)
        .outerjoin(t.fragments, t.fragments.c.revision_id == live.revision_id)
        .order_by(live.revision_id)
    )
    guid = streamed.guid
    for revision_id, update_id, *facts in streamed.rows(wanted):
        yield LiveRevision(revision_id, guid(update_id), *facts)


def _prerequisites(streamed: _Streaming) -> Iterator[tuple[int, int, str]]:
    columns = t.prerequisites.c
    wanted = (
        select(columns.revision_id, columns.clause, streamed.raw(columns.update_id))
        .join(live_revisions, live_revisions.c.revision_id == columns.revision_id)
        .order_by(columns.revision_id, columns.clause)
    )
    guid = _Remembering(streamed.guid)
    for revision_id, clause, update_id in streamed.rows(wanted):
        yield revision_id, clause, guid[update_id]


def _members(streamed: _Streaming) -> Iterator[tuple[int, int]]:
    named, member = t.bundled.c, t.revisions.alias("member")
    parent_live, member_live = live_revisions.alias("parent_live"), live_revisions
    wanted = (
        select(named.revision_id, member.c.revision_id)
        .join(parent_live, parent_live.c.revision_id == named.revision_id)
        .join(
            member,
            (member.c.update_id == named.update_id)
            & (member.c.revision_number == named.revision_number),
        )
        .join(member_live, member_live.c.revision_id == member.c.revision_id)
        .where(member.c.revision_id != named.revision_id)
        .order_by(named.revision_id, member.c.revision_id)
        .distinct()
    )
    yield from streamed.rows(wanted)


def _known(streamed: _Streaming) -> Iterator[tuple[int, str]]:
    columns = t.revisions.c
    guid = streamed.guid
    wanted = select(columns.revision_id, streamed.raw(columns.update_id))
    for revision_id, update_id in streamed.rows(wanted):
        yield revision_id, guid(update_id)


def _drivers(streamed: _Streaming) -> Iterator[DriverEntry]:
    driver, score = t.drivers.c, feature_scores.c
    wanted = (
        select(
            driver.revision_id,
            driver.position,
            driver.hardware_id,
            driver.driver_class,
            driver.manufacturer,
            driver.provider,
            driver.version,
            driver.version_date,
            driver.computer_hardware_ids,
            score.operating_system,
            score.score,
        )
        .join(live_revisions, live_revisions.c.revision_id == driver.revision_id)
        .outerjoin(
            feature_scores,
            (score.revision_id == driver.revision_id) & (score.position == driver.position),
        )
        .order_by(driver.revision_id, driver.position)
    )
    for _, rows in groupby(streamed.rows(wanted), itemgetter(0, 1)):
        yield _driver(list(rows))


def _driver(rows: list[Row[Any]]) -> DriverEntry:
    """Return the entry that stands in ``rows``, one for each of its scores."""
    first = rows[0]
    return DriverEntry(
        revision_id=first.revision_id,
        position=first.position,
        hardware_id=first.hardware_id,
        driver_class=first.driver_class,
        manufacturer=first.manufacturer,
        provider=first.provider,
        version=first.version,
        version_date=first.version_date,
        computer_ids=tuple((first.computer_hardware_ids or "").split()),
        scores={row.operating_system: row.score for row in rows if row.score is not None},
    )


def _guid(raw: bytes) -> str:
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class _Remembering(dict[Any, str]):
    """GUIDs as text, each made once."""

    def __init__(self, read: Callable[[Any], str]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, raw: Any) -> str:
        text = self[raw] = self._read(raw)
        return text
