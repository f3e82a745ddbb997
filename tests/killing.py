"""Killing synchronizations: a child process that dies by SIGKILL, at a delay that is recorded.

The command is the one people type. Delays are drawn over the time a calm run takes: every third one
begins when the process starts, the others when the child asks for its first documents. What the
child was at is told by the database it left behind: it was *storing documents* when some were here
and others still on its list.
"""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from headgate.services.synchronizing.sync_control import SYNCHRONIZE
from headgate.storage import jobs, transactions
from headgate.storage.tables.catalogue import revisions
from headgate.storage.tables.synchronization import sync_todo
from tests.catalogue_picture import Picture
from tests.installation import Installation
from tests.upstream_lab import RunningLab

#: Seconds after which a child that neither ends nor asks for anything is given up.
PATIENCE = 120.0
#: Attempts for each kill that is wanted, before the quota counts as out of reach.
ATTEMPTS = 5
_LOOK = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One kill: when it came, and what the child left behind."""

    delay: float  #: seconds
    since: str  #: what the delay began with
    documents: int  #: here when it died
    left: int  #: on its to-do list

    @property
    def while_storing(self) -> bool:
        return self.documents > 0 and self.left > 0

    def __str__(self) -> str:
        return (
            f"{self.delay:.3f} s after {self.since}: "
            f"{self.documents} documents here, {self.left} to come"
        )


class Executioner:
    """Kills synchronizations with one lab and checks what the next run makes of it."""

    def __init__(
        self, lab: RunningLab, new: Callable[[], Installation], calm: Picture, *, seed: int
    ) -> None:
        self._lab = lab
        self._new = new
        self._calm = calm
        self._dice = random.Random(seed)
        self._starting, self._storing = self._measure()
        print(f"seed {seed}; a calm run: {self._starting:.2f} s and {self._storing:.2f} s")

    def kill(self, wanted: int) -> list[Kill]:
        """Kill ``wanted`` synchronizations, at least half of them while they store documents."""
        kills: list[Kill] = []
        for attempt in range(wanted * ATTEMPTS):
            if len(kills) >= wanted and sum(k.while_storing for k in kills) * 2 >= wanted:
                break
            server = self._new()
            if (kill := self._kill_one(server, from_start=attempt % 3 == 2)) is not None:
                print(kill)
                kills.append(kill)
                self._next_run_makes_it_good(server)
            server.engine.dispose()
        return kills

    def _measure(self) -> tuple[float, float]:
        """Return the seconds before the first documents are asked for, and until the last are."""
        server = self._new()
        began = time.monotonic()
        with self._child(server) as child:
            self._await_first_documents(child)
            first = last = time.monotonic()
            calls = self._documents_calls()
            while child.poll() is None:
                if calls != (calls := self._documents_calls()):
                    last = time.monotonic()
                time.sleep(_LOOK)
            assert child.returncode == 0, _last_words(child)
        assert server.picture().differences(self._calm) == []
        return first - began, last - first

    def _kill_one(self, server: Installation, *, from_start: bool) -> Kill | None:
        """Return what was left; None when the child was faster than the dice."""
        span = self._storing + (self._starting if from_start else 0.0)
        delay = self._dice.uniform(0.0, span)
        with self._child(server) as child:
            if not from_start:
                self._await_first_documents(child)
            time.sleep(delay)
            child.kill()
            if child.wait(PATIENCE) == 0:
                self._storing *= 0.8  # the machine is quicker now than when it was measured
                return None
        since = "its start" if from_start else "its first documents"
        with transactions.read(server.engine) as conn:
            documents = conn.execute(select(func.count()).select_from(revisions)).scalar_one()
            left = conn.execute(select(func.count()).select_from(sync_todo)).scalar_one()
        return Kill(delay=delay, since=since, documents=documents, left=left)

    def _child(self, server: Installation) -> subprocess.Popen[bytes]:
        data = str(server.home.directory.path)
        self._asked_before = self._documents_calls()
        return subprocess.Popen(
            [sys.executable, "-m", "headgate", "--data", data, "sync", "now", "--yes"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,  # a few lines; read when the child ended on its own
        )

    def _await_first_documents(self, child: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + PATIENCE
        while self._documents_calls() == self._asked_before:
            assert child.poll() is None, f"the child asked for nothing: {_last_words(child)}"
            assert time.monotonic() < until, "the child never asked for documents"
            time.sleep(_LOOK)

    def _documents_calls(self) -> int:
        calls = self._lab.upstream.tally.snapshot().get("calls", {})
        return int(calls.get("GetUpdateData", 0))

    def _next_run_makes_it_good(self, server: Installation) -> None:
        """A dead worker's job is resumed, never left running; the catalogue is whole."""
        with transactions.read(server.engine) as conn:
            abandoned = jobs.unfinished(conn, [SYNCHRONIZE])
        if abandoned:
            assert server.work().job_id == abandoned[0].job_id
        else:
            server.synchronize()
        with transactions.read(server.engine) as conn:
            assert jobs.unfinished(conn, [SYNCHRONIZE]) == []
            if conn.dialect.name == "sqlite":
                assert conn.exec_driver_sql("PRAGMA quick_check").scalar_one() == "ok"
        assert all(run["result"] == "succeeded" for run in server.history())
        assert server.picture().differences(self._calm) == []
        assert server.synchronize()["documents"] == 0


def _last_words(child: subprocess.Popen[bytes]) -> str:
    return child.stderr.read().decode() if child.stderr else ""
