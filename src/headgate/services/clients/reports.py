"""Takes reports from any number of threads and answers when they are committed.

One thread writes. It takes all that waits, records it in one transaction, and wakes everybody after
the commit: a hundred computers that report at once cost one transaction. A report that cannot be
recorded does not spoil the others: they are tried again, each by itself. What waits is bounded;
beyond that computers are sent away as from a busy server, and come again (FACTS §14).

Reports without a cookie (``ReportEventBatch2``) go the same way: a cookie proves nothing about who
sends, because anybody gets one for any id. What counts in both cases is that the computer is
registered.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from headgate import clock
from headgate.errors import StorageError
from headgate.fleet.events import ClientEvent
from headgate.logs import get_logger
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.clients.report_recording import Recorded, Report, record
from headgate.storage import client_events, transactions
from headgate.storage.engine import Engine

#: Days client events are kept.
KEPT_DAYS = 15
#: Events kept of one computer; a healthy one sends some ten a day.
KEPT_OF_ONE = 10_000

#: What may wait, in characters: reports are some kilobytes, and no request has more than 8 MiB.
MOST_WAITING = 64 * 1024 * 1024
#: Events written in one transaction: other writers shall not wait long.
_MOST_TOGETHER = 2_000
#: Characters an event takes besides its texts.
_EVENT = 600
#: Seconds a caller waits at most: a database that is held is given up after a minute.
_PATIENCE = 90.0

#: Seconds between two looks for events that are too old; how many go at once.
_TIDY_EVERY = 3600.0
_TIDY_AT_ONCE = 5_000
#: Events of one computer between two looks that make it worth counting what is kept of it.
_TALKATIVE = 100
_TALKERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCounts:
    """What came since the process started."""

    reports: int = 0  #: answered with success
    events: int = 0
    repeated: int = 0  #: events that were here already
    dropped: int = 0  #: about another computer, or of a kind no computer may send
    refused: int = 0  #: reports sent away: too much at once, or not registered


@dataclass(frozen=True, slots=True)
class _Waiting:
    report: Report
    weight: int
    done: "Future[Recorded]"


class ClientReports:
    """Records what computers report. One for the process; :meth:`close` it."""

    def __init__(
        self,
        engine: Engine,
        *,
        now: Callable[[], datetime] = clock.now,
        most_waiting: int = MOST_WAITING,
        tidy_every: float = _TIDY_EVERY,
    ) -> None:
        """Start nothing yet; the writer starts with the first report."""
        self._engine = engine
        self._now = now
        self._most_waiting = most_waiting
        self._tidy_every = tidy_every
        self._change = threading.Condition()  # guards all below but what is the writer's
        self._waiting: deque[_Waiting] = deque()
        self._weight = 0
        self._writer: threading.Thread | None = None
        self._is_closed = False
        self._counts = ReportCounts()
        # The writer's own:
        self._tidy_at = 0.0
        self._sent: Counter[str] = Counter()

    @property
    def counts(self) -> ReportCounts:
        """What came since the process started."""
        with self._change:
            return self._counts

    def report(
        self, computer_id: str, events: Sequence[ClientEvent], received_at: datetime
    ) -> None:
        """Record what a computer sent; it is committed when this returns.

        Raises ComputerRefused with SERVER_BUSY when too much waits already, the database is held
        for too long or the server is going down, with REGISTRATION_REQUIRED when the computer is
        not registered; StorageError when the database fails. Then nothing of the report is kept,
        or the computer will send it again and what is kept is recognised.
        """
        if not events:
            return
        report = Report(
            computer_id=computer_id.lower(), events=tuple(events), received_at=received_at
        )
        done = self._enqueue(report)
        try:
            recorded = done.result(timeout=_PATIENCE)
        except (TimeoutError, CancelledError):
            done.cancel()
            raise self._refused(report, Refusal.SERVER_BUSY) from None
        if not recorded.is_registered:
            raise self._refused(report, Refusal.REGISTRATION_REQUIRED)

    def close(self) -> None:
        """Write what waits, take nothing more, and end the writer."""
        with self._change:
            self._is_closed = True
            self._change.notify_all()
            writer = self._writer
        if writer is not None:
            writer.join()

    def _enqueue(self, report: Report) -> "Future[Recorded]":
        one = _Waiting(report, _weight(report.events), Future())
        with self._change:
            # The first one always fits, however big: it would be sent again for ever.
            if self._is_closed or (
                self._waiting and self._weight + one.weight > self._most_waiting
            ):
                busy = True
            else:
                busy = False
                self._waiting.append(one)
                self._weight += one.weight
                self._begin()
                self._change.notify()
        if busy:
            raise self._refused(report, Refusal.SERVER_BUSY)
        return one.done

    def _begin(self) -> None:
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_on, name="reports", daemon=True)
            self._writer.start()

    def _refused(self, report: Report, code: Refusal) -> ComputerRefused:
        with self._change:
            self._counts = replace(self._counts, refused=self._counts.refused + 1)
        return ComputerRefused(code, computer_id=report.computer_id)

    # The writer

    def _write_on(self) -> None:
        while True:
            batch = self._take()
            if batch:
                self._write(batch)
            elif self._is_closed:
                return
            if time.monotonic() >= self._tidy_at:
                self._tidy()

    def _take(self) -> list[_Waiting]:
        """Wait for reports or for the time to tidy up; return what is to be written together."""
        with self._change:
            while not self._waiting and not self._is_closed:
                left = self._tidy_at - time.monotonic()
                if left <= 0:
                    return []
                self._change.wait(left)
            batch: list[_Waiting] = []
            events = 0
            while self._waiting and (not batch or events < _MOST_TOGETHER):
                one = self._waiting.popleft()
                self._weight -= one.weight
                if one.done.set_running_or_notify_cancel():
                    batch.append(one)
                    events += len(one.report.events)
        return batch

    def _write(self, batch: list[_Waiting]) -> None:
        try:
            recorded = self._record([one.report for one in batch])
        except StorageError as exc:
            _fail(batch, exc)  # the database is at fault: no other attempt will do better
            return
        except Exception as exc:
            if len(batch) == 1:
                get_logger(__name__).exception(
                    "report not recorded", computer=batch[0].report.computer_id
                )
                _fail(batch, exc)
                return
            recorded = None
        if recorded is None:  # one of them cannot be recorded; the others can
            for one in batch:
                self._write([one])
            return
        self._count(batch, recorded)
        for one, result in zip(batch, recorded, strict=True):
            one.done.set_result(result)

    def _record(self, reports: list[Report]) -> list[Recorded]:
        with transactions.write(self._engine) as conn:
            return record(conn, reports)

    def _count(self, batch: list[_Waiting], recorded: list[Recorded]) -> None:
        taken = [one for one in recorded if one.is_registered]
        with self._change:
            counts = self._counts
            self._counts = replace(
                counts,
                reports=counts.reports + len(taken),
                events=counts.events + sum(one.taken for one in taken),
                repeated=counts.repeated + sum(one.repeated for one in taken),
                dropped=counts.dropped + sum(one.dropped for one in taken),
            )
        for one, result in zip(batch, recorded, strict=True):
            self._sent[one.report.computer_id] += result.taken
            if result.dropped:
                get_logger(__name__).warning(
                    "dropped events of a report",
                    computer=one.report.computer_id,
                    dropped=result.dropped,
                )

    def _tidy(self) -> None:
        """Delete some of the events that are too old or too many; go on soon if there are more."""
        self._tidy_at = time.monotonic() + self._tidy_every
        before = self._now() - timedelta(days=KEPT_DAYS)
        talkative = [who for who, sent in self._sent.most_common(_TALKERS) if sent > _TALKATIVE]
        try:
            with transactions.write(self._engine) as conn:
                gone = client_events.forget_before(conn, before, at_most=_TIDY_AT_ONCE)
                for who in talkative:
                    gone += client_events.forget_all_but_latest(
                        conn, who, kept=KEPT_OF_ONE, at_most=_TIDY_AT_ONCE - gone
                    )
        except Exception:
            get_logger(__name__).exception("old events not deleted")
            return
        if gone == _TIDY_AT_ONCE:
            self._tidy_at = 0.0
        else:
            self._sent.clear()


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for one in batch:
        one.done.set_exception(error)


def _weight(events: Sequence[ClientEvent]) -> int:
    return sum(
        _EVENT + sum(map(len, event.strings)) + sum(map(len, event.misc)) for event in events
    )
