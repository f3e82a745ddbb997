"""Whether the files of approved updates are all here: only then computers are told to install.

Files that are left to Microsoft are always there, and removing an update needs none. Whoever
changes which files are here, which are wanted, or what an update consists of, settles it again in
the same transaction.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from headgate.approvals.decisions import Action
from headgate.catalogue.files import FileChoice
from headgate.services.files.chosen import chosen_files
from headgate.settings.shared import Shared
from headgate.storage import approved_files, decisions
from headgate.storage.engine import Connection


def ready_updates(
    conn: Connection, update_ids: Collection[str], choice: FileChoice
) -> frozenset[str]:
    """Return those of some updates that can be installed as far as files go."""
    if not choice.approved:
        return frozenset(update_ids)
    return frozenset(update_ids) - approved_files.waiting_updates(conn, update_ids, choice)


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
    ready = ready_updates(conn, installed, choice)
    return decisions.note_readiness(
        conn, {one.update_id: _is_ready(one.action, one.update_id in ready) for one in approved}
    )


def _is_ready(action: Action | None, has_files: bool) -> bool:
    return has_files or action is Action.UNINSTALL


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
