"""``SyncUpdates`` of a computer that knows everything, beside a handler that only parses."""

import re
import statistics
import sys
from pathlib import Path

from benchmarks import clients_requests as requests
from benchmarks.clients_agent import CLIENT, Agent, Cached
from benchmarks.clients_server import Serving, serving
from benchmarks.figures import MILLISECONDS, TIMES, Figure

ROUNDS = 500
_WARM_UP = 20
_MOST_TIMES = 4.0
_READY = re.compile(r"baseline serves (http://\S+?)/?$")


def figures(ours: Serving, cached: Cached, scratch: Path) -> list[Figure]:
    """Ask both in turn, on one connection each; what disturbs the one disturbs the other."""
    agent = Agent(ours.address, 0)
    agent.sign_on()
    request = requests.software(cached.installed, cached.others)
    agent.scan(request)
    body = scratch / "answer"
    body.write_bytes(agent.raw(CLIENT, agent.filled(request)))
    command = [sys.executable, "-m", "benchmarks.scans_baseline", str(body)]
    with serving(command, _READY) as baseline:
        other = Agent(baseline.address, 0)
        here, there = [], []
        for _ in range(ROUNDS + _WARM_UP):
            here.append(agent.scan(request).seconds * 1000)
            there.append(other.post(CLIENT, agent.filled(request)).seconds * 1000)
        other.close()
    agent.close()
    return _figures(here[_WARM_UP:], there[_WARM_UP:])


def _figures(here: list[float], there: list[float]) -> list[Figure]:
    median, bare = statistics.median(here), statistics.median(there)
    return [
        Figure(what="SyncUpdates with nothing new, median", value=median, unit=MILLISECONDS),
        Figure(
            what="SyncUpdates with nothing new, 99 %",
            value=statistics.quantiles(here, n=100)[98],
            unit=MILLISECONDS,
        ),
        Figure(what="only parsing it, median", value=bare, unit=MILLISECONDS),
        Figure(
            what="SyncUpdates against only parsing",
            value=median / bare,
            unit=TIMES,
            limit=_MOST_TIMES,
        ),
    ]
