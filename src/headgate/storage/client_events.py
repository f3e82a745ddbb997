"""Events as computers reported them, kept by the rules of FACTS §9.5 no. 4.

One row for each event about an update, repeats included; of the others only the latest of each
kind per computer. The same event sent twice is one row. Texts are cut: they are the computer's.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, select

from headgate.fleet.events import ClientEvent, plausible_moment
from headgate.storage.statements import insert_or_ignore, rows_of
from headgate.storage.tables.reporting import client_events

_c = client_events.c

#: What is kept of an event's texts. Real ones have some 30 pairs of a few characters each.
_MOST_TEXTS = 64
_LONGEST_TEXT = 1000
_MOST_CHARACTERS = 8000
_LONGEST_NAME = 260


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvent:
    """An event and when it came here."""

    event: ClientEvent
    received_at: datetime


def known_instances(conn: Connection, instance_ids: Collection[str]) -> set[str]:
    """Return which of the events are here already."""
    rows = rows_of(conn, select(_c.instance_id), _c.instance_id, instance_ids)
    return {row.instance_id for row in rows}


def keep_events(conn: Connection, events: Sequence[KeptEvent]) -> None:
    """Keep events that are not here yet, in the order they came."""
    latest = {
        (one.event.computer_id, one.event.event_id): one
        for one in events
        if one.event.update_id is None
    }
    if latest:
        conn.execute(
            delete(client_events).where(
                _c.computer_id == bindparam("who"),
                _c.event_id == bindparam("what"),
                _c.update_id.is_(None),
            ),
            [{"who": who, "what": what} for who, what in sorted(latest)],
        )
    kept = set(map(id, latest.values()))
    rows = [_row(one) for one in events if one.event.update_id is not None or id(one) in kept]
    if rows:
        # Another computer may have used the same instance id meanwhile.
        conn.execute(insert_or_ignore(conn, client_events), rows)


def events_of(conn: Connection, computer_id: str, *, at_most: int) -> list[KeptEvent]:
    """Return a computer's events, the latest first."""
    rows = conn.execute(
        select(client_events)
        .where(_c.computer_id == computer_id)
        .order_by(_c.id.desc())
        .limit(at_most)
    ).mappings()
    return [_event(row) for row in rows]


def forget_before(conn: Connection, moment: datetime, *, at_most: int) -> int:
    """Delete events that came before a moment, the oldest first; return how many."""
    oldest = select(_c.id).where(_c.received_at < moment).order_by(_c.received_at).limit(at_most)
    return conn.execute(delete(client_events).where(_c.id.in_(oldest))).rowcount


def beyond_latest(conn: Connection, *, kept: int) -> dict[str, int]:
    """Return the computers of which more than ``kept`` events are here.

    With each the newest of those that are too many, as :func:`forget_until` takes it. It reads an
    index of all events: some tenths of a second for a million of them.
    """
    talkative = (
        select(_c.computer_id).group_by(_c.computer_id).having(func.count() > kept)
    ).order_by(_c.computer_id)
    return {
        computer_id: conn.execute(
            select(_c.id)
            .where(_c.computer_id == computer_id)
            .order_by(_c.id.desc())
            .limit(1)
            .offset(kept)
        ).scalar_one()
        for computer_id in conn.execute(talkative).scalars().all()
    }


def forget_until(conn: Connection, computer_id: str, newest: int, *, at_most: int) -> int:
    """Delete some of a computer's events, ``newest`` and older ones; return how many."""
    some = select(_c.id).where(_c.computer_id == computer_id, _c.id <= newest).limit(at_most)
    return conn.execute(delete(client_events).where(_c.id.in_(some))).rowcount


def _row(one: KeptEvent) -> dict[str, Any]:
    event = one.event
    return {
        "computer_id": event.computer_id,
        "instance_id": event.instance_id,
        "event_id": event.event_id,
        "source_id": event.source_id,
        "update_id": event.update_id,
        "revision_number": None if event.update_id is None else event.revision_number,
        "hresult": event.hresult,
        "at_target": plausible_moment(event.at_target, one.received_at),
        "received_at": one.received_at,
        "app_name": event.app_name and event.app_name[:_LONGEST_NAME],
        "device_id": event.device_id and event.device_id[:_LONGEST_NAME],
        "strings": _written(event.strings),
        "misc": _written(event.misc),
    }


def _event(row: RowMapping) -> KeptEvent:
    event = ClientEvent(
        computer_id=row["computer_id"],
        instance_id=row["instance_id"],
        event_id=row["event_id"],
        source_id=row["source_id"],
        at_target=row["at_target"],
        update_id=row["update_id"],
        revision_number=row["revision_number"] or 0,
        hresult=row["hresult"],
        app_name=row["app_name"],
        device_id=row["device_id"],
        strings=tuple(json.loads(row["strings"])),
        misc=tuple(json.loads(row["misc"])),
    )
    return KeptEvent(event=event, received_at=row["received_at"])


def _written(texts: Iterable[str]) -> str:
    cut: list[str] = []
    room = _MOST_CHARACTERS
    for text in islice(texts, _MOST_TEXTS):
        cut.append(text[: min(_LONGEST_TEXT, room)])
        room -= len(cut[-1])
    return json.dumps(cut, ensure_ascii=False, separators=(",", ":"))
