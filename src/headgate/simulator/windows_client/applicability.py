"""What the agent makes of the updates it holds: installed, needed, or no business of this machine.

Prerequisites first, then the update's own rules; of a bundle, those of its members: each clause
wants one that is installed or can be. A bundle that says itself that it is not installed is not,
whatever its members say; with nothing left of it to install it concerns nobody. Neither does an
update without any rule of its own and without members, as nothing would ever tell that it is
installed.
"""

from collections import Counter
from collections.abc import Iterable
from enum import Enum

from headgate.simulator.windows_client.core import Core, Rule
from headgate.simulator.windows_client.machine import Machine
from headgate.simulator.windows_client.rules import holds, unknown_rules


class Verdict(Enum):
    """What an update is to a machine."""

    INSTALLED = "installed"
    NEEDED = "needed"
    NOT_APPLICABLE = "not applicable"


class Evaluation:
    """One pass over everything an agent has cached; verdicts are found once each."""

    def __init__(self, machine: Machine, cores: Iterable[Core] = ()) -> None:
        self._machine = machine
        self._answers: dict[tuple[str, int, str], bool | None] = {}
        #: How often which rule was met that nobody knows.
        self.unknown: Counter[str] = Counter()
        self.hold(cores)

    def hold(self, cores: Iterable[Core]) -> None:
        """Judge these updates from now on; what rules said of the machine is remembered."""
        self._by_identity = {(one.update_id, one.revision_number): one for one in cores}
        self._by_id: dict[str, list[Core]] = {}
        for core in self._by_identity.values():
            self._by_id.setdefault(core.update_id, []).append(core)
        self._verdicts: dict[tuple[str, int], Verdict] = {}

    def verdict(self, core: Core) -> Verdict:
        """Return what ``core`` is to the machine."""
        identity = core.update_id, core.revision_number
        known = self._verdicts.get(identity)
        if known is None:
            # an update that depends on itself would never end
            self._verdicts[identity] = Verdict.NOT_APPLICABLE
            known = self._verdicts[identity] = self._judge(core)
        return known

    def is_installed(self, core: Core) -> bool:
        """Return whether ``core`` is installed."""
        return self.verdict(core) is Verdict.INSTALLED

    def is_needed(self, core: Core) -> bool:
        """Return whether ``core`` is needed."""
        return self.verdict(core) is Verdict.NEEDED

    def member(self, identity: tuple[str, int]) -> Core | None:
        """Return a bundle's member, None when the agent does not hold it."""
        return self._by_identity.get(identity)

    def choices(self, bundle: Core) -> list[Core]:
        """Return what has to be installed for a needed bundle: a needed member of each clause."""
        chosen = []
        for clause in bundle.bundled:
            members = [one for one in map(self.member, clause) if one is not None]
            verdicts = {self.verdict(one): one for one in reversed(members)}
            if Verdict.INSTALLED not in verdicts and Verdict.NEEDED in verdicts:
                chosen.append(verdicts[Verdict.NEEDED])
        return chosen

    def _judge(self, core: Core) -> Verdict:
        if not all(map(self._is_met, core.prerequisites)):
            return Verdict.NOT_APPLICABLE
        if core.is_installed is None and not core.is_bundle:
            return Verdict.NOT_APPLICABLE
        if core.is_installed is not None:
            installed = self._holds("is_installed", core.is_installed, core)
            if installed is None or self._holds("is_superseded", core.is_superseded, core):
                return Verdict.NOT_APPLICABLE
            if installed:
                return Verdict.INSTALLED
        if core.is_installable is not None and not self._holds(
            "is_installable", core.is_installable, core
        ):
            return Verdict.NOT_APPLICABLE
        if not core.is_bundle:
            return Verdict.NEEDED
        verdict = self._judge_members(core)
        if verdict is Verdict.INSTALLED and core.is_installed is not None:
            return Verdict.NOT_APPLICABLE
        return verdict

    def _is_met(self, clause: tuple[str, ...]) -> bool:
        return any(self.is_installed(one) for name in clause for one in self._by_id.get(name, ()))

    def _judge_members(self, core: Core) -> Verdict:
        clauses = [self._clause(clause) for clause in core.bundled]
        if Verdict.NOT_APPLICABLE in clauses:
            return Verdict.NOT_APPLICABLE
        return Verdict.NEEDED if Verdict.NEEDED in clauses else Verdict.INSTALLED

    def _clause(self, clause: Iterable[tuple[str, int]]) -> Verdict:
        members = (self.member(identity) for identity in clause)
        found = {self.verdict(one) for one in members if one is not None}
        for verdict in (Verdict.INSTALLED, Verdict.NEEDED):
            if verdict in found:
                return verdict
        return Verdict.NOT_APPLICABLE

    def _holds(self, name: str, rule: Rule | None, core: Core) -> bool | None:
        if rule is None:
            return None
        key = core.update_id, core.revision_number, name
        if key not in self._answers:
            self._answers[key] = answer = holds(rule, self._machine, core)
            if answer is None:
                self.unknown.update(unknown_rules(rule))
        return self._answers[key]
