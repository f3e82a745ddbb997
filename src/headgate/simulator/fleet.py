"""Many pretend Windows computers at once, each with its own agent, connection and memory.

``headgate lab clients`` runs a fleet once, or round after round; the demo gets one of ten.
"""

import dataclasses
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headgate.errors import unexpected
from headgate.simulator.windows_client import state as states
from headgate.simulator.windows_client.client import CALLER, Outcome, WindowsClient
from headgate.simulator.windows_client.installation import Treated
from headgate.simulator.windows_client.machine import Machine
from headgate.simulator.windows_client.state import AgentState, StateError

#: Agents that run at the same moment; the others wait their turn.
AT_ONCE = 16
_LOOK = 0.2  #: seconds between looks whether somebody wants to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSummary:
    """One round of a fleet, as numbers people ask for."""

    computers: int
    scanned: int  #: computers that ended at least one scan
    reported: int  #: computers whose reports were taken
    failed: int  #: computers that gave up or could not install something
    round_trips: int
    received: int
    offered: int
    installed: int
    not_installed: int
    unneeded: int  #: offered, and not needed any more once others were installed, or taken back
    restarts: int
    events: int
    bytes_downloaded: int
    errors: dict[str, int]  #: how many computers ended with which error
    failures: dict[str, int]  #: how many installations failed why
    oddities: dict[str, int]
    unknown_rules: dict[str, int]


class Fleet:
    """Computers that visit one server; what they remember lasts as long as the fleet."""

    def __init__(
        self,
        machines: Iterable[Machine],
        server: str,
        *,
        state_directory: Path | None = None,
        caller: str = CALLER,
    ) -> None:
        """Raises StateError when memories in ``state_directory`` cannot be read or kept."""
        self._server = server
        self._directory = state_directory
        self._caller = caller
        chosen = list(machines)
        if state_directory is not None:
            states.open_directory(state_directory, chosen)
        self._states = [self._state_of(machine) for machine in chosen]

    def __len__(self) -> int:
        return len(self._states)

    @property
    def machines(self) -> list[Machine]:
        """The computers as they are now."""
        return [state.machine for state in self._states]

    def _state_of(self, machine: Machine) -> AgentState:
        if self._directory is None:
            return AgentState(machine=machine)
        return states.load(self._directory, machine)

    def run(
        self,
        *,
        stop: threading.Event | None = None,
        on_done: Callable[[Outcome], None] | None = None,
    ) -> list[Outcome]:
        """Let every computer visit the server once and return what came of it, in their order.

        ``on_done`` is called from this thread after each computer. Once ``stop`` is set, those that
        run end their visit and the others do not begin one.
        """
        with ThreadPoolExecutor(
            max_workers=min(AT_ONCE, max(1, len(self._states))), thread_name_prefix="computer"
        ) as pool:
            visits = [pool.submit(self._visit, state, stop) for state in self._states]
            waiting: set[Future[Outcome | None]] = set(visits)
            while waiting:
                done, waiting = wait(waiting, timeout=_LOOK, return_when=FIRST_COMPLETED)
                for visit in done:
                    outcome = visit.result()
                    if outcome is not None and on_done is not None:
                        on_done(outcome)
        return [outcome for visit in visits if (outcome := visit.result()) is not None]

    def _visit(self, state: AgentState, stop: threading.Event | None) -> Outcome | None:
        if stop is not None and stop.is_set():
            return None
        outcome = WindowsClient(state, self._server, caller=self._caller).run()
        not_kept = self._keep(state)
        outcome.error = outcome.error or not_kept
        return outcome

    def _keep(self, state: AgentState) -> str:
        """Save what the computer remembers, if it is to be; return why it could not be."""
        try:
            if self._directory is not None:
                states.save(self._directory, state)
        except StateError as error:
            return error.message
        except Exception as error:  # one computer's trouble: the others go on
            return unexpected(error)
        return ""


def summary(outcomes: Sequence[Outcome]) -> FleetSummary:
    """Return what a round came to."""
    return FleetSummary(
        computers=len(outcomes),
        scanned=sum(one.scans > 0 for one in outcomes),
        reported=sum(one.events > 0 for one in outcomes),
        failed=sum(not one.is_good for one in outcomes),
        round_trips=sum(one.round_trips for one in outcomes),
        received=sum(one.received for one in outcomes),
        offered=sum(one.offered for one in outcomes),
        installed=sum(len(one.installed) for one in outcomes),
        not_installed=sum(len(one.failed) for one in outcomes),
        unneeded=sum(len(one.unneeded) for one in outcomes),
        restarts=sum(one.restarts for one in outcomes),
        events=sum(one.events for one in outcomes),
        bytes_downloaded=sum(one.bytes_downloaded for one in outcomes),
        errors=_counted(f"{one.hresult} {one.error}".strip() for one in outcomes if one.error),
        failures=_counted(failed.error for one in outcomes for failed in one.failed),
        oddities=dict(sum((one.oddities for one in outcomes), Counter())),
        unknown_rules=dict(sum((one.unknown_rules for one in outcomes), Counter())),
    )


def _counted(texts: Iterable[str]) -> dict[str, int]:
    return dict(Counter(texts).most_common())


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return a round as ``--json`` prints it: the summary, and every computer."""
    return {
        "summary": dataclasses.asdict(summary(outcomes)),
        "computers": [_computer(one) for one in outcomes],
    }


def _computer(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "id": outcome.client_id,
        "scans": outcome.scans,
        "offered": outcome.offered,
        "needed": outcome.needed,
        "present": outcome.present,
        "installed": [_update(one) for one in outcome.installed],
        "uninstalled": [_update(one) for one in outcome.uninstalled],
        "failed": [_update(one) for one in outcome.failed],
        "restarts": outcome.restarts,
        "events": outcome.events,
        "bytes": outcome.bytes_downloaded,
        "error": outcome.error or None,
        "hresult": outcome.hresult or None,
    }


def _update(treated: Treated) -> dict[str, Any]:
    return {"id": treated.update_id, "title": treated.title, "error": treated.error or None}
