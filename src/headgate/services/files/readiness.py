"""Whether approved updates can be installed: only then computers are told to.

Their files are all here, and their licences are accepted: a newer revision may bring one that
nobody has read. Files that are left to Microsoft are always there, and removing an update needs
nothing. Whoever changes which files are here, which are wanted, what an update consists of, or
which licences are accepted, settles it again in the same transaction.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from headgate.approvals.decisions import Action, Ready
from headgate.catalogue.files import FileChoice
from headgate.services.files.chosen import chosen_files
from headgate.settings.shared import Shared
from headgate.storage import approved_files, deciding, decisions
from headgate.storage.deciding import Licence
from headgate.storage.engine import Connection


def ready_updates(
    conn: Connection, update_ids: Collection[str], choice: FileChoice
) -> frozenset[str]:
    """Return those of some updates that can be installed as far as files go."""
    if not choice.approved:
        return frozenset(update_ids)
    return frozenset(update_ids) - approved_files.waiting_updates(conn, update_ids, choice)


def unaccepted_licences(
    conn: Connection, update_ids: Collection[str]
) -> dict[str, tuple[Licence, ...]]:
    """Return, by update, the licences of it and of all it bundles that nobody has accepted.

    Updates without any are left out.
    """
    licences = deciding.licences(conn, update_ids)
    accepted = decisions.accepted(
        conn, {each.eula_id for several in licences.values() for each in several}
    )
    found = {
        update_id: tuple(each for each in several if each.eula_id not in accepted)
        for update_id, several in licences.items()
    }
    return {update_id: several for update_id, several in found.items() if several}


def settle_readiness(
    conn: Connection, choice: FileChoice, update_ids: Collection[str] | None = None
) -> list[str]:
    """Correct what is said of approvals, of all or of some updates; return those that changed.

    Call in a write transaction; it takes a counter only when something changed.
    """
    if update_ids is None:
        update_ids = decisions.approved_updates(conn)
    approved = decisions.approvals_of(conn, update_ids)
    installed = {one.update_id for one in approved if one.action is Action.INSTALL}
    without_files = installed - ready_updates(conn, installed, choice)
    unlicensed = unaccepted_licences(conn, installed)
    return decisions.note_readiness(
        conn,
        {
            one.update_id: Ready(
                files=one.update_id not in without_files,
                licences=one.update_id not in unlicensed,
            )
            for one in approved
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """The same under the settings that count at the moment."""

    settings: Callable[[], Shared]

    def choice(self, conn: Connection) -> FileChoice:
        """Return which files are due."""
        return chosen_files(conn, self.settings())

    def settle(self, conn: Connection) -> list[str]:
        """Correct what is said of all approvals; return the updates that changed."""
        return settle_readiness(conn, self.choice(conn))

    def settle_files(self, conn: Connection, digests: Sequence[bytes]) -> list[str]:
        """Correct what is said of the approvals that need some files, by their SHA-1."""
        concerned = approved_files.approved_updates_with(conn, digests)
        if not concerned:
            return []
        return settle_readiness(conn, self.choice(conn), concerned)
