"""*Advanced Synchronization Options*: which update files are stored here, in which languages.

First a warning says what these settings decide; *OK* leads to them. *OK* there saves at once, as in
WSUS, and leads back to *Synchronization Options*, which tells what changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.responses import Response

from headgate.catalogue.files import FileChoice, FileTotal
from headgate.sentences import Sentence
from headgate.services.files.chosen import file_choice
from headgate.settings.machine import machine_locale
from headgate.settings.shared import Shared
from headgate.web.console import language_choices, saving_settings, settings_form
from headgate.web.console.language_names import language_name
from headgate.web.console.setting_words import by_somebody
from headgate.web.console.settings_form import SettingsForm
from headgate.web.console.synchronization_options import PAGE as BACK
from headgate.web.console.visit import Console, Visit

PAGE = f"{BACK}/advanced"

KEYS = (*settings_form.FILES, *settings_form.LANGUAGES)


@dataclass(frozen=True, slots=True)
class Forecast:
    """How much there is to fetch under a choice of languages, once everything is approved."""

    choice: str
    total: FileTotal


def show(console: Console, visit: Visit) -> Response:
    """Show the warning; the settings when it was read."""
    if visit.query.get("read"):
        return _page(console, visit, settings_form.fresh(console.configuring, KEYS))
    return visit.page(
        "advanced_warning.html",
        page=PAGE,
        back=BACK,
        files=console.update_files().held(),
        forecasts=_forecasts(console, visit) if visit.query.get("counted") else (),
    )


def forecasts(console: Console, visit: Visit) -> Response:
    """Count what each choice of languages comes to: a part of the warning that takes a moment."""
    if not visit.is_live:
        return visit.go(PAGE, counted="yes")
    return visit.page("advanced_forecasts.html", forecasts=_forecasts(console, visit))


def save(console: Console, visit: Visit) -> Response:
    """*OK*: save, and tell on *Synchronization Options* what changed."""
    form = settings_form.posted(console, visit, KEYS)
    if form.errors:
        return _page(console, visit, form)
    saved = saving_settings.save(console, visit, form, to=BACK)
    return _page(console, visit, saved) if isinstance(saved, SettingsForm) else saved


def _page(console: Console, visit: Visit, form: SettingsForm) -> Response:
    return visit.page(
        "advanced_synchronization_options.html",
        status=form.status,
        page=PAGE,
        back=BACK,
        form=form,
        by_somebody=by_somebody,
        directory=str(console.directory / "content"),
        space=console.update_files().held().space,
        **language_choices.facts(console, visit),
    )


def _forecasts(console: Console, visit: Visit) -> list[Forecast]:
    shared, known = console.configuring.shared(), console.configuring.source_languages()
    locale = language_name(_locale(shared), visit.words.locale)
    choices = _choices(shared, known, locale)
    totals = console.update_files().forecasts(list(choices.values()))
    return [Forecast(said, total) for said, total in zip(choices, totals, strict=True)]


def _choices(shared: Shared, known: Mapping[str, str], locale: str) -> dict[str, FileChoice]:
    """Return the choices of languages worth comparing, the present one first, each once."""
    modes = {
        "now": Sentence("The languages chosen now"),
        "all": Sentence("All languages"),
        "locale": Sentence("The language of this server ({locale})", locale=locale),
    }
    found: dict[str, FileChoice] = {}
    for mode, said in modes.items():
        languages = shared.languages if mode == "now" else replace(shared.languages, mode=mode)
        imagined = replace(shared, languages=languages)
        choice = replace(file_choice(imagined, known), everything=True)
        if choice not in found.values():
            found[said] = choice
    return found


def _locale(shared: Shared) -> str:
    return shared.languages.locale or machine_locale().language
