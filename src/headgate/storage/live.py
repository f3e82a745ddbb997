"""The live catalogue read out of the database, for building a snapshot of what can be offered.

Rows are read a portion at a time: at 150,000 revisions nothing but the portion at hand is held.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Select, func, select, type_coerce

from headgate.catalogue.live import DriverEntry, LiveCatalogue, LiveRevision
from headgate.storage import effective
from headgate.storage.catalogue_version import catalogue_version
from headgate.storage.gathering import Row, by_id
from headgate.storage.tables import catalogue as t
from headgate.storage.tables.offering import feature_scores, live_revisions

#: Reads a query by a column of ids.
_Read = Callable[[Select[Any], Column[int]], Iterator[Any]]

_DAY = 86_400_000_000  # microseconds, the unit moments are stored in


def live_catalogue(conn: Connection, *, check: Callable[[], None] = lambda: None) -> LiveCatalogue:
    """Return what can be offered at the moment ``conn`` sees.

    Its functions ask over ``conn``, so they must be called while that transaction lasts. ``check``
    is called before every portion; what it raises ends the reading.
    """
    read = partial(by_id, conn, check=check)
    return LiveCatalogue(
        version=catalogue_version(conn),
        counter=effective.counter(conn),
        revisions=lambda: _revisions(read),
        prerequisites=lambda: _prerequisites(read),
        members=lambda: _members(read),
        known=lambda: _known(read),
        drivers=lambda: _drivers(read),
    )


def _revisions(read: _Read) -> Iterator[LiveRevision]:
    live, columns = live_revisions.c, t.revisions.c
    wanted = (
        select(
            live.revision_id,
            columns.update_id,
            columns.revision_number,
            columns.kind,
            live.is_leaf,
            live.is_member,
            func.coalesce(t.fragments.c.core_size, 0),
            type_coerce(columns.arrived_at, BigInteger) // _DAY,
            live.since,
            columns.category_type,
            columns.explicitly_deployable,
        )
        .join(t.revisions, columns.revision_id == live.revision_id)
        .outerjoin(t.fragments, t.fragments.c.revision_id == live.revision_id)
        .order_by(live.revision_id)
    )
    return map(LiveRevision._make, read(wanted, live.revision_id))


def _prerequisites(read: _Read) -> Iterator[tuple[int, int, str]]:
    columns = t.prerequisites.c
    wanted = (
        select(columns.revision_id, columns.clause, columns.update_id)
        .join(live_revisions, live_revisions.c.revision_id == columns.revision_id)
        .order_by(columns.revision_id, columns.clause)
    )
    return read(wanted, columns.revision_id)


def _members(read: _Read) -> Iterator[tuple[int, int]]:
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
    return read(wanted, named.revision_id)


def _known(read: _Read) -> Iterator[tuple[int, str]]:
    columns = t.revisions.c
    wanted = select(columns.revision_id, columns.update_id).order_by(columns.revision_id)
    return read(wanted, columns.revision_id)


def _drivers(read: _Read) -> Iterator[DriverEntry]:
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
    for _, rows in groupby(read(wanted, driver.revision_id), itemgetter(0, 1)):
        yield _driver(list(rows))


def _driver(rows: list[Row]) -> DriverEntry:
    """Return the entry that stands in ``rows``, one for each of its scores."""
    *facts, computer_ids, _, _ = rows[0]
    scores = {system: score for *_, system, score in rows if score is not None}
    return DriverEntry._make([*facts, tuple((computer_ids or "").split()), scores])
