"""Events go after fifteen days and beyond ten thousand of a computer, whoever reports meanwhile."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from headgate.services.clients import event_tidying
from headgate.services.clients.event_tidying import KEPT_DAYS, EventTidying
from headgate.storage import client_events, transactions
from headgate.storage.client_events import KeptEvent
from headgate.storage.engine import Engine
from tests.cast import NOON, a_guid
from tests.reports import ALICE, BOB, an_event, register

WORD = a_guid()
PATIENCE = 30.0


@pytest.fixture
def tidying(engine: Engine) -> Iterator[EventTidying]:
    register(engine, ALICE, BOB)
    made = EventTidying(engine, now=lambda: NOON, kept_of_one=20)
    yield made
    made.close()


def keep(engine: Engine, *event_ids: int, of: str = ALICE, at: datetime = NOON) -> None:
    """Events of an earlier process."""
    events = [an_event(one, WORD, computer_id=of) for one in event_ids]
    with transactions.write(engine) as conn:
        client_events.keep_events(conn, [KeptEvent(event=one, received_at=at) for one in events])


def kept(engine: Engine, computer_id: str = ALICE) -> list[int]:
    with transactions.read(engine) as conn:
        rows = client_events.events_of(conn, computer_id, at_most=1000)
    return [one.event.event_id for one in reversed(rows)]


def test_events_go_after_fifteen_days(engine: Engine, tidying: EventTidying) -> None:
    keep(engine, 181, at=NOON - timedelta(days=KEPT_DAYS))
    keep(engine, 182, at=NOON - timedelta(days=KEPT_DAYS, seconds=1))
    tidying.tidy()

    assert kept(engine) == [181]


def test_of_every_computer_the_latest_are_kept(engine: Engine, tidying: EventTidying) -> None:
    """However slowly it sent them, and whichever process took them."""
    for number in range(25):
        keep(engine, 167 + number % 2)
        keep(engine, 183, of=BOB)
    keep(engine, 183)
    tidying.tidy()

    assert kept(engine) == [167 + number % 2 for number in range(6, 25)] + [183]
    assert kept(engine, BOB) == [183] * 20


def test_many_go_some_at_a_time(
    engine: Engine, tidying: EventTidying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_tidying, "_AT_ONCE", 3)
    monkeypatch.setattr(event_tidying, "_PAUSE", 0.0)
    keep(engine, *[181] * 10, at=NOON - timedelta(days=KEPT_DAYS + 1))
    keep(engine, *[182] * 10, *[183] * 20)
    tidying.tidy()

    assert kept(engine) == [183] * 20


def test_nobody_has_to_report_for_it(engine: Engine, tidying: EventTidying) -> None:
    keep(engine, 182, at=NOON - timedelta(days=KEPT_DAYS + 1))
    tidying.start()

    until = time.monotonic() + PATIENCE
    while kept(engine):
        assert time.monotonic() < until
        time.sleep(0.01)
