"""Approving, unapproving, declining and undeclining updates, for all computers.

Every verb first finds out what it would do (:meth:`Approving.propose`), and does it for all updates
it was given or for none. Each is one transaction with its audit line. What stands already is left
as it is.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from headgate.approvals.decisions import Action, Approval
from headgate.catalogue.files import FileChoice, FileTotal
from headgate.content.store import ContentStore
from headgate.errors import UsageError
from headgate.fleet.groups import ALL_COMPUTERS
from headgate.sentences import Sentence, Sentences
from headgate.services.catalogue.licences import LicenceText, read_licence
from headgate.services.deciding.naming_updates import find_updates
from headgate.services.deciding.rules import Proposal, Standing, Verb, judge
from headgate.services.files.chosen import chosen_files
from headgate.services.files.fetching import queue_fetching
from headgate.services.files.readiness import (
    ready_updates,
    settle_readiness,
    unaccepted_licences,
)
from headgate.settings.shared import Shared
from headgate.storage import (
    approved_files,
    audit,
    deciding,
    decisions,
    transactions,
    update_details,
)
from headgate.storage.deciding import Licence
from headgate.storage.engine import Connection, Engine
from headgate.storage.jobs import Job

#: Refusals an error tells; it carries all.
_TOLD = 5


class DecisionRefusedError(UsageError):
    """Some of the updates cannot be decided about so; nothing was changed."""

    def __init__(self, refused: Sequence[Proposal]) -> None:
        told = (one.refusal or "" for one in refused[:_TOLD])
        super().__init__(Sentences(told), next_step=refused[0].next_step)
        self.refused = tuple(refused)


class LicenceNotAcceptedError(UsageError):
    """A licence has to be accepted first; nothing was changed."""

    next_step = Sentence(
        "Read it: `headgate approve` shows it, and so does the update's page in the console. Then "
        "approve with `--accept-licence`."
    )

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        super().__init__(
            Sentence(
                "The licence of '{title}' has to be accepted before it can be approved.",
                title=proposals[0].title,
            )
        )
        self.proposals = tuple(proposals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a verb has done."""

    proposals: tuple[Proposal, ...]  #: as things were before
    changed: tuple[str, ...]  #: update ids; of the others it stood already
    fetch: FileTotal  #: files on their way for them
    job: Job | None  #: what fetches them


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How it stands with one update, and what could be decided."""

    verbs: tuple[Verb, ...]  #: those that would change something
    approval: Approval | None  #: for all computers
    waits_for: FileTotal  #: files missing of an update approved for installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Approving:
    """The verbs of deciding about updates."""

    engine: Engine
    settings: Callable[[], Shared]
    store: ContentStore
    now: Callable[[], datetime]

    def find(self, names: Sequence[str], verb: Verb | None, *, every: bool = False) -> list[str]:
        """Return the ids of the updates people name by id or KB; see ``find_updates``."""
        with transactions.read(self.engine) as conn:
            return find_updates(conn, names, verb, every=every)

    def propose(self, update_ids: Collection[str], verb: Verb) -> list[Proposal]:
        """Return, in the order given, what a verb would do with each update. Changes nothing."""
        with transactions.read(self.engine) as conn:
            return self._propose(conn, update_ids, verb)

    def outlook(self, update_id: str) -> Outlook:
        """Return how it stands with an update; of one that is not here nothing can be decided."""
        with transactions.read(self.engine) as conn:
            standing = _standing(conn, [update_id])[update_id]
            approval = standing.approval
            waits = approval is not None and not approval.files_ready
            choice = chosen_files(conn, self.settings())
            return Outlook(
                verbs=tuple(verb for verb in Verb if judge(standing, verb, fetch=NOTHING).changes),
                approval=approval,
                waits_for=_to_fetch(conn, [update_id], Verb.INSTALL, choice) if waits else NOTHING,
            )

    def licence_text(self, licence: Licence, languages: Sequence[str]) -> LicenceText | None:
        """Return a licence for a reader of ``languages``; None: no file here has it."""
        with transactions.read(self.engine) as conn:
            files, _ = update_details.files_of(conn, licence.revision_id, None)
        return read_licence(self.store, files, languages, licence.default_language)

    def approve(
        self,
        update_ids: Collection[str],
        *,
        by: str,
        action: Action = Action.INSTALL,
        accept_licences: bool = False,
    ) -> Decided:
        """Approve updates; a declined one is undeclined with that. Queues fetching their files.

        What is approved already changes where a newer revision has brought a licence: it is
        accepted, for every approved update that waits for it.
        Raises DecisionRefusedError, LicenceNotAcceptedError.
        """
        verb = Verb.INSTALL if action is Action.INSTALL else Verb.UNINSTALL
        at = self.now()
        with transactions.write(self.engine) as conn:
            proposals = self._allowed(conn, update_ids, verb)
            needing = [one for one in proposals if one.licences]
            if needing and not accept_licences:
                raise LicenceNotAcceptedError(needing)
            eulas = decisions.accept_licences(
                conn, {each.eula_id for one in needing for each in one.licences}, by=by, at=at
            )
            choice = chosen_files(conn, self.settings())
            ready = (
                ready_updates(conn, update_ids, choice) if action is Action.INSTALL else update_ids
            )
            approved = decisions.approve(
                conn, update_ids, action, group_id=ALL_COMPUTERS, ready=ready, by=by, at=at
            )
            if eulas:
                settle_readiness(conn, choice, decisions.waiting_for_licences(conn))
            changed = sorted({*approved, *(one.update_id for one in needing)})
            _note(conn, verb, changed, by=by, at=at, licences=eulas)
            fetch = _to_fetch(conn, update_ids, verb, choice)
            job = queue_fetching(conn, by=by, at=at) if fetch.count else None
        return Decided(proposals=tuple(proposals), changed=tuple(changed), fetch=fetch, job=job)

    def unapprove(self, update_ids: Collection[str], *, by: str) -> Decided:
        """Withdraw approvals. Raises DecisionRefusedError."""
        return self._change(update_ids, Verb.UNAPPROVE, by=by)

    def decline(self, update_ids: Collection[str], *, by: str) -> Decided:
        """Offer updates to no computer any more; approvals go. Raises DecisionRefusedError."""
        return self._change(update_ids, Verb.DECLINE, by=by)

    def undecline(self, update_ids: Collection[str], *, by: str) -> Decided:
        """Offer declined updates again; they are not approved. Raises DecisionRefusedError."""
        return self._change(update_ids, Verb.UNDECLINE, by=by)

    def _change(self, update_ids: Collection[str], verb: Verb, *, by: str) -> Decided:
        at = self.now()
        with transactions.write(self.engine) as conn:
            proposals = self._allowed(conn, update_ids, verb)
            changed = _CHANGES[verb](conn, update_ids, by=by, at=at)
            _note(conn, verb, changed, by=by, at=at)
        return Decided(proposals=tuple(proposals), changed=tuple(changed), fetch=NOTHING, job=None)

    def _allowed(self, conn: Connection, update_ids: Collection[str], verb: Verb) -> list[Proposal]:
        proposals = self._propose(conn, update_ids, verb)
        refused = [one for one in proposals if one.refusal is not None]
        if refused:
            raise DecisionRefusedError(refused)
        return proposals

    def _propose(self, conn: Connection, update_ids: Collection[str], verb: Verb) -> list[Proposal]:
        choice = chosen_files(conn, self.settings())
        standing = _standing(conn, update_ids)
        return [
            judge(
                standing[update_id],
                verb,
                fetch=_to_fetch(conn, [update_id], verb, choice),
            )
            for update_id in dict.fromkeys(update_ids)
        ]


NOTHING = FileTotal(count=0, size=0)

_CHANGES = {
    Verb.UNAPPROVE: decisions.withdraw,
    Verb.DECLINE: decisions.decline,
    Verb.UNDECLINE: decisions.undecline,
}


def _to_fetch(
    conn: Connection, update_ids: Collection[str], verb: Verb, choice: FileChoice
) -> FileTotal:
    """Return what is to be fetched for updates before computers can install them."""
    if verb is not Verb.INSTALL or not choice.approved:
        return NOTHING
    return approved_files.missing_total(conn, update_ids, choice)


def _standing(conn: Connection, update_ids: Collection[str]) -> dict[str, Standing]:
    """Return how things stand with some updates, by id."""
    known = deciding.candidates(conn, update_ids)
    bundles = deciding.live_bundles(conn, update_ids)
    replaced = deciding.replacements(conn, update_ids)
    licences = unaccepted_licences(conn, update_ids)
    approvals: dict[str, Approval] = {
        one.update_id: one
        for one in decisions.approvals_of(conn, update_ids)
        if one.group_id == ALL_COMPUTERS
    }
    declined = decisions.declined_of(conn, update_ids)
    return {
        update_id: Standing(
            update_id=update_id,
            candidate=known.get(update_id),
            bundled_in=tuple(bundles.get(update_id, ())),
            superseded_by=tuple(replaced.get(update_id, ())),
            licences=licences.get(update_id, ()),
            approval=approvals.get(update_id),
            is_declined=update_id in declined,
        )
        for update_id in update_ids
    }


def _note(
    conn: Connection,
    verb: Verb,
    changed: Sequence[str],
    *,
    by: str,
    at: datetime,
    licences: Sequence[str] = (),
) -> None:
    if changed or licences:
        detail: dict[str, object] = {"updates": list(changed), "group": ALL_COMPUTERS}
        if licences:
            detail["licences"] = list(licences)
        audit.note(conn, actor=by, action=f"update {verb.done}", detail=detail, at=at)
