"""Reports of computers over HTTP: what they installed, and the states of all their updates.

The target counts events in batches of six, as a computer sends them that installed something. Every
batch holds the states of 308 updates. Batches of two, after a scan, cost nearly as much each.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import clients_catalogue, clients_load
from benchmarks import clients_requests as requests
from benchmarks.clients_agent import Agent
from benchmarks.clients_load import Load
from benchmarks.clients_server import Serving
from benchmarks.figures import MILLISECONDS, PER_SECOND, SECONDS, Figure

COMPUTERS = 32  #: at once
LASTS = 15.0  #: seconds
_EVENTS = 2_000  #: a second
_STATES = (8, 300)  #: updates needed and present, in every report
_FIRST_NUMBER = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reporter:
    """One computer and its batch."""

    agent: Agent
    batch: bytes

    def report(self) -> None:
        """Send it once, as new events."""
        self.agent.report(self.batch)


def figures(serving: Serving) -> list[Figure]:
    """Report as fast as it goes, in batches of both sizes computers send."""
    return [
        *_figures(serving, "after an installation", _installed, events=6, limit=1.0),
        *_figures(serving, "after a scan", _scanned, events=2),
    ]


def _figures(
    serving: Serving,
    when: str,
    prepare: Callable[[str, int], _Reporter],
    *,
    events: int,
    limit: float | None = None,
) -> Iterator[Figure]:
    load = Load(
        prepare=prepare,
        visit=_Reporter.report,
        given=serving.address,
        visitors=COMPUTERS,
        seconds=LASTS,
    )
    taken = clients_load.put(load)
    what = f"reports {when}, {events} events each"
    yield Figure(
        what=f"{_EVENTS:,} events, {what}",
        value=_EVENTS / (taken.per_second * events),
        unit=SECONDS,
        limit=limit,
    )
    yield Figure(what=f"events, {what}", value=taken.per_second * events, unit=PER_SECOND)
    yield Figure(what=f"{what}, 95 %", value=taken.milliseconds(95), unit=MILLISECONDS)


def _installed(address: str, number: int) -> _Reporter:
    return _prepared(address, number, requests.installation_report)


def _scanned(address: str, number: int) -> _Reporter:
    return _prepared(address, number, requests.scan_report)


def _prepared(
    address: str, number: int, write: Callable[[str, list[str], list[str]], bytes]
) -> _Reporter:
    agent = Agent(address, _FIRST_NUMBER + number)
    agent.sign_on()
    batch = write(agent.client_id, *clients_catalogue.states(*_STATES))
    return _Reporter(agent=agent, batch=batch)
