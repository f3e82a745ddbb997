"""The page of one update: everything its document says, and who it is related to."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from headgate.catalogue.files import FilePresence
from headgate.catalogue.revisions import LocalizedText, Revision
from headgate.catalogue.update_details import UpdateDetails
from headgate.sentences import Sentence
from headgate.services.catalogue.browser import MOST_RELATED
from headgate.web.console import update_facts
from headgate.web.console.update_address import HERE
from headgate.web.console.update_choices import choices
from headgate.web.console.update_decision import deciding
from headgate.web.console.update_pictures import supersedence_picture
from headgate.web.console.update_relations import Cut, related_address, shown_relations
from headgate.web.console.update_text import (
    is_in,
    language_name,
    languages_for,
    short,
    shown,
    text_for,
)
from headgate.web.console.update_words import PRESENCE
from headgate.web.console.visit import Console, Visit

#: A longer title is cut in the heading and stands whole above the description.
_LONGEST_HEADING = 500


def name_asked_for(visit: Visit) -> str:
    """Return what the address calls the update: an id, or ID/REVISION."""
    revision = visit.path.get("revision")
    return str(visit.path["id"]) + (f"/{revision}" if revision else "")


def show(console: Console, visit: Visit) -> Response:
    """Show an update, or one of its revisions."""
    details = console.catalogue().details(name_asked_for(visit))
    document = details.document
    text = text_for(document, languages_for(visit.words))
    title = text.title if text else details.line.title
    decisions = deciding(console, details, visit.words) if document.explicitly_deployable else None
    facts: dict[str, Any] = {
        "details": details,
        "document": document,
        "address": f"{HERE}/{details.identity}",
        "heading": short(title, _LONGEST_HEADING),
        "title_in_full": shown(title) if len(title) > _LONGEST_HEADING else None,
        "text": text,
        "foreign": _foreign(text, visit),
        "deciding": decisions,
        "overview": [
            *update_facts.overview(details, choices(visit), visit.words),
            *(decisions.facts if decisions else ()),
        ],
        "installing": list(update_facts.installing(document, visit.words)),
        "removing": list(update_facts.removing(document, visit.words)),
        "in_languages": list(update_facts.languages(document, visit.words)),
        "relations": shown_relations(details, visit),
        "files": Cut([file for file in details.files if not file.is_eula], details.more_files),
        "licences": [file for file in details.files if file.is_eula],
        "drivers": Cut(
            [update_facts.driver(one) for one in document.drivers[:MOST_RELATED]],
            max(0, len(document.drivers) - MOST_RELATED),
        ),
        "more_info": _links(document, text),
        "support": _web_addresses([text.support_url if text else None, document.support_url]),
    }
    return visit.page(
        "update.html",
        **facts,
        contents=_contents(facts, details),
        related_address=related_address,
        is_newest=any(
            entry.is_latest and entry.revision_number == details.identity.revision_number
            for entry in details.revisions
        ),
        picture=supersedence_picture,
        language_name=lambda name: language_name(name, visit.words),
        short=short,
        clean=shown,
        PRESENCE=PRESENCE,
        present=FilePresence.PRESENT,
    )


def _foreign(text: LocalizedText | None, visit: Visit) -> str | None:
    """Return a sentence when the text is not in the reader's language."""
    words = visit.words
    if text is None or is_in(text, words.language):
        return None
    return words.t(
        "This text is in {language}: the publisher offers none in {wanted}.",
        language=language_name(text.language, words),
        wanted=language_name(words.language, words),
    )


def _links(document: Revision, text: LocalizedText | None) -> tuple[str, ...]:
    return _web_addresses([text.more_info_url if text else None, *document.more_info_urls])


def _web_addresses(written: Sequence[str | None]) -> tuple[str, ...]:
    """Return addresses that are safe to follow, each once; others are no business of a browser."""
    return tuple(dict.fromkeys(url.strip() for url in written if url and _is_web_address(url)))


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)


def _contents(facts: dict[str, Any], details: UpdateDetails) -> dict[str, Sentence]:
    """Return id and title of the sections that have something to say."""
    return {name: title for name, title, wanted in _sections(facts, details) if wanted}


def _sections(facts: dict[str, Any], details: UpdateDetails) -> list[tuple[str, Sentence, bool]]:
    document, relations = details.document, details.relations
    return [
        ("overview", Sentence("Overview"), True),
        ("description", Sentence("Description"), facts["text"] is not None),
        ("revisions", Sentence("Revisions"), True),
        (
            "supersedence",
            Sentence("Supersedence"),
            bool(relations.supersedes or relations.superseded_by),
        ),
        ("prerequisites", Sentence("Prerequisites"), bool(relations.prerequisites)),
        ("bundle", Sentence("Bundle"), bool(relations.bundled or relations.bundled_in)),
        ("files", Sentence("Files"), any(not file.is_eula for file in details.files)),
        ("installation", Sentence("Installation"), document.explicitly_deployable),
        ("languages", Sentence("Languages"), True),
        ("licence", Sentence("Licence"), bool(document.eula_id)),
        ("drivers", Sentence("Drivers"), bool(document.drivers)),
        ("links", Sentence("More information"), bool(facts["more_info"] or facts["support"])),
        ("document", Sentence("Document"), True),
    ]
