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
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from datetime import datetime

from headgate.errors import StorageError
from headgate.fleet.events import ClientEvent
from headgate.logs import get_logger
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.clients.remembered_numbers import RememberedNumbers
from headgate.services.clients.report_recording import Dropped, Recorded, Report, record
from headgate.storage import transactions
from headgate.storage.engine import Engine

#: What may wait, in characters: reports are some kilobytes, and no request has more than 8 MiB.
MOST_WAITING = 64 * 1024 * 1024
#: Events written in one transaction: other writers shall not wait long.
_MOST_TOGETHER = 2_000
#: Characters an event takes besides its texts.
_EVENT = 600
#: Seconds a caller waits at most: a database that is held is given up after a minute.
_PATIENCE = 90.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    report: Report
    weight: int
    done: "Future[Recorded]"


class ClientReports:
    """Records what computers report. One for the process; :meth:`close` it."""

    def __init__(self, engine: Engine, *, most_waiting: int = MOST_WAITING) -> None:
        """Start nothing yet; the writer starts with the first report."""
        self._engine = engine
        self._most_waiting = most_waiting
        self._change = threading.Condition()  # guards all below but what is the writer's
        self._waiting: deque[_Waiting] = deque()
        self._weight = 0
        self._writer: threading.Thread | None = None
        self._is_closed = False
        self._numbers = RememberedNumbers()  # the writer's own

    def report(
        self, computer_id: str, events: Sequence[ClientEvent], received_at: datetime
    ) -> Mapping[Dropped, int]:
        """Record what a computer sent; it is committed when this returns.

        Returns how many of the events were dropped, and why.

        Raises ComputerRefused with SERVER_BUSY when too much waits already, the database is held
        for too long or the server is going down, with REGISTRATION_REQUIRED when the computer is
        not registered; StorageError when the database fails. Then nothing of the report is kept,
        or the computer will send it again and what is kept is recognised.
        """
        if not events:
            return {}
        report = Report(
            computer_id=computer_id.lower(), events=tuple(events), received_at=received_at
        )
        done = self._enqueue(report)
        try:
            recorded = done.result(timeout=_PATIENCE)
        except (TimeoutError, CancelledError):
            done.cancel()
            raise _refused(report, Refusal.SERVER_BUSY) from None
        if not recorded.is_registered:
            raise _refused(report, Refusal.REGISTRATION_REQUIRED)
        return recorded.dropped

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
                raise _refused(report, Refusal.SERVER_BUSY)
            self._waiting.append(one)
            self._weight += one.weight
            self._begin()
            self._change.notify()
        return one.done

    def _begin(self) -> None:
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_on, name="reports", daemon=True)
            self._writer.start()

    # The writer

    def _write_on(self) -> None:
        while True:
            batch = self._take()
            if batch:
                self._write(batch)
            elif self._is_closed:
                return

    def _take(self) -> list[_Waiting]:
        """Wait for reports or the end; return what is to be written together."""
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._is_closed)
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
        for one, result in zip(batch, recorded, strict=True):
            one.done.set_result(result)

    def _record(self, reports: list[Report]) -> list[Recorded]:
        with transactions.write(self._engine) as conn:
            return record(conn, reports, self._numbers)


def _refused(report: Report, code: Refusal) -> ComputerRefused:
    return ComputerRefused(code, computer_id=report.computer_id)


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for one in batch:
        one.done.set_exception(error)


def _weight(events: Sequence[ClientEvent]) -> int:
    return sum(_EVENT + sum(map(len, _texts(event))) for event in events)


def _texts(event: ClientEvent) -> Iterable[str]:
    return (event.app_name or "", event.device_id or "", *event.strings, *event.misc)
