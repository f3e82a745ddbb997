"""A server for pretend computers beside a test, and what a computer should come to need.

with open_doors(installation) as doors:            # in this process, without a worker
    fleet = Fleet(machines(10), doors.address); fleet.run()
    installation.home.approving.approve(...); doors.look()

with served(headgate, listen=...) as server:       # the program people start
    server.address, server.process

What is expected comes from the documents as they were published and from the described machines,
never from what the server sent.
"""

import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from inspect import getclosurevars
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headgate.bootstrap import open_home
from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.revisions import Behavior
from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer, unpack
from headgate.metadata.rewriting import unescape
from headgate.services.clients.snapshots import Snapshots
from headgate.services.synchronizing.sync_control import CATEGORIES
from headgate.services.upkeep.health import Health
from headgate.services.way_in.addresses import Serving
from headgate.simulator.microsoft_update import rules, taxonomy
from headgate.simulator.microsoft_update.publication import World
from headgate.simulator.microsoft_update.small import calendar, oddities
from headgate.simulator.microsoft_update.small.applications import Applications
from headgate.simulator.microsoft_update.small.defender import DefenderReleases
from headgate.simulator.microsoft_update.small.drivers import publish_drivers
from headgate.simulator.microsoft_update.small.windows import WindowsUpdates
from headgate.simulator.microsoft_update.texts import english
from headgate.simulator.microsoft_update.world_building import WorldBuilder
from headgate.simulator.windows_client.applicability import Evaluation, Verdict
from headgate.simulator.windows_client.client import CALLER, Outcome
from headgate.simulator.windows_client.connection import Connection
from headgate.simulator.windows_client.core import Core, read_core
from headgate.simulator.windows_client.machine import Machine
from headgate.simulator.windows_client.scan import Scan, offered
from headgate.simulator.windows_client.session import Session
from headgate.simulator.windows_client.state import AgentState
from headgate.web.app import create_app
from tests.commands import ANY_DISK, HeadgateCommand, Running, fetched, until
from tests.databases import lay_schema
from tests.installation import BY, Installation
from tests.said_states import said_by
from tests.serving import serving_app
from tests.upstream_lab import RunningLab, running_upstream

#: An update for every AMD64 computer, fetched in four ranges.
LARGE = "A large update"
LARGE_SIZE = 3_500_000

_UPDATES = frozenset({"Software", "Driver"})


def office_world() -> World:
    """The built-in world's last three months, small enough to be synchronized for every module.

    Besides, one update whose file is fetched in several ranges. The month to be revealed brings
    newer revisions of the last cumulative updates.
    """
    builder = WorldBuilder("office")
    builder.configuration()
    windows, applications = WindowsUpdates(builder), Applications(builder)
    for day in list(calendar.patch_days())[-3:]:
        newest = windows.publish_month(day)
        applications.publish_month(day)
    DefenderReleases(builder).publish(2)
    builder.software(
        "large",
        texts=english(LARGE),
        products=[taxonomy.product_id(".NET 8.0")],
        classification=taxonomy.UPDATES,
        needs=[taxonomy.AMD64],
        explicitly_deployable=True,
        handler="CommandLineInstallation",
        installation=Behavior(impact="Minor", reboot="NeverReboots"),
        files=[("large-update.exe", LARGE_SIZE)],
        rules=rules.Rules(
            is_installed=rules.file_version("large.dll", "1.0"),
            is_installable=rules.processor(9),
        ),
    )
    publish_drivers(builder)
    builder.next_month()
    for one in newest:
        builder.revise(one, severity="Critical")
    oddities.publish_revised(builder)
    return builder.world()


@contextmanager
def office(data: Path) -> Iterator[RunningLab]:
    """Make an installation in ``data`` that knows the office's first month; its source goes on."""
    installation = Installation(open_home(lay_schema(data), ANY_DISK))
    with running_upstream(world=office_world()) as lab:
        installation.point_at(lab)
        synchronize_all(installation)
        installation.engine.dispose()
        yield lab


@contextmanager
def opened(data: Path) -> Iterator[Installation]:
    """Open an installation that is there; other processes may serve it meanwhile."""
    installation = Installation(open_home(data, ANY_DISK))
    try:
        yield installation
    finally:
        installation.engine.dispose()


def synchronize_all(installation: Installation) -> None:
    """Synchronize with every classification, drivers and upgrades among them."""
    assert installation.synchronize(scope=CATEGORIES)["result"] == "succeeded"
    installation.home.subscribing.select_classifications(["all"], actor=BY)
    assert installation.synchronize()["result"] == "succeeded"


def copied(data: Path, where: Path) -> HeadgateCommand:
    """Return the commands of a copy of an installation nobody uses."""
    shutil.copytree(data, where / "data")
    return HeadgateCommand(where / "data")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was answered."""

    method: str
    path: str
    range: str | None
    status: int


@dataclass(slots=True)
class Doors:
    """The doors of computers, served in this process."""

    address: str
    snapshots: Snapshots
    asked: list[Asked] = field(default_factory=list)

    def look(self) -> None:
        """Let computers meet at once what was changed."""
        self.snapshots.look()
        self.snapshots.wait()
        self.snapshots.look()

    @property
    def downloads(self) -> list[Asked]:
        """What was asked for below /Content."""
        return [one for one in self.asked if one.path.lower().startswith("/content/")]


@contextmanager
def open_doors(installation: Installation) -> Iterator[Doors]:
    """Serve what ``headgate serve`` does, without its worker: jobs run when the test says so."""
    home = installation.home
    clients = home.client_doors()
    snapshots = getclosurevars(clients.start).nonlocals.get("snapshots")
    assert isinstance(snapshots, Snapshots), "what makes scans ready is no longer a snapshot's"
    health = Health(engine=home.engine, worker_is_alive=lambda: True)
    app = create_app(console=home.console(health), health=health, clients=clients)
    doors = Doors(address="", snapshots=snapshots)
    try:
        with serving_app(_Recorder(app, doors.asked)) as doors.address:
            bound = doors.address.removeprefix("http://")
            home.addresses.begin(
                Serving(http=bound, https=None, http_setting=None, https_setting=None)
            )
            yield doors
    finally:
        clients.close()


class _Recorder:
    """Writes down what was asked and how it was answered."""

    def __init__(self, app: ASGIApp, asked: list[Asked]) -> None:
        self._app = app
        self._asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = dict(scope["headers"])
                asked = headers.get(b"range", b"").decode() or None
                self._asked.append(
                    Asked(scope["method"], scope["path"], asked, int(message["status"]))
                )
            await send(message)

        await self._app(scope, receive, noted)


@dataclass(frozen=True, slots=True)
class Server:
    """A server as its own process."""

    process: Running
    addresses: tuple[str, ...]  #: in the order they were given, those with TLS last

    @property
    def address(self) -> str:
        return self.addresses[0]


@contextmanager
def served(
    headgate: HeadgateCommand, *listen: str, tls: str = "off", said: str = "Headgate serves"
) -> Iterator[Server]:
    """Run a server until the context ends."""
    where = [part for one in listen or ("127.0.0.1:0",) for part in ("--listen", one)]
    with headgate.running("serve", *where, "--listen-tls", tls) as process:
        count = max(1, len(listen)) + (tls != "off")
        process.wait_until_it_says("The console is at")
        text = process.wait_until_it_says(said)
        addresses = tuple(re.findall(r"serves (https?://[\w.:\[\]]+)/", text))
        assert len(addresses) == count, text
        until(lambda: fetched(f"{addresses[0]}/health/ready")[0] == 200)
        yield Server(process, addresses)


@dataclass(frozen=True, slots=True)
class Documents:
    """Everything that is published now, as agents read it: the newest revision of each update."""

    cores: dict[str, Core]

    @classmethod
    def of(cls, world: World, *, months: int = 1) -> "Documents":
        newest: dict[str, Core] = {}
        for publication in (one for month in world.months[:months] for one in month.publications):
            text = publication.write().encode()
            document = read_document(text, DocumentEncoding.UTF8, None, Packer())
            core = read_core(unescape(unpack(document.fragments.core.data, {})))
            known = newest.get(core.update_id)
            if known is None or known.revision_number < core.revision_number:
                newest[core.update_id] = core
        return cls(newest)

    def without(self, gone: Collection[str]) -> "Documents":
        """Return what is left when these updates are declined, with the parts only they name."""
        left = {one: core for one, core in self.cores.items() if one not in gone}
        parts = {name for core in self.cores.values() for name in _parts(core)}
        kept = {name for core in left.values() for name in _parts(core)}
        return Documents({one: core for one, core in left.items() if one not in parts - kept})

    def verdicts(self, machine: Machine) -> dict[str, Verdict]:
        """Return what every update an administrator can approve is to a machine."""
        evaluation = Evaluation(machine, self.cores.values())
        return {
            one: evaluation.verdict(core)
            for one, core in self.cores.items()
            if core.update_type in _UPDATES and core.is_explicitly_deployable
        }

    def needed(self, machine: Machine) -> set[str]:
        return {one for one, said in self.verdicts(machine).items() if said is Verdict.NEEDED}

    def installed(self, machine: Machine) -> set[str]:
        return {one for one, said in self.verdicts(machine).items() if said is Verdict.INSTALLED}

    def superseded_within(self, chosen: Collection[str]) -> set[str]:
        """Return those of ``chosen`` that others of them replace."""
        return {old for one in chosen for old in self.cores[one].supersedes if old in chosen}

    def is_driver(self, update_id: str) -> bool:
        return self.cores[update_id].update_type == "Driver"


def _parts(core: Core) -> set[str]:
    return {name for clause in core.bundled for name, _ in clause}


def approved_by_title(installation: Installation, *patterns: str) -> list[str]:
    """Return the id of the one update whose title matches each pattern."""
    lines = [(line.identity.update_id, line.title) for line in installation.updates()]
    found = [[one for one, title in lines if re.search(pattern, title)] for pattern in patterns]
    assert [len(ids) for ids in found] == [1] * len(patterns), dict(
        zip(patterns, found, strict=True)
    )
    return [ids[0] for ids in found]


def approve(installation: Installation, *update_ids: str, fetch: bool = True) -> None:
    """Approve for installation, licences accepted; ``fetch``: have the files brought here too."""
    done = installation.home.approving.approve(update_ids, accept_licences=True, by=BY)
    if fetch and done.job is not None:
        job = installation.work()
        assert (job.state, job.result["problems"]) == ("done", []), (job.state, job.result)


def states(installation: Installation, machine: Machine) -> dict[State, set[str]]:
    """Return what the server says about one computer."""
    found = said_by(installation.engine, machine.client_id)
    assert found is not None
    return {state: set(ids) for state, ids in found.updates.items()}


class Agents:
    """Computers that look and install nothing: what they were sent stays to be seen."""

    def __init__(self, described: Iterable[Machine]) -> None:
        self.states = [AgentState(machine=one) for one in described]

    def scan(self, address: str) -> list[int]:
        """Let each of them scan once; return how many revisions were sent to each."""
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(partial(_scan, address), self.states))

    def offers(self) -> dict[str, set[str]]:
        """Return, by name, what each was told to install and needs."""
        return {state.machine.name: _offers(state) for state in self.states}

    def know(self, update_id: str) -> list[tuple[str, int, str]]:
        """Return which computers have an update: their names, its revision, its action."""
        return [
            (state.machine.name, one.core.revision_number, one.deployment.action)
            for state in self.states
            for _, one in state.cached()
            if one.core.update_id == update_id
        ]


def _scan(address: str, state: AgentState) -> int:
    with Connection(address) as connection:
        scan = Scan(Session(connection, state), CALLER)
        scan.run()
    return scan.tally.new_updates


def _offers(state: AgentState) -> set[str]:
    evaluation = Evaluation(state.machine, (one.core for _, one in state.cached()))
    return {core.update_id for _, core in offered(state, evaluation, "Install")}


def installed_by(outcomes: Iterable[Outcome]) -> dict[str, set[str]]:
    """Return what each computer installed, by name."""
    return {one.name: {each.update_id for each in one.installed} for one in outcomes}


def troubles(outcomes: Sequence[Outcome]) -> list[str]:
    """Return what went wrong or was odd, in words; nothing should."""
    return [
        *(f"{one.name}: {one.hresult} {one.error}" for one in outcomes if one.error),
        *(f"{one.name}: {bad.title}: {bad.error}" for one in outcomes for bad in one.failed),
        *(f"{one.name}: {what}" for one in outcomes for what in one.oddities),
        *(f"{one.name}: {rule}" for one in outcomes for rule in one.unknown_rules),
    ]
