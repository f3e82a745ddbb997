"""Scans of computers that know everything, as they come day by day.

Each is five calls: authorization cookie, ``GetCookie`` with the old one, a software pass with all
cached ids, a driver pass of seventy devices, a report of two events. The computers run in two
processes on the same cores as the server.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import clients_catalogue, clients_load
from benchmarks import clients_requests as requests
from benchmarks.clients_agent import Agent, Cached
from benchmarks.clients_load import Load
from benchmarks.clients_server import Serving
from benchmarks.figures import MILLISECONDS, PER_SECOND, SECONDS, Figure

COMPUTERS = 16  #: at once
FLAT_OUT, PACED = 20.0, 30.0  #: seconds
_SCANS = 60  #: a second
_REPORTED = (8, 300)  #: updates needed and present, by the status report
_FIRST_NUMBER = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What every computer has; sent to the processes."""

    address: str
    cached: Cached
    known: Sequence[str]  #: hardware ids there are drivers for


@dataclass(frozen=True, slots=True, kw_only=True)
class _Computer:
    """One computer and what it sends."""

    agent: Agent
    software: bytes
    drivers: bytes
    report: bytes

    def scan(self) -> None:
        """Scan once and report."""
        self.agent.renew()
        self.agent.scan(self.software)
        self.agent.scan(self.drivers)
        self.agent.report(self.report)


def figures(serving: Serving, cached: Cached, known: Sequence[str]) -> list[Figure]:
    """Scan as fast as it goes, then as often as is asked for."""
    given = _Given(address=serving.address, cached=cached, known=known)
    before = serving.cpu_seconds()
    flat_out = clients_load.put(_load(given, FLAT_OUT))
    used = serving.cpu_seconds() - before
    paced = clients_load.put(_load(given, PACED, per_second=_SCANS))
    return [
        Figure(
            what=f"{_SCANS} delta scans by {COMPUTERS} computers at once",
            value=_SCANS / flat_out.per_second,
            unit=SECONDS,
            limit=1.0,
        ),
        Figure(what="delta scans", value=flat_out.per_second, unit=PER_SECOND),
        Figure(
            what="processor time of the server for one",
            value=used / len(flat_out.seconds) * 1000,
            unit=MILLISECONDS,
        ),
        *(
            Figure(
                what=f"a delta scan when {_SCANS} come in a second, {percent} %",
                value=paced.milliseconds(percent),
                unit=MILLISECONDS,
            )
            for percent in (50, 95)
        ),
    ]


def _load(given: _Given, seconds: float, per_second: float | None = None) -> Load:
    return Load(
        prepare=_prepare,
        visit=_Computer.scan,
        given=given,
        visitors=COMPUTERS,
        seconds=seconds,
        per_second=per_second,
    )


def _prepare(given: _Given, number: int) -> _Computer:
    agent = Agent(given.address, _FIRST_NUMBER + number)
    cached = given.cached
    devices = clients_catalogue.devices(given.known)
    computer = _Computer(
        agent=agent,
        software=requests.software(cached.installed, cached.others),
        drivers=requests.drivers(cached.installed, cached.drivers, devices),
        report=requests.scan_report(agent.client_id, *clients_catalogue.states(*_REPORTED)),
    )
    agent.sign_on()
    computer.scan()
    return computer
