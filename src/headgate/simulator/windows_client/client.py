"""One pretend Windows computer: scan, report, download, install, restart, scan again.

Nothing here knows the server but by HTTP. What goes wrong is reported as a real agent would: as an
event at the next opportunity, and in the outcome by name.
"""

from collections import Counter
from dataclasses import dataclass, field

from headgate.errors import unexpected
from headgate.logs import get_logger
from headgate.simulator.windows_client.agent_errors import AgentError
from headgate.simulator.windows_client.applicability import Evaluation
from headgate.simulator.windows_client.connection import Connection
from headgate.simulator.windows_client.installation import Installation, Treated, after_restart
from headgate.simulator.windows_client.reporting import Event, Reporter
from headgate.simulator.windows_client.scan import Scan, offered
from headgate.simulator.windows_client.session import Session
from headgate.simulator.windows_client.state import AgentState

CALLER = "UpdateOrchestrator"
_log = get_logger(__name__)
_ROUNDS = 4  #: of installing, each with a scan behind it; what one unlocks is installed in the next
#: Actions whose updates stand in the status report: never members of bundles (FACTS §9.5).
_REPORTED = frozenset({"Install", "OptionalInstall", "PreDeploymentCheck", "Uninstall"})
_UPDATES = frozenset({"Software", "Driver"})


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What one computer did in one run."""

    name: str
    client_id: str
    scans: int = 0
    round_trips: int = 0
    received: int = 0  #: new revisions
    offered: int = 0  #: approved and needed, at the first scan
    needed: int = 0  #: at the last scan, approved or not
    present: int = 0  #: installed at the last scan
    installed: list[Treated] = field(default_factory=list)
    uninstalled: list[Treated] = field(default_factory=list)
    failed: list[Treated] = field(default_factory=list)
    unneeded: set[str] = field(default_factory=set)  #: offered; replaced by others, or taken back
    restarts: int = 0
    events: int = 0  #: reported and accepted
    bytes_downloaded: int = 0
    oddities: Counter[str] = field(default_factory=Counter)
    unknown_rules: Counter[str] = field(default_factory=Counter)
    error: str = ""  #: why the run ended early
    hresult: str = ""  #: the code a real agent would show for it

    @property
    def is_good(self) -> bool:
        """Whether everything that was offered is installed."""
        return not self.error and not self.failed


class WindowsClient:
    """A pretend computer with an agent; :meth:`run` is one visit to the server."""

    def __init__(self, state: AgentState, server: str, *, caller: str = CALLER) -> None:
        self.state = state
        self._server = server
        self._caller = caller

    def run(self, *, categories: tuple[str, ...] = ()) -> Outcome:
        """Do the whole journey once and tell what came of it, whatever goes wrong on the way."""
        machine = self.state.machine
        outcome = Outcome(name=machine.name, client_id=machine.client_id)
        try:
            with Connection(self._server) as connection:
                session = Session(connection, self.state)
                reporter = Reporter(session, self._caller)
                try:
                    self._rounds(session, reporter, outcome, categories)
                finally:
                    outcome.events = reporter.sent
        except AgentError as error:
            outcome.error, outcome.hresult = error.message, error.shown
        except Exception as error:  # one computer's trouble: the others of its fleet go on
            _log.info("a computer failed unexpectedly", computer=machine.name, exc_info=True)
            outcome.error, outcome.hresult = unexpected(error), AgentError("").shown
        return outcome

    def _rounds(
        self,
        session: Session,
        reporter: Reporter,
        outcome: Outcome,
        categories: tuple[str, ...],
    ) -> None:
        self._restart_if_due(reporter, outcome)  # somebody was stopped in the middle
        evaluation = self._scan(session, reporter, outcome, categories)
        outcome.offered = len(offered(self.state, evaluation, "Install"))
        for _ in range(_ROUNDS):
            changed = self._install(session, reporter, outcome, evaluation)
            self._restart_if_due(reporter, outcome)
            if not changed:
                return
            evaluation = self._scan(session, reporter, outcome, categories)

    def _install(
        self, session: Session, reporter: Reporter, outcome: Outcome, evaluation: Evaluation
    ) -> bool:
        """Return whether the machine, or what it will be after a restart, has changed."""
        installation = Installation(session, reporter, self._caller)
        done = installation.tally
        try:
            installation.run(evaluation, but={one.update_id for one in outcome.failed})
        finally:
            outcome.installed += done.installed
            outcome.uninstalled += done.uninstalled
            outcome.failed += done.failed
            outcome.unneeded |= done.unneeded
            outcome.bytes_downloaded += done.bytes_downloaded
        return done.changed_anything

    def _restart_if_due(self, reporter: Reporter, outcome: Outcome) -> None:
        if self.state.pending:
            self.state.machine = after_restart(self.state)
            self.state.pending = ()
            outcome.restarts += 1
            reporter.note(Event.RESTARTED)

    def _scan(
        self,
        session: Session,
        reporter: Reporter,
        outcome: Outcome,
        categories: tuple[str, ...],
    ) -> Evaluation:
        scan = Scan(session, self._caller)
        try:
            evaluation = scan.run(categories=categories)
        except AgentError as error:
            reporter.note(Event.SCAN_FAILED, strings=(error.shown,), error=error)
            raise
        finally:
            outcome.round_trips += scan.tally.round_trips
            outcome.received += scan.tally.new_updates
            outcome.oddities += scan.tally.oddities
            outcome.unknown_rules |= scan.tally.unknown_rules
        outcome.scans += 1
        self._report_status(reporter, evaluation, outcome)
        return evaluation

    def _report_status(self, reporter: Reporter, evaluation: Evaluation, outcome: Outcome) -> None:
        reported = [
            one.core
            for _, one in self.state.cached()
            if one.deployment.action in _REPORTED and one.core.update_type in _UPDATES
        ]
        needed = {core.update_id for core in reported if evaluation.is_needed(core)}
        installed = {core.update_id for core in reported if evaluation.is_installed(core)}
        outcome.needed, outcome.present = len(needed), len(installed)
        reporter.scan_finished(
            offered=len(offered(self.state, evaluation, "Install")),
            needed=needed,
            installed=installed,
        )
        reporter.flush()
