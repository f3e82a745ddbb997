from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from headgate.jobs import schedule
from headgate.jobs.schedule import Attempt, Timetable

STOCKHOLM = "Europe/Stockholm"
NEW_YORK = "America/New_York"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def _timetable(
    first: str = "03:00",
    per_day: int = 1,
    zone: str = STOCKHOLM,
    offset: int = 0,
    since: datetime = LONG_AGO,
) -> Timetable:
    return Timetable(
        first=time.fromisoformat(first),
        per_day=per_day,
        zone=ZoneInfo(zone),
        offset=timedelta(seconds=offset),
        since=since,
    )


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _runs(timetable: Timetable, day: str) -> list[str]:
    runs = schedule.runs_on(timetable, date.fromisoformat(day))
    return [f"{moment:%d %H:%M}" for moment in runs]


def _attempt(
    started: datetime, *, failed: bool = False, running: bool = False, scheduled: bool = True
) -> Attempt:
    return Attempt(
        started_at=started,
        ended_at=None if running else started + 5 * MINUTE,
        failed=failed,
        scheduled=scheduled,
    )


@pytest.mark.parametrize("per_day", range(1, 25))
def test_runs_are_evenly_spaced_over_the_day(per_day: int) -> None:
    times = schedule.times_of_day(time(22, 10), per_day)

    minutes = [t.hour * 60 + t.minute for t in times]
    gaps = {
        (later - earlier) % 1440 or 1440
        for earlier, later in zip(minutes, minutes[1:] + minutes[:1], strict=True)
    }
    assert time(22, 10) in times
    assert len(times) == per_day
    assert max(gaps) - min(gaps) <= 1


def test_five_a_day_on_an_ordinary_day() -> None:
    assert _runs(_timetable("03:00", 5), "2026-11-20") == [
        "20 02:00",
        "20 06:48",
        "20 11:36",
        "20 16:24",
        "20 21:12",
    ]


@pytest.mark.parametrize(
    ("zone", "day", "first", "moment"),
    [
        # Europe: 02:00 becomes 03:00 at 01:00 UTC on 29 March; 03:00 becomes 02:00 on 25 October.
        (STOCKHOLM, "2026-03-28", "02:30", "28 01:30"),
        (STOCKHOLM, "2026-03-29", "02:30", "29 01:30"),  # does not exist: 03:30 summer time
        (STOCKHOLM, "2026-03-30", "02:30", "30 00:30"),
        (STOCKHOLM, "2026-10-24", "02:30", "24 00:30"),
        (STOCKHOLM, "2026-10-25", "02:30", "25 00:30"),  # exists twice: the first
        (STOCKHOLM, "2026-10-26", "02:30", "26 01:30"),
        # New York: 8 March and 1 November 2026, at two in the morning.
        (NEW_YORK, "2026-03-08", "02:30", "08 07:30"),
        (NEW_YORK, "2026-11-01", "01:30", "01 05:30"),
        (NEW_YORK, "2026-11-02", "01:30", "02 06:30"),
    ],
)
def test_a_daily_run_over_daylight_saving(zone: str, day: str, first: str, moment: str) -> None:
    assert _runs(_timetable(first, zone=zone), day) == [moment]


@pytest.mark.parametrize(
    ("zone", "day", "count"),
    [
        (STOCKHOLM, "2026-03-29", 23),
        (STOCKHOLM, "2026-10-25", 24),
        (NEW_YORK, "2026-03-08", 23),
        (NEW_YORK, "2026-11-01", 24),
    ],
)
def test_hourly_runs_never_meet_and_none_is_doubled(zone: str, day: str, count: int) -> None:
    runs = schedule.runs_on(_timetable("00:15", 24, zone), date.fromisoformat(day))

    assert len(set(runs)) == len(runs) == count
    assert min(b - a for a, b in pairwise(runs)) == HOUR


def test_the_installations_offset_shifts_every_run() -> None:
    assert _runs(_timetable("03:00", offset=1800), "2026-11-20") == ["20 02:30"]


def test_the_next_run_is_tomorrow_when_todays_is_over() -> None:
    coming = schedule.next_slot(_timetable("03:00", offset=60), _utc("2026-11-20T02:01"))

    assert coming == _utc("2026-11-21T02:01")


def test_nothing_is_due_before_its_time_and_the_moment_itself_is() -> None:
    timetable, done = _timetable("03:00"), [_attempt(_utc("2026-11-19T02:00"))]

    assert not schedule.is_due(timetable, done, _utc("2026-11-20T01:59:59"))
    assert schedule.is_due(timetable, done, _utc("2026-11-20T02:00"))


def test_a_run_missed_while_the_server_was_down_is_due_at_start() -> None:
    done = [_attempt(_utc("2026-11-16T02:00"))]

    assert schedule.is_due(_timetable(), done, _utc("2026-11-20T17:00"))


def test_a_run_already_made_is_not_due_again() -> None:
    made_by_hand = [_attempt(_utc("2026-11-20T02:30"), scheduled=False)]

    assert not schedule.is_due(_timetable(), made_by_hand, _utc("2026-11-20T17:00"))


def test_a_timetable_chosen_today_does_not_ask_for_this_morning() -> None:
    timetable = _timetable(since=_utc("2026-11-20T14:00"))

    assert not schedule.is_due(timetable, [], _utc("2026-11-20T14:01"))
    assert schedule.is_due(timetable, [], _utc("2026-11-21T02:00"))


def test_a_running_one_keeps_the_next_from_starting() -> None:
    running = [_attempt(_utc("2026-11-20T02:00"), running=True)]

    assert not schedule.is_due(_timetable(), running, _utc("2026-11-20T05:00"))


def test_a_failed_run_is_tried_twice_more_a_quarter_of_an_hour_apart() -> None:
    timetable, now = _timetable(), _utc("2026-11-20T02:00")
    attempts: list[Attempt] = []
    started = []
    for _ in range(180):
        if schedule.is_due(timetable, attempts, now):
            started.append(f"{now:%H:%M}")
            attempts.append(_attempt(now, failed=True))
        now += MINUTE

    assert started == ["02:00", "02:20", "02:40"]  # each fails after five minutes


def test_a_failure_by_hand_is_not_tried_again() -> None:
    by_hand = [_attempt(_utc("2026-11-20T02:30"), failed=True, scheduled=False)]

    assert not schedule.is_due(_timetable(), by_hand, _utc("2026-11-20T05:00"))


def test_a_success_by_hand_ends_the_retries() -> None:
    attempts = [
        _attempt(_utc("2026-11-20T02:00"), failed=True),
        _attempt(_utc("2026-11-20T02:10"), scheduled=False),
    ]

    assert not schedule.is_due(_timetable(), attempts, _utc("2026-11-20T05:00"))


def test_yesterdays_failures_do_not_use_up_todays_retries() -> None:
    attempts = [_attempt(_utc(f"2026-11-19T02:{m}0"), failed=True) for m in (0, 2, 4)]
    attempts.append(_attempt(_utc("2026-11-20T02:00"), failed=True))

    assert schedule.is_due(_timetable(), attempts, _utc("2026-11-20T02:20"))


def test_what_comes_next_is_the_retry_or_the_next_run() -> None:
    timetable, now = _timetable(), _utc("2026-11-20T02:10")
    failed = [_attempt(_utc("2026-11-20T02:00"), failed=True)]
    good = [_attempt(_utc("2026-11-20T02:00"))]

    assert schedule.next_run(timetable, failed, now) == _utc("2026-11-20T02:20")
    assert schedule.next_run(timetable, good, now) == _utc("2026-11-21T02:00")
    assert schedule.next_run(timetable, [], now) == now
