"""Downloading and installing what is offered (FACTS §9.4).

An update is installed when its bytes came over HTTP, their digests held, the described machine
was changed so that the update's own rules are true, and the rules, asked anew, say so. One that
wants a restart changes the machine at the restart.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from headgate.sentences import Sentence
from headgate.simulator.windows_client.agent_errors import (
    AgentError,
    DownloadFailed,
    InstallFailed,
)
from headgate.simulator.windows_client.applicability import Evaluation
from headgate.simulator.windows_client.core import Core
from headgate.simulator.windows_client.details import Details, fetch_details
from headgate.simulator.windows_client.download import download
from headgate.simulator.windows_client.machine import Machine
from headgate.simulator.windows_client.reporting import Event, Reporter
from headgate.simulator.windows_client.rules import become
from headgate.simulator.windows_client.scan import offered
from headgate.simulator.windows_client.session import Session
from headgate.simulator.windows_client.state import AgentState

_RESTART_REQUIRED = 0x00240005  #: WU_S_REBOOT_REQUIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """What became of one offered update."""

    update_id: str
    title: str
    error: str = ""  #: what went wrong, empty if nothing did
    wants_restart: bool = False


@dataclass(slots=True, kw_only=True)
class InstallTally:
    """What was done after a scan."""

    installed: list[Treated] = field(default_factory=list)
    uninstalled: list[Treated] = field(default_factory=list)
    failed: list[Treated] = field(default_factory=list)
    #: Update ids; others made them superfluous, or the server has taken them back.
    unneeded: set[str] = field(default_factory=set)
    bytes_downloaded: int = 0

    @property
    def changed_anything(self) -> bool:
        """Whether another scan has something to tell."""
        return bool(self.installed or self.uninstalled)


class Installation:
    """Installs what one scan has offered."""

    def __init__(self, session: Session, reporter: Reporter, caller: str) -> None:
        self._session = session
        self._state = session.state
        self._reporter = reporter
        self._caller = caller
        self._numbers = {
            (one.core.update_id, one.core.revision_number): number
            for number, one in self._state.cached()
        }
        self._details: dict[int, Details] = {}
        self.tally = InstallTally()

    def run(self, evaluation: Evaluation, *, but: Collection[str] = ()) -> InstallTally:
        """Install and uninstall what is offered, save the updates ``but``, which have failed.

        Raises AgentError when the server fails us.
        """
        to_install = _newest_first(self._offered(evaluation, "Install", but))
        to_remove = self._offered(evaluation, "Uninstall", but)
        gone = self._learn(evaluation, [*to_install, *to_remove])
        for core in to_install:
            now = self._evaluation(after_restart(self._state))
            if self._wanted(core, evaluation) & gone or not now.is_needed(core):
                self.tally.unneeded.add(core.update_id)
            else:
                self._treat(core, list(_parts(core, now)))
        for core in to_remove:
            if self._wanted(core, evaluation) & gone:
                self.tally.unneeded.add(core.update_id)
            else:
                self._remove(core, evaluation)
        return self.tally

    def _offered(self, evaluation: Evaluation, action: str, but: Collection[str]) -> list[Core]:
        found = offered(self._state, evaluation, action)
        return [core for _, core in found if core.update_id not in but]

    def _wanted(self, core: Core, evaluation: Evaluation) -> set[int]:
        """Return the numbers of an update and of the parts that were chosen of it."""
        parts = _parts(core, evaluation, with_bundles=True)
        return {self._number(core), *map(self._number, parts)}

    def _learn(self, evaluation: Evaluation, cores: Iterable[Core]) -> set[int]:
        """Ask for the details of all that is wanted; return what the server has taken back.

        That was declined, or replaced, since the scan ([MS-WUSP] 3.1.5.9); it is forgotten.
        """
        wanted = set[int]().union(*(self._wanted(core, evaluation) for core in cores))
        self._details, gone = fetch_details(self._session, self._caller, sorted(wanted))
        for number in gone:
            self._state.updates.pop(number, None)
            self._state.drivers.pop(number, None)
        return gone

    def _number(self, core: Core) -> int:
        return self._numbers[core.update_id, core.revision_number]

    def _details_of(self, core: Core) -> Details:
        """Return details, asked for if what was installed has made us choose another part.

        Raises DownloadFailed when the server has taken the update back, AgentError otherwise.
        """
        number = self._number(core)
        if number not in self._details:
            self._details |= fetch_details(self._session, self._caller, [number])[0]
        if number not in self._details:
            raise DownloadFailed(
                Sentence(
                    "The server does not deploy update {update} any more.", update=core.update_id
                )
            )
        return self._details[number]

    def _evaluation(self, machine: Machine) -> Evaluation:
        return Evaluation(machine, (one.core for _, one in self._state.cached()))

    def _treat(self, core: Core, parts: list[Core]) -> None:
        title = self._details_of(core).title
        try:
            self._download(core, parts, title)
            restart = self._install(core, parts, title)
        except (DownloadFailed, InstallFailed) as error:
            self._note_failure(core, title, error)
        else:
            self._state.failures.pop(core.update_id, None)
            self.tally.installed.append(
                Treated(update_id=core.update_id, title=title, wants_restart=restart)
            )
        self._reporter.flush()

    def _download(self, core: Core, parts: list[Core], title: str) -> None:
        self._reporter.note(Event.DOWNLOAD_STARTED, core, strings=(title,))
        fetched = 0
        try:
            for part in parts:
                for file in self._details_of(part).files:
                    url = self._state.locations.get(file.sha1)
                    fetched += download(self._session.connection, file, url)
        except DownloadFailed as error:
            self._reporter.note(Event.DOWNLOAD_FAILED, core, strings=(title,), error=error)
            raise
        finally:
            self.tally.bytes_downloaded += fetched
        self._reporter.note(
            Event.DOWNLOAD_SUCCEEDED, core, strings=(title,), tags={"B": str(fetched)}
        )
        self._reporter.flush()

    def _install(self, core: Core, parts: list[Core], title: str) -> bool:
        """Change the machine, or note what its restart is to change; return whether it is due."""
        self._reporter.note(Event.INSTALL_STARTED, core, strings=(title,))
        after = _changed(after_restart(self._state), parts)
        if not self._evaluation(after).is_installed(core):
            raise InstallFailed(
                Sentence("After the installation, the rules of {title} are not met.", title=title)
            )
        if any(self._details_of(one).wants_restart for one in (core, *parts)):
            self._state.pending += tuple((one.update_id, one.revision_number) for one in parts)
            self._reporter.note(
                Event.RESTART_REQUIRED,
                core,
                strings=(title,),
                hresult=_RESTART_REQUIRED,
                tags={"D": "1"},
            )
            return True
        self._state.machine = _changed(self._state.machine, parts)
        self._reporter.note(Event.INSTALL_SUCCEEDED, core, strings=(title,), tags={"D": "1"})
        return False

    def _note_failure(self, core: Core, title: str, error: AgentError) -> None:
        failures = self._state.failures
        failures[core.update_id] = failures.get(core.update_id, 0) + 1
        self._reporter.note(
            Event.INSTALL_FAILED,
            core,
            strings=(error.shown, title),
            error=error,
            tags={"C": str(failures[core.update_id])},
        )
        self.tally.failed.append(
            Treated(update_id=core.update_id, title=title, error=error.message)
        )

    def _remove(self, core: Core, evaluation: Evaluation) -> None:
        title = self._details_of(core).title
        self._reporter.note(Event.UNINSTALL_STARTED, core, strings=(title,))
        try:
            machine = _changed(
                self._state.machine, _installed_parts(core, evaluation), installed=False
            )
        except InstallFailed as error:
            self._reporter.note(
                Event.UNINSTALL_FAILED, core, strings=(error.shown, title), error=error
            )
            self.tally.failed.append(
                Treated(update_id=core.update_id, title=title, error=error.message)
            )
        else:
            self._state.machine = machine
            self._reporter.note(Event.UNINSTALL_SUCCEEDED, core, strings=(title,))
            self.tally.uninstalled.append(Treated(update_id=core.update_id, title=title))
        self._reporter.flush()


def after_restart(state: AgentState) -> Machine:
    """Return the machine as it will be after the restart that is due, if one is."""
    by_identity = {
        (one.core.update_id, one.core.revision_number): one.core for _, one in state.cached()
    }
    return _changed(
        state.machine, [by_identity[one] for one in state.pending if one in by_identity]
    )


def _newest_first(cores: list[Core]) -> list[Core]:
    """What supersedes others goes first: the others are then installed with it."""
    superseding = {core.update_id: 0 for core in cores}
    for core in cores:
        for other in core.supersedes & superseding.keys():
            superseding[other] += 1
    return sorted(cores, key=lambda core: superseding[core.update_id])


def _parts(core: Core, evaluation: Evaluation, *, with_bundles: bool = False) -> Iterator[Core]:
    """Yield what is really installed: an update itself, or of a bundle the members chosen."""
    if not core.is_bundle:
        yield core
        return
    for member in evaluation.choices(core):
        if with_bundles and member.is_bundle:
            yield member
        yield from _parts(member, evaluation, with_bundles=with_bundles)


def _installed_parts(core: Core, evaluation: Evaluation) -> Iterator[Core]:
    if not core.is_bundle:
        yield core
    members = (evaluation.member(one) for clause in core.bundled for one in clause)
    for member in members:
        if member is not None and evaluation.is_installed(member):
            yield from _installed_parts(member, evaluation)


def _changed(machine: Machine, cores: Iterable[Core], *, installed: bool = True) -> Machine:
    """Return the machine after these are installed, or removed. Raises InstallFailed."""
    for core in cores:
        changed = None
        if core.is_installed is not None:
            changed = become(core.is_installed, machine, core, true=installed)
        if changed is None:
            raise InstallFailed(
                Sentence(
                    "Nothing makes the rules of update {update} true on {name}.",
                    update=core.update_id,
                    name=machine.name,
                )
            )
        machine = changed
    return machine
