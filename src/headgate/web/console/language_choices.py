"""What ``section_languages.html`` shows beside the settings: this server's locale, the list."""

from typing import Any

from headgate.settings.machine import machine_locale
from headgate.web.console.language_names import language_name, named_languages
from headgate.web.console.visit import Console, Visit


def facts(console: Console, visit: Visit) -> dict[str, Any]:
    """Return what the section needs beside the form."""
    known, reader = console.configuring.source_languages(), visit.words.locale
    chosen = console.configuring.shared().languages.locale
    return {
        "locale": language_name(chosen or machine_locale().language, reader),
        "locale_reason": None if chosen else machine_locale().reason,
        "source_languages": named_languages(known, reader),
        "are_known": bool(known),
    }
