"""The first scan of a Windows 11 computer on a catalogue of that shape: 1.2 GB of Core XML.

Which calls a computer makes follows from what it has installed. A first computer finds out,
uncompressed; a second one repeats its calls on a server that was started anew, as real computers
make them. What counts is the processor time of the server, the handshake and a report included.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import clients_catalogue
from benchmarks import clients_requests as requests
from benchmarks.clients_agent import Agent, Explored, explore
from benchmarks.clients_server import Serving, server
from benchmarks.figures import MEGABYTES, SECONDS, Figure
from benchmarks.laboratory import Installation

TITLE = "The first scan of a Windows 11 computer"
#: Every update of Windows 11 and Defender, and the categories and detectoids that reach them; of a
#: full catalogue's 4,147 a computer is told of fewer, because prerequisites stand before the rest.
_WORLD = """
[world]
name = "Windows 11 and Defender"
sizes = "windows11"
revisions = 2000
configuration_share = 0.449
"""
MOST_SECONDS = 0.5
_STARTS = 5  #: of the server; what is told is in the middle of as many
_REST = 0.5  #: seconds without work
_MOST_CALLS = 200  #: of SyncUpdates, then agents give up (FACTS §3.5)
_NEEDED, _PRESENT = clients_catalogue.states(8, 27)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scanned:
    """A first scan as the server felt it."""

    cpu_seconds: float
    size: int  #: bytes sent, compressed
    seconds: float


def measure(scratch: Path) -> list[Figure]:
    """Measure one computer on a server just started, and the next one, some times."""
    installation = Installation(scratch / "data")
    world = scratch / "world.toml"
    world.write_text(_WORLD, "utf-8")
    clients_catalogue.bring_in(installation, str(world))
    with server(installation) as serving:
        explored = _explore(installation, serving)
    firsts, seconds, memory = [], [], 0.0
    for _ in range(_STARTS):
        with server(installation) as serving:
            _await_rest(serving)
            firsts.append(_scan(serving, 2, explored))
            seconds.append(_scan(serving, 3, explored))
            memory = max(memory, serving.peak())
    first, second = (sorted(some, key=_cost)[_STARTS // 2] for some in (firsts, seconds))
    updates = len(explored.cached.installed) + len(explored.cached.others)
    return [
        Figure(what="updates it is told of", value=updates, unit=""),
        Figure(what="calls of SyncUpdates", value=len(explored.calls), unit="", limit=_MOST_CALLS),
        Figure(what="bytes it is sent, compressed", value=first.size / 1e6, unit=MEGABYTES),
        Figure(
            what="processor time of a server just started",
            value=first.cpu_seconds,
            unit=SECONDS,
            limit=MOST_SECONDS,
        ),
        Figure(what="from the first call to the last answer", value=first.seconds, unit=SECONDS),
        Figure(what="processor time for the next computer", value=second.cpu_seconds, unit=SECONDS),
        Figure(what="memory of the server at most", value=memory, unit=MEGABYTES),
    ]


def _explore(installation: Installation, serving: Serving) -> Explored:
    installed = clients_catalogue.revisions_of(installation, clients_catalogue.WINDOWS_11)
    agent = Agent(serving.address, 1)
    agent.sign_on()
    explored = explore(agent, installed)
    agent.close()
    return explored


def _cost(scanned: _Scanned) -> float:
    return scanned.cpu_seconds


def _await_rest(serving: Serving) -> None:
    """Wait until the server has done what every start takes: nothing of that is a computer's."""
    before = -1.0
    while (now := serving.cpu_seconds()) != before:
        before = now
        time.sleep(_REST)


def _scan(serving: Serving, number: int, explored: Explored) -> _Scanned:
    """Let computer ``number`` come for the first time."""
    agent = Agent(serving.address, number)
    report = requests.scan_report(agent.client_id, _NEEDED, _PRESENT)
    before, began = serving.cpu_seconds(), time.perf_counter()
    agent.sign_on()
    size = sum(agent.scan(call).size for call in explored.calls)
    seconds = time.perf_counter() - began
    agent.report(report)
    after = serving.cpu_seconds()
    agent.close()
    return _Scanned(cpu_seconds=after - before, size=size, seconds=seconds)
