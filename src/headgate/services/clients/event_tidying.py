"""Deletes events that are too old or too many, for as long as a server runs.

In a thread of its own, some at a time: no report waits for more than one deletion.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from headgate import clock
from headgate.errors import StorageError
from headgate.logs import get_logger
from headgate.storage import client_events, transactions
from headgate.storage.engine import Engine

#: Days client events are kept.
KEPT_DAYS = 15
#: Events kept of one computer; a healthy one sends some ten a day.
KEPT_OF_ONE = 10_000

#: Seconds between two looks: what one computer can send meanwhile has to fit on the disk.
_EVERY = 3600.0
#: Events deleted in one transaction, and seconds reports get between two of them.
_AT_ONCE = 2_000
_PAUSE = 0.1
#: Seconds the end of a server waits for a deletion; one that takes longer is lost, and done again.
_PATIENCE = 1.0

_log = get_logger(__name__)


class EventTidying:
    """Looks for events that have to go, at once and every hour. One for the process."""

    def __init__(
        self,
        engine: Engine,
        *,
        now: Callable[[], datetime] = clock.now,
        kept_of_one: int = KEPT_OF_ONE,
        every: float = _EVERY,
    ) -> None:
        """Start nothing yet. ``every``: seconds between two looks."""
        self._engine = engine
        self._now = now
        self._kept_of_one = kept_of_one
        self._every = every
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="event-tidying", daemon=True)

    def start(self) -> None:
        """Look from now on, until closed."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def tidy(self) -> None:
        """Delete all that is due. Raises StorageError."""
        before = self._now() - timedelta(days=KEPT_DAYS)
        self._delete(partial(client_events.forget_before, moment=before))
        with transactions.read(self._engine) as conn:
            beyond = client_events.beyond_latest(conn, kept=self._kept_of_one)
        for who, newest in beyond.items():
            self._delete(partial(client_events.forget_until, computer_id=who, newest=newest))

    def _delete(self, some: Callable[..., int]) -> None:
        """Call ``some`` until it deletes no more."""
        while not self._closed.is_set():
            with transactions.write(self._engine) as conn:
                gone = some(conn, at_most=_AT_ONCE)
            if gone < _AT_ONCE:
                return
            self._closed.wait(_PAUSE)

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                self.tidy()
            except StorageError as exc:
                _log.warning("old events not deleted", reason=exc.message)
            except Exception:
                # What nobody has foreseen must not end the thread; it is tried again.
                _log.exception("old events not deleted")
            self._closed.wait(self._every)
