"""Reports of computers over HTTP: what they installed, and the states of all their updates."""

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
_EVENTS_OF = {"after a scan": 2, "after an installation": 6}
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
        one
        for kind, prepare in (
            ("after an installation", _installation),
            ("after a scan", _scan),
        )
        for one in _figures(serving, kind, prepare)
    ]
