"""Deciding about one update: the question first (what changes, what to accept), then the deed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from headgate.approvals.decisions import Action, Approval
from headgate.catalogue.files import FileTotal
from headgate.catalogue.update_details import UpdateDetails
from headgate.sentences import Bytes, Sentence, counted
from headgate.services.computers.compliance import UpdateCounts
from headgate.services.deciding.approving import Approving, Decided, LicenceNotAcceptedError
from headgate.services.deciding.rules import Proposal, Verb
from headgate.web.console.update_address import HERE
from headgate.web.console.update_facts import Fact
from headgate.web.console.update_text import (
    language_name,
    languages_for,
    short,
    shown,
    text_for,
)
from headgate.web.console.visit import Console, Visit
from headgate.web.console.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What a verb is called on pages."""

    button: Sentence
    question: Sentence
    done: Sentence


WORDS: Mapping[Verb, _Words] = {
    Verb.INSTALL: _Words(
        button=Sentence("Approve"),
        question=Sentence("Approve this update for installation on all computers?"),
        done=Sentence("The update is approved for installation on all computers."),
    ),
    Verb.UNINSTALL: _Words(
        button=Sentence("Approve for removal"),
        question=Sentence("Approve this update for removal from all computers?"),
        done=Sentence("The update is approved for removal from all computers."),
    ),
    Verb.UNAPPROVE: _Words(
        button=Sentence("Unapprove"),
        question=Sentence("Withdraw the approval? Computers only evaluate the update then."),
        done=Sentence("The update is not approved any more."),
    ),
    Verb.DECLINE: _Words(
        button=Sentence("Decline"),
        question=Sentence("Decline this update? No computer is offered it then."),
        done=Sentence("The update is declined."),
    ),
    Verb.UNDECLINE: _Words(
        button=Sentence("Undecline"),
        question=Sentence("Offer this update to computers again?"),
        done=Sentence("The update is not declined any more."),
    ),
}

_ACTIONS = {
    Action.INSTALL: Sentence("Install, on all computers"),
    Action.UNINSTALL: Sentence("Remove, from all computers"),
}

Deed = Callable[[Approving, list[str], str], Decided]

_CHANGES: Mapping[Verb, Deed] = {
    Verb.UNAPPROVE: lambda approving, ids, by: approving.unapprove(ids, by=by),
    Verb.DECLINE: lambda approving, ids, by: approving.decline(ids, by=by),
    Verb.UNDECLINE: lambda approving, ids, by: approving.undecline(ids, by=by),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLicence:
    """A licence to be accepted."""

    title: str  #: of what it belongs to
    language: str
    text: str | None  #: None: there is none to show
    why_not: str  #: where there is none
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """What the page of an update says about deciding."""

    buttons: tuple[tuple[str, Sentence], ...]  #: value of ``verb``, words
    facts: tuple[Fact, ...]


def deciding(console: Console, details: UpdateDetails, words: Words) -> Deciding:
    """Return what can be decided about an update, and how it stands."""
    update_id = details.identity.update_id
    outlook = console.approving().outlook(update_id)
    counts = console.compliance().counts([update_id])[update_id]
    return Deciding(
        buttons=tuple((str(verb), WORDS[verb].button) for verb in outlook.verbs),
        facts=(
            *_approval(outlook.approval, outlook.waits_for, words),
            Fact(Sentence("Computers"), (_computers(counts, words),)),
        ),
    )


def _computers(counts: UpdateCounts, words: Words) -> str:
    """Return how many computers need it still, have it, failed, or did not say."""
    return words.t(
        "Need it: {needed}; have it: {installed}; failed: {failed}; unknown: {unknown}",
        needed=counts.missing - counts.failed,
        installed=counts.installed,
        failed=counts.failed,
        unknown=counts.unknown,
    )


def _approval(approval: Approval | None, waits_for: FileTotal, words: Words) -> Iterator[Fact]:
    if approval is None or approval.action is None:
        return
    values = [words.say(_ACTIONS[approval.action])]
    values.append(
        words.t(
            "Since {moment}, by {name}",
            moment=words.moment(approval.decided_at),
            name=shown(approval.decided_by),
        )
    )
    if waits_for.count:
        values.append(
            words.tn(
                "Waits for {count} file ({size}); until it is here, computers only evaluate it",
                "Waits for {count} files ({size}); until they are here, computers only evaluate it",
                count=waits_for.count,
                size=Bytes(waits_for.size),
            )
        )
    if approval.action is Action.INSTALL and not approval.licences_accepted:
        values.append(
            words.t(
                "Waits until somebody accepts its new licence; until then, computers only "
                "evaluate it"
            )
        )
    yield Fact(Sentence("Approval"), tuple(values))


def ask(console: Console, visit: Visit) -> Response:
    """Show what a verb would do, and ask."""
    return _ask(console, visit, visit.query.get("verb", ""))


def decide(console: Console, visit: Visit) -> Response:
    """Do it, and lead back to the page of the update."""
    verb, name = _verb(visit.typed("verb")), str(visit.path["id"])
    if verb is None:
        return visit.go(f"{HERE}/{name}")
    update_id = console.catalogue().details(name).identity.update_id
    try:
        done = _do(console.approving(), verb, update_id, visit)
    except LicenceNotAcceptedError:
        return _ask(console, visit, str(verb), unaccepted=True)
    sentences = (
        [WORDS[verb].done]
        if done.changed
        else [Sentence("It was so already; nothing was changed.")]
    )
    return visit.done(f"{HERE}/{update_id}", sentences, notes=_under_way(done))


def _verb(name: str) -> Verb | None:
    return Verb(name) if name in frozenset(map(str, Verb)) else None


def _do(approving: Approving, verb: Verb, update_id: str, visit: Visit) -> Decided:
    if not verb.approves:
        return _CHANGES[verb](approving, [update_id], visit.actor)
    return approving.approve(
        [update_id],
        action=Action.INSTALL if verb is Verb.INSTALL else Action.UNINSTALL,
        accept_licences=visit.ticked("accept"),
        by=visit.actor,
    )


def _under_way(done: Decided) -> list[str]:
    if done.job is None:
        return []
    return [
        counted(
            "{count} file ({size}) is being fetched. Computers are told to install the update "
            "when it is here.",
            "{count} files ({size}) are being fetched. Computers are told to install the update "
            "when they are here.",
            count=done.fetch.count,
            size=Bytes(done.fetch.size),
        )
    ]


def _ask(console: Console, visit: Visit, asked: str, *, unaccepted: bool = False) -> Response:
    verb, name = _verb(asked), str(visit.path["id"])
    if verb is None:
        return visit.go(f"{HERE}/{name}")
    details = console.catalogue().details(name)
    text = text_for(details.document, languages_for(visit.words))
    update_id = details.identity.update_id
    (proposal,) = console.approving().propose([update_id], verb)
    return visit.page(
        "update_decision.html",
        status=400 if unaccepted else 200,
        address=f"{HERE}/{update_id}",
        title=short(text.title if text else details.line.title),
        verb=str(verb),
        said=WORDS[verb],
        proposal=proposal,
        sentences=_worth_knowing(proposal),
        licences=_licences(console.approving(), proposal, visit),
        unaccepted=unaccepted,
        language_name=lambda name: language_name(name, visit.words),
    )


def _worth_knowing(proposal: Proposal) -> list[str]:
    found: list[str] = [*proposal.effects, *proposal.warnings]
    if proposal.fetch.count:
        found.append(
            counted(
                "{count} file ({size}) is fetched first.",
                "{count} files ({size}) are fetched first.",
                count=proposal.fetch.count,
                size=Bytes(proposal.fetch.size),
            )
        )
    return found


def _licences(approving: Approving, proposal: Proposal, visit: Visit) -> list[ShownLicence]:
    found = []
    for licence in proposal.licences:
        text = approving.licence_text(licence, languages_for(visit.words))
        found.append(
            ShownLicence(
                title=short(licence.title),
                language=text.language if text else licence.default_language,
                text=shown(text.text) if text and text.unreadable is None else None,
                why_not=text.said
                if text
                else Sentence("The document names no file with its text."),
                is_cut=text is not None and text.is_cut,
            )
        )
    return found
