"""Whether an update can be approved or declined as asked, and what people should know first."""

from dataclasses import dataclass
from enum import StrEnum

from headgate.approvals.decisions import Action, Approval
from headgate.catalogue.files import FileTotal
from headgate.catalogue.revisions import UpdateKind
from headgate.sentences import Sentence
from headgate.services.catalogue.browser import FINDING_IDS
from headgate.storage.deciding import Candidate, Licence, Named


class Verb(StrEnum):
    """What can be decided about an update."""

    INSTALL = "approve"
    UNINSTALL = "uninstall"
    UNAPPROVE = "unapprove"
    DECLINE = "decline"
    UNDECLINE = "undecline"

    @property
    def done(self) -> str:
        """The deed as the audit trail calls it."""
        return _DONE[self]

    @property
    def approves(self) -> bool:
        """Whether computers do something with the update then."""
        return self in _APPROVING


_DONE = {
    Verb.INSTALL: "approved",
    Verb.UNINSTALL: "approved for removal",
    Verb.UNAPPROVE: "unapproved",
    Verb.DECLINE: "declined",
    Verb.UNDECLINE: "undeclined",
}

_APPROVING = {Verb.INSTALL: Action.INSTALL, Verb.UNINSTALL: Action.UNINSTALL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand with one update."""

    update_id: str
    candidate: Candidate | None  #: None: not here
    bundled_in: tuple[Named, ...]  #: live bundles it is a part of
    superseded_by: tuple[Named, ...]
    licences: tuple[Licence, ...]  #: those not accepted yet
    approval: Approval | None
    is_declined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a verb would do with one update."""

    update_id: str
    revision_id: int | None  #: our number of its newest revision; None: not here
    title: str  #: in the document's own language; the id where it is not here
    kb: str | None
    changes: bool  #: False: it stands already, or is refused
    refusal: Sentence | None = None  #: why it cannot be done
    next_step: str = ""  #: with a refusal
    effects: tuple[Sentence, ...] = ()  #: what happens besides
    warnings: tuple[Sentence, ...] = ()  #: what speaks against it
    licences: tuple[Licence, ...] = ()  #: to be accepted with it
    fetch: FileTotal  #: what is missing of its files


def judge(standing: Standing, verb: Verb, *, fetch: FileTotal) -> Proposal:
    """Return what a verb would do. ``fetch``: files missing of the update."""
    known = standing.candidate
    title = standing.update_id if known is None else known.title
    refused = _refusal(standing, verb)
    return Proposal(
        update_id=standing.update_id,
        revision_id=None if known is None else known.revision_id,
        title=title,
        kb=None if known is None else known.kb,
        changes=refused is None and _changes(standing, verb),
        refusal=None if refused is None else refused[0],
        next_step="" if refused is None else refused[1],
        effects=_effects(standing, verb),
        warnings=_warnings(standing) if verb.approves else (),
        licences=standing.licences if verb is Verb.INSTALL else (),
        fetch=fetch,
    )


def _refusal(standing: Standing, verb: Verb) -> tuple[Sentence, str] | None:
    """Return why it cannot be done, and what to do about it (or ""); None: it can."""
    known = standing.candidate
    if known is None:
        return (
            Sentence("There is no update '{name}' here.", name=standing.update_id),
            FINDING_IDS,
        )
    if known.kind in (UpdateKind.CATEGORY, UpdateKind.DETECTOID):
        return (
            Sentence("'{title}' is no update: there is nothing to decide.", title=known.title),
            Sentence("Choose products and classifications instead: `headgate products select`.")
            if known.is_choice
            else "",
        )
    if standing.bundled_in and (verb.approves or not known.is_listed):
        return (
            Sentence(
                "'{title}' is a part of '{bundle}'.",
                title=known.title,
                bundle=standing.bundled_in[0].title,
            ),
            Sentence("Decide about {id} instead.", id=standing.bundled_in[0].update_id),
        )
    if not known.is_listed:
        return (
            Sentence("'{title}' is not meant to be installed by itself.", title=known.title),
            Sentence("`headgate updates list` shows what can be decided about."),
        )
    return _refusal_to_approve(standing, known, verb) if verb.approves else None


def _refusal_to_approve(
    standing: Standing, known: Candidate, verb: Verb
) -> tuple[Sentence, str] | None:
    if known.is_expired:
        return (
            Sentence("'{title}' has expired: its publisher has withdrawn it.", title=known.title),
            Sentence("Approve what supersedes it, or decline it."),
        )
    if verb is Verb.UNINSTALL and not known.can_uninstall:
        return (
            Sentence("'{title}' cannot be uninstalled by Windows Update.", title=known.title),
            Sentence("Remove it on the computers themselves."),
        )
    if verb is Verb.INSTALL and not all(each.is_readable for each in standing.licences):
        return (
            Sentence(
                "The licence of '{title}' is not on this server yet: nobody can agree to what "
                "cannot be read.",
                title=known.title,
            ),
            Sentence("The next synchronization fetches it."),
        )
    return None


def _changes(standing: Standing, verb: Verb) -> bool:
    match verb:
        case Verb.UNAPPROVE:
            return standing.approval is not None
        case Verb.DECLINE:
            return not standing.is_declined
        case Verb.UNDECLINE:
            return standing.is_declined
        case _:
            approval = standing.approval
            stands = approval is not None and approval.action is _APPROVING[verb]
            return not stands or (verb is Verb.INSTALL and bool(standing.licences))


def _effects(standing: Standing, verb: Verb) -> tuple[Sentence, ...]:
    if verb.approves and standing.is_declined:
        return (Sentence("It is declined; approving takes that back."),)
    if verb.approves and standing.approval is not None and _changes(standing, verb):
        if standing.approval.action is _APPROVING[verb]:
            return (
                Sentence(
                    "It is approved already, but has a new licence: computers install it when "
                    "that is accepted."
                ),
            )
        return (Sentence("The present approval is replaced."),)
    if verb is Verb.DECLINE and standing.approval is not None:
        return (Sentence("It is approved; declining withdraws that."),)
    if verb is Verb.UNDECLINE and standing.is_declined:
        return (Sentence("It stays unapproved after that."),)
    return ()


def _warnings(standing: Standing) -> tuple[Sentence, ...]:
    if not standing.superseded_by:
        return ()
    return (
        Sentence(
            "It is superseded by: {titles}.",
            titles=tuple(one.title for one in standing.superseded_by),
        ),
    )
