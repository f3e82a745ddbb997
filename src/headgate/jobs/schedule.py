"""When to synchronize: pure functions of the timetable, what was tried, and now.

A timetable names times of day in a zone. Daylight saving: a time that does not exist on a day is
moved forward by the gap, one that exists twice counts once (the first). Every time is shifted by
the installation's own offset.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: A failed run is tried again this often, this far apart.
RETRIES = 2
RETRY_AFTER = timedelta(minutes=15)

_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """A first time of day and how many runs follow it, evenly spaced over 24 hours."""

    first: time
    per_day: int
    zone: ZoneInfo
    offset: timedelta
    since: datetime  #: when it was chosen; what lies before was never meant to run


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run that was started, by the schedule or by somebody."""

    started_at: datetime
    ended_at: datetime | None
    failed: bool
    scheduled: bool


def times_of_day(first: time, per_day: int) -> list[time]:
    """Return the times of a day in order, to the minute.

    >>> [str(t)[:5] for t in times_of_day(time(22, 0), 5)]
    ['02:48', '07:36', '12:24', '17:12', '22:00']
    """
    start = first.hour * 60 + first.minute
    minutes = sorted((start + n * _DAY_MINUTES // per_day) % _DAY_MINUTES for n in range(per_day))
    return [time(*divmod(minute, 60)) for minute in minutes]


def runs_on(timetable: Timetable, day: date) -> list[datetime]:
    """Return the moments (UTC) that belong to a day of the timetable's zone, in order."""
    moments = {
        _moment(datetime.combine(day, at), timetable.zone) + timetable.offset
        for at in times_of_day(timetable.first, timetable.per_day)
    }
    return sorted(moments)


def _moment(wall_clock: datetime, zone: ZoneInfo) -> datetime:
    # With fold=0 a time in the gap is read with the offset before it, which moves it forward;
    # an ambiguous one is the first of the two.
    return wall_clock.replace(tzinfo=zone, fold=0).astimezone(UTC)


def latest_slot(timetable: Timetable, now: datetime) -> datetime | None:
    """Return the newest moment of the timetable that has come, None when none was meant yet."""
    come = [moment for moment in _around(timetable, now) if moment <= now]
    return come[-1] if come and come[-1] > timetable.since else None


def next_slot(timetable: Timetable, now: datetime) -> datetime:
    """Return the first moment of the timetable that is still to come."""
    return next(moment for moment in _around(timetable, now) if moment > now)


def _around(timetable: Timetable, now: datetime) -> Iterator[datetime]:
    today = now.astimezone(timetable.zone).date()
    for days in range(-2, 3):
        yield from runs_on(timetable, today + timedelta(days=days))


def is_due(timetable: Timetable, attempts: Sequence[Attempt], now: datetime) -> bool:
    """Whether a run has to start now. ``attempts``: those since the latest slot, oldest first.

    A slot nobody answered (the server was down) is due whenever we look; a failed run of the
    schedule is due again after RETRY_AFTER, RETRIES times.
    """
    slot = latest_slot(timetable, now)
    if slot is None:
        return False
    since = [attempt for attempt in attempts if attempt.started_at >= slot]
    if not since:
        return True
    retry = retry_at(since)
    return retry is not None and now >= retry


def retry_at(attempts: Sequence[Attempt]) -> datetime | None:
    """Return when the last of these attempts is tried again, None when it is not."""
    if not attempts:
        return None
    last = attempts[-1]
    failures = sum(1 for attempt in attempts if attempt.scheduled and attempt.failed)
    if not (last.scheduled and last.failed and last.ended_at) or failures > RETRIES:
        return None
    return last.ended_at + RETRY_AFTER


def next_run(timetable: Timetable, attempts: Sequence[Attempt], now: datetime) -> datetime:
    """Return when the schedule starts its next run: a retry, or the next slot."""
    if is_due(timetable, attempts, now):
        return now
    slot = latest_slot(timetable, now)
    retry = retry_at([a for a in attempts if slot is not None and a.started_at >= slot])
    coming = next_slot(timetable, now)
    return min(retry, coming) if retry is not None else coming
