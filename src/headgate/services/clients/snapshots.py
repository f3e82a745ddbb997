"""The picture of the catalogue that scans are answered from; one for the process.

A snapshot is built when somebody asks first (a server that starts does), and again in the
background when the catalogue's version has moved; until the new one is whole, the old one serves.
Decisions are laid over it for each set of groups. Whether anything has moved is looked at once a
second: by a thread of its own where somebody has started :meth:`Snapshots.watch`, so that the first
computer after a quiet night meets what was decided in it, else by whoever asks then.
"""

import gc
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from headgate.approvals.decisions import Decisions
from headgate.logs import get_logger
from headgate.offer.overlay import Overlay
from headgate.offer.snapshot import Snapshot
from headgate.storage import effective, transactions
from headgate.storage.catalogue_version import catalogue_version
from headgate.storage.decisions import read_decisions
from headgate.storage.engine import Engine
from headgate.storage.live import live_catalogue

#: Seconds until the database is asked again whether anything has moved.
LOOK_EVERY = 1.0

#: Seconds until a build that failed is tried again.
RETRY_AFTER = 10.0

#: Sets of groups whose overlays are kept; the oldest makes room.
KEPT_OVERLAYS = 64


class _Closed(Exception):
    """Nobody waits for the build any more."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is laid over what."""

    snapshot: Snapshot
    decisions: Decisions
    files_are_kept: bool
    overlays: dict[tuple[str, ...], Overlay] = field(default_factory=dict)


class Snapshots:
    """Gives snapshots and overlays to any number of threads."""

    def __init__(
        self,
        engine: Engine,
        *,
        files_are_kept: Callable[[], bool],
        look_every: float = LOOK_EVERY,
        retry_after: float = RETRY_AFTER,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Build nothing yet. ``files_are_kept``: whether update files are kept here at present."""
        self._engine = engine
        self._files_are_kept = files_are_kept
        self._look_every = look_every
        self._retry_after = retry_after
        self._monotonic = monotonic
        self._moment: _Moment | None = None
        self._looking = threading.Lock()  # held by who looks, and by who builds the first one
        self._laying = threading.Lock()
        self._looked_at = 0.0
        self._builder: threading.Thread | None = None
        self._built_badly_at: float | None = None
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None

    def current(self) -> Snapshot:
        """Return the newest snapshot that is whole; the first one is waited for."""
        return self._now().snapshot

    def overlay(self, groups: tuple[str, ...]) -> Overlay:
        """Return the snapshot with what is decided for a computer of ``groups``."""
        moment = self._now()
        found = moment.overlays.get(groups)
        return found if found is not None else self._lay(moment, groups)

    def look(self) -> None:
        """Look now whether anything has moved, not when the second is over."""
        with self._looking:
            self._look()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the build that is under way, if any, has ended."""
        builder = self._builder
        if builder is not None:
            builder.join(timeout)

    def watch(self) -> None:
        """Build the first snapshot, and look once a second, in a thread until closed.

        Nobody who asks looks any more: no computer waits while decisions are read.
        """
        self._watcher = threading.Thread(target=self._watch, name="snapshots", daemon=True)
        self._watcher.start()

    def close(self) -> None:
        """Build nothing any more; the build that is under way is given up."""
        self._closed.set()
        if self._watcher is not None:
            self._watcher.join()
        self.wait()

    def _watch(self) -> None:
        while not self._closed.is_set():
            try:
                self.look()
            except _Closed:
                return
            except Exception:
                # The database may be back in a second; computers go on with what is here.
                get_logger(__name__).exception("catalogue not looked at")
            self._closed.wait(self._look_every)

    def _refuse_when_closed(self) -> None:
        if self._closed.is_set():
            raise _Closed

    def _now(self) -> _Moment:
        moment = self._moment
        if moment is None:
            with self._looking:
                if self._moment is None:
                    self._look()
                moment = self._moment
            assert moment is not None
            return moment
        if self._watcher is None:
            self._look_if_due()
        return self._moment or moment

    def _look_if_due(self) -> None:
        """Look, unless somebody does just now or did a moment ago."""
        is_due = self._monotonic() - self._looked_at >= self._look_every
        if is_due and self._looking.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looking.release()

    def _look(self) -> None:
        self._looked_at = self._monotonic()
        moment, kept = self._moment, self._files_are_kept()
        if moment is None:
            self._moment = _Moment(self._build(), self._decisions(), kept)
            _leave_alone_what_is_here()
            return
        with transactions.read(self._engine) as conn:
            version, counter = catalogue_version(conn), effective.counter(conn)
        known = moment.decisions
        if (known.catalogue_version, known.counter) != (version, counter):
            self._swap(_Moment(moment.snapshot, self._decisions(), kept))
        elif moment.files_are_kept != kept:
            self._swap(_Moment(moment.snapshot, known, kept))
        if moment.snapshot.version != version:
            self._build_in_background()

    def _decisions(self) -> Decisions:
        with transactions.read(self._engine) as conn:
            return read_decisions(conn)

    def _build(self) -> Snapshot:
        with transactions.read(self._engine) as conn:
            return Snapshot.build(live_catalogue(conn, check=self._refuse_when_closed))

    def _build_in_background(self) -> None:
        if self._closed.is_set() or (self._builder is not None and self._builder.is_alive()):
            return
        failed = self._built_badly_at
        if failed is not None and self._monotonic() - failed < self._retry_after:
            return
        self._builder = threading.Thread(target=self._rebuild, name="snapshot", daemon=True)
        self._builder.start()

    def _rebuild(self) -> None:
        try:
            snapshot = self._build()
            with self._looking:  # decisions older than the snapshot would hide what changed since
                self._swap(_Moment(snapshot, self._decisions(), self._files_are_kept()))
            self._built_badly_at = None
        except _Closed:
            return
        except Exception:
            # Whatever it was, computers are still served from the old one, and it is tried again.
            self._built_badly_at = self._monotonic()
            get_logger(__name__).exception("snapshot of the catalogue not built")

    def _swap(self, following: _Moment) -> None:
        """Let a moment count, with every overlay that is in use laid before anybody asks."""
        for groups in list(self._moment.overlays) if self._moment else ():
            self._lay(following, groups)
        self._moment = following

    def _lay(self, moment: _Moment, groups: tuple[str, ...]) -> Overlay:
        with self._laying:
            found = moment.overlays.get(groups)
            if found is None:
                found = Overlay.lay(
                    moment.snapshot,
                    moment.decisions,
                    groups,
                    files_are_kept=moment.files_are_kept,
                )
                if len(moment.overlays) >= KEPT_OVERLAYS:
                    del moment.overlays[next(iter(moment.overlays))]
                moment.overlays[groups] = found
            return found


def _leave_alone_what_is_here() -> None:
    """Let the garbage collector walk only over what comes from now on.

    Building makes so many objects that it collects several times, and each time it would stop all
    threads for as long as all objects of the process take: 190 ms, measured, 20 ms so.
    """
    gc.collect()
    gc.freeze()
