"""Which computers need, have or miss which updates, from what they reported.

Numbers per update come from counters that are kept as reports arrive: asking for them costs the
same with ten computers and with a hundred thousand.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from headgate.fleet.groups import ALL_COMPUTERS
from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.storage import computer_states, transactions
from headgate.storage.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateCounts:
    """How many computers of a group are in which state for one update; together all of them."""

    needed: int = 0
    downloaded: int = 0
    installed: int = 0
    failed: int = 0
    pending_reboot: int = 0
    not_applicable: int = 0  #: they told the states of all updates and did not list it
    unknown: int = 0  #: they have not told the states of all updates yet

    @property
    def missing(self) -> int:
        """How many it applies to that do not have it yet; a restart may be all that is left."""
        return self.needed + self.downloaded + self.failed + self.pending_reboot


class Compliance:
    """Answers questions about states. Each answer is of one moment."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def counts(
        self, update_ids: Collection[str], group_id: str = ALL_COMPUTERS
    ) -> dict[str, UpdateCounts]:
        """Return the numbers for each of these updates, also for those nobody has named."""
        with transactions.read(self._engine) as conn:
            found = computer_states.counts(conn, update_ids, group_id)
            told = computer_states.told(conn, group_id)
            everybody = computer_states.everybody(conn)
        return {one: _counts(found.get(one, {}), told, everybody) for one in update_ids}


def _counts(found: Mapping[State, int], told: int, everybody: int) -> UpdateCounts:
    return UpdateCounts(
        needed=found.get(State.NEEDED, 0),
        downloaded=found.get(State.DOWNLOADED, 0),
        installed=found.get(State.INSTALLED, 0),
        failed=found.get(State.FAILED, 0),
        pending_reboot=found.get(State.PENDING_REBOOT, 0),
        not_applicable=told - sum(found.values()),
        unknown=everybody - told,
    )
