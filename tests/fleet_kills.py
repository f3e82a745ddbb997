"""Killing the server under computers that are at work: ten of them, one SIGKILL at a time.

The server is the program people start. It dies when the computers together begin their n-th call,
while those of the others are on their way; then it is started again on the same data and port, and
the computers, who remember what they did, come again.
"""

import random
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from headgate.simulator.fleet import Fleet
from headgate.simulator.windows_client.client import Outcome
from headgate.simulator.windows_client.connection import Connection
from headgate.simulator.windows_client.mix import machines
from headgate.storage import client_events, transactions
from headgate.wire.clientsync import operations
from tests.fleet_lab import copied, opened, served, states, troubles
from tests.installation import Installation
from tests.reports import assert_counters_hold

COMPUTERS = 10
_ROUNDS = 6
_NEVER = 1 << 30
_NO_UPDATE = "00000000-0000-0000-0000-000000000000"


class Calls:
    """Counts what computers ask, does a deed at one of the calls, remembers accepted events."""

    def __init__(self) -> None:
        self.count = 0
        self.accepted: set[str] = set()  #: instance ids of events about an update
        self._lock = threading.Lock()
        self._deed: tuple[int, Callable[[], object]] | None = None

    def at(self, number: int, deed: Callable[[], object]) -> None:
        """Do ``deed`` when the call ``number``, counted from now, begins."""
        with self._lock:
            self.count, self._deed = 0, (number, deed)

    @property
    def is_done(self) -> bool:
        return self._deed is None

    def begins(self) -> None:
        with self._lock:
            self.count += 1
            deed = self._deed
            if deed is None or self.count < deed[0]:
                return
            self._deed = None
        deed[1]()

    def answered(self, operation: Any, request: Any, answer: Any) -> None:
        if operation is operations.REPORT_EVENT_BATCH and answer.accepted:
            events = (one.basic_data for one in request.event_batch)
            ids = {one.event_instance_id for one in events if one.update_id.update_id != _NO_UPDATE}
            with self._lock:
                self.accepted |= ids


@contextmanager
def counted() -> Iterator[Calls]:
    """Count the calls of all computers of this process."""
    calls, call, fetch = Calls(), Connection.call, Connection.fetch

    def counted_call(self: Connection, operation: Any, request: Any, path: str) -> Any:
        calls.begins()
        answer = call(self, operation, request, path)
        calls.answered(operation, request, answer)
        return answer

    def counted_fetch(self: Connection, *what: Any) -> Any:
        calls.begins()
        return fetch(self, *what)

    with (
        patch.object(Connection, "call", counted_call),
        patch.object(Connection, "fetch", counted_fetch),
    ):
        yield calls


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a journey ended."""

    installed: dict[str, frozenset[str]]  #: what each computer installed, by name
    told: dict[str, dict[str, frozenset[str]]]  #: what the server says about each
    calls: int  #: of the last server's computers
    kills: int


def journey(catalogue: Path, where: Path, kills: Iterable[int] = ()) -> End:
    """Let ten computers install what is approved in a copy of ``catalogue``.

    ``kills``: for each server, the number of the call at which it dies; it may end before. Fails
    when a report that was accepted is not there afterwards.
    """
    headgate, listen = copied(catalogue, where), "127.0.0.1:0"
    fleet: Fleet | None = None
    outcomes: list[Outcome] = []
    killed = 0
    with counted() as calls:
        for number in (*kills, None):
            with served(headgate, listen) as server:
                listen = server.address.removeprefix("http://")
                fleet = fleet or Fleet(machines(COMPUTERS), server.address)
                if number is not None:
                    calls.at(number, partial(server.process.send, signal.SIGKILL))
                    outcomes += fleet.run()
                    killed += calls.is_done
                    continue
                calls.at(_NEVER, server.process.kill)
                outcomes += _until_done(fleet)
                server.process.send(signal.SIGTERM)
                assert server.process.ended().code == 0
    assert fleet is not None
    with opened(headgate.data) as installation:
        _nothing_is_lost(installation, calls.accepted)
        told = {
            machine.name: {
                str(state): frozenset(ids) for state, ids in states(installation, machine).items()
            }
            for machine in fleet.machines
        }
    return End(
        installed=together(outcomes),
        told=told,
        calls=calls.count,
        kills=killed,
    )


def together(outcomes: Iterable[Outcome]) -> dict[str, frozenset[str]]:
    """Return what each computer installed in several rounds, by name."""
    found: dict[str, frozenset[str]] = {}
    for one in outcomes:
        ids = {each.update_id for each in one.installed}
        found[one.name] = found.get(one.name, frozenset()) | ids
    return found


def _until_done(fleet: Fleet) -> list[Outcome]:
    """Let computers come until a round has neither trouble nor anything to install."""
    done: list[Outcome] = []
    for _ in range(_ROUNDS):
        round_ = fleet.run()
        done += round_
        if not troubles(round_) and not any(one.offered for one in round_):
            return done
    raise AssertionError(f"the computers never came to rest: {troubles(round_)}")


def _nothing_is_lost(installation: Installation, accepted: set[str]) -> None:
    with transactions.read(installation.engine) as conn:
        assert accepted - client_events.known_instances(conn, accepted) == set()
        if conn.dialect.name == "sqlite":
            assert conn.exec_driver_sql("PRAGMA quick_check").scalar_one() == "ok"
    assert_counters_hold(installation.engine)


def drawn(calm: End, count: int, *, seed: int) -> list[int]:
    """Return calls at which to kill, drawn over a calm journey."""
    dice = random.Random(seed)
    return [dice.randrange(2, max(3, calm.calls * 3 // 4)) for _ in range(count)]
