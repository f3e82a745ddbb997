"""One update on paper: as an object for programs, as sentences and short lists for people."""

from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from headgate.approvals.decisions import Action
from headgate.catalogue.revisions import Behavior, Revision
from headgate.catalogue.update_details import (
    DetailedFile,
    Related,
    RevisionEntry,
    UpdateDetails,
    prerequisite_sentences,
)
from headgate.catalogue.update_list import UpdateLine, UpdateState
from headgate.cli import output

if TYPE_CHECKING:
    from headgate.services.computers.compliance import UpdateCounts
    from headgate.services.deciding.approving import Outlook

#: Members of a long list that are printed; --json has them all.
SHOWN = 15


@singledispatch
def as_object(value: Any) -> dict[str, Any]:
    """Return a line of a list, or the details of an update, as programs get it."""
    raise TypeError(f"{type(value).__name__} has no form in JSON")


@as_object.register
def _(line: UpdateLine) -> dict[str, Any]:
    return {
        "id": line.identity.update_id,
        "revision": line.identity.revision_number,
        "kind": line.kind,
        "title": line.title,
        "kb": line.kb,
        "classification": line.classification,
        "products": line.products,
        "severity": line.severity,
        "state": line.state,
        "approved_for": _approved_for(line),
        "superseded": line.superseded,
        "arrived": line.arrived,
    }


def _approved_for(line: UpdateLine) -> Action | None:
    if line.state is not UpdateState.APPROVED:
        return None
    return Action.UNINSTALL if line.for_removal else Action.INSTALL


@as_object.register
def _(details: UpdateDetails) -> dict[str, Any]:
    document, relations = details.document, details.relations
    return as_object(details.line) | {
        "created": document.created,
        "titles": {text.language: text.title for text in document.texts},
        "descriptions": {
            text.language: text.description for text in document.texts if text.description
        },
        "kbs": document.kb_articles,
        "bulletins": document.security_bulletins,
        "cves": document.cves,
        "languages": document.languages,
        "handler": document.handler,
        "installation": document.installation,
        "uninstallation": document.uninstallation,
        "licence": document.eula_id,
        "more_info": document.more_info_urls,
        "support": document.support_url,
        "download_size": {"least": document.min_download_size, "most": document.max_download_size},
        "prerequisites": [[_target(one) for one in clause] for clause in relations.prerequisites],
        "bundles": [[_target(one) for one in clause] for clause in relations.bundled],
        "bundled_in": [_target(one) for one in relations.bundled_in],
        "supersedes": [_target(one) for one in relations.supersedes],
        "superseded_by": [_target(one) for one in relations.superseded_by],
        "files": [_file(file) for file in details.files],
        "drivers": document.drivers,
        "revisions": [_revision(entry) for entry in details.revisions],
    }


def _revision(entry: RevisionEntry) -> dict[str, Any]:
    return {
        "revision_number": entry.revision_number,
        "title": entry.title,
        "arrived": entry.arrived,
        "publication_state": entry.publication_state,
        "is_latest": entry.is_latest,
    }


def _target(related: Related) -> dict[str, Any]:
    return {
        "id": related.update_id,
        "revision": related.revision_number,
        "title": related.title,
        "kind": related.category_type or related.kind,
    }


def _file(file: DetailedFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "size": file.size,
        "sha1": file.sha1.hex(),
        "sha256": file.sha256.hex() if file.sha256 else None,
        "url": file.mu_url,
        "presence": file.presence,
        "patching_type": file.patching_type,
        "licence": file.is_eula,
        "language": file.language,
    }


def approval_object(outlook: "Outlook") -> dict[str, Any] | None:
    """Return the approval of an update, as programs get it; None: it is not approved."""
    approval = outlook.approval
    if approval is None:
        return None
    return {
        "action": approval.action,
        "since": approval.decided_at,
        "by": approval.decided_by,
        "files_missing": outlook.waits_for.count,
        "bytes_missing": outlook.waits_for.size,
        "licences_accepted": approval.licences_accepted,
    }


def approval_said(outlook: "Outlook", zone: str) -> str | None:
    """Return for what an update is approved, since when and by whom; None: it is not approved."""
    approval = outlook.approval
    if approval is None or approval.action is None:
        return None
    said = f"{_ACTIONS[approval.action]}, since {output.moment(approval.decided_at, zone)}"
    said += f", by {approval.decided_by}"
    if outlook.waits_for.count:
        files = "file" if outlook.waits_for.count == 1 else "files"
        waits = f"{outlook.waits_for.count:,} {files} ({output.size(outlook.waits_for.size)})"
        said += f"; waits for {waits}"
    if approval.action is Action.INSTALL and not approval.licences_accepted:
        said += "; waits until its new licence is accepted (approve it again)"
    return said


_ACTIONS = {
    Action.INSTALL: "Approved: install, on all computers",
    Action.UNINSTALL: "Approved for removal: remove, from all computers",
}


def computers_said(counts: "UpdateCounts") -> str:
    """Return how many computers need, have or miss an update."""
    known = {
        "need it": counts.needed,
        "have downloaded it": counts.downloaded,
        "wait for a restart": counts.pending_reboot,
        "have it": counts.installed,
        "failed": counts.failed,
        "have no use for it": counts.not_applicable,
        "have not said": counts.unknown,
    }
    told = ", ".join(f"{number:,} {words}" for words, number in known.items() if number)
    return f"Computers: {told or 'none yet'}"


def print_details(
    details: UpdateDetails, *, approval: str | None = None, computers: str | None = None
) -> None:
    """Print everything about an update for people.

    ``approval``, ``computers``: what ``approval_said`` and ``computers_said`` return.
    """
    line, document = details.line, details.document
    output.tell(line.title)
    output.tell(f"{line.identity.update_id}  revision {line.identity.revision_number}  {line.kind}")
    output.tell(f"{_state(details, approval)}Arrived {line.arrived:%Y-%m-%d %H:%M} UTC.")
    if computers is not None:
        output.tell(computers)
    for text in document.texts:
        if text.title == line.title and text.description:
            output.tell(f"\n{text.description}")
            break
    output.tell()
    for name, value in _facts(details):
        output.tell(f"{name:<16}{value}")
    relations = details.relations
    print_section("Conditions", prerequisite_sentences(relations.prerequisites))
    print_section("Bundles", (_named(one) for clause in relations.bundled for one in clause))
    print_section("Bundled in", map(_named, relations.bundled_in))
    print_section("Supersedes", map(_named, relations.supersedes))
    print_section("Superseded by", map(_named, relations.superseded_by))
    print_section("Files", (_file_line(file) for file in details.files))
    print_section("Titles", (f"{text.language}: {text.title}" for text in document.texts))
    print_section(
        "Revisions",
        (
            f"{entry.revision_number}  arrived {entry.arrived:%Y-%m-%d}  {entry.publication_state}"
            for entry in details.revisions
        ),
    )


def _state(details: UpdateDetails, approval: str | None) -> str:
    """Return what is decided, for what can be decided about."""
    if not details.document.explicitly_deployable:
        return ""
    line = details.line
    decided = _STATES[line.state]
    if line.state is UpdateState.APPROVED:
        decided = approval or ("Approved for removal" if line.for_removal else decided)
    return f"{decided}. " + ("Superseded. " if line.superseded else "")


_STATES = {
    UpdateState.NOT_APPROVED: "Not approved",
    UpdateState.APPROVED: "Approved",
    UpdateState.DECLINED: "Declined",
    UpdateState.EXPIRED: "Expired: withdrawn by its publisher",
}


def _facts(details: UpdateDetails) -> Iterator[tuple[str, str]]:
    line, document = details.line, details.document
    yield "Classification", line.classification or "-"
    yield "Products", "; ".join(line.products) or "-"
    yield "KB", ", ".join(document.kb_articles) or "-"
    yield "Severity", line.severity or "-"
    if document.security_bulletins or document.cves:
        yield "Bulletins", ", ".join((*document.security_bulletins, *document.cves))
    if document.created:
        yield "Created", f"{document.created:%Y-%m-%d}"
    yield "Languages", ", ".join(document.languages) or "all"
    if document.max_download_size is not None:
        yield "Download", f"at most {output.size(document.max_download_size)}"
    yield "Installing", _behaviour(document)
    yield "Removing", "possible" if document.uninstallation else "not possible"
    if document.eula_id:
        yield "Licence", f"must be accepted before approval ({document.eula_id})"
    for url in document.more_info_urls:
        yield "More", url
    if document.support_url:
        yield "Support", document.support_url


_REBOOT = {
    "NeverReboots": "never restarts",
    "AlwaysRequiresReboot": "always restarts",
    "CanRequestReboot": "may restart",
}


def _behaviour(document: Revision) -> str:
    behaviour = document.installation or Behavior()
    parts = [_REBOOT.get(behaviour.reboot or "", "")]
    parts.append("may ask for input" if behaviour.can_request_user_input else "")
    parts.append(
        "must be installed alone" if behaviour.impact == "RequiresExclusiveHandling" else ""
    )
    parts.append("needs the network" if behaviour.requires_network else "")
    return ", ".join(part for part in parts if part) or "nothing special"


def _named(related: Related) -> str:
    revision = f"/{related.revision_number}" if related.revision_number is not None else ""
    return f"{related.update_id}{revision}  {related.title or 'not here'}"


def _file_line(file: DetailedFile) -> str:
    kind = "licence" if file.is_eula else file.patching_type or "file"
    return (
        f"{file.name}  {output.size(file.size)}  {kind}  {file.presence}\n"
        f"    SHA-1   {file.sha1.hex()}\n"
        f"    SHA-256 {file.sha256.hex() if file.sha256 else '-'}"
        + (f"\n    {file.mu_url}" if file.mu_url else "")
    )


def print_section(heading: str, lines: Iterable[str]) -> None:
    """Print a heading and the first of some lines, and how many more there are; nothing of none."""
    found: Sequence[str] = list(lines)
    if not found:
        return
    output.tell(f"\n{heading}")
    for line in found[:SHOWN]:
        output.tell(f"  {line}")
    if len(found) > SHOWN:
        output.tell(f"  and {len(found) - SHOWN} more (--json has them all)")
