"""The licence of an update, as text."""

from starlette.responses import Response

from headgate.web.console.update import name_asked_for
from headgate.web.console.update_address import HERE
from headgate.web.console.update_text import language_name, languages_for, short, shown, text_for
from headgate.web.console.visit import Console, Visit


def show(console: Console, visit: Visit) -> Response:
    """Show the licence in the reader's language, or in the one the address names."""
    details = console.catalogue().details(name_asked_for(visit))
    languages = (visit.query.get("language", ""), *languages_for(visit.words))
    licence = console.catalogue().licence_text(details, [name for name in languages if name])
    text = text_for(details.document, languages_for(visit.words))
    return visit.page(
        "update_licence.html",
        address=f"{HERE}/{details.identity}",
        title=short(text.title if text else details.line.title),
        licence=licence,
        text=shown(licence.text) if licence else "",
        language=language_name(licence.language, visit.words) if licence else "",
    )
