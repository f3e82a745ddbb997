"""*Synchronization Options*: schedule, source, proxy; saving, synchronizing, testing the way.

One form. *Save settings* asks first and tells what would change; *Test connection* tries what is
typed; *Synchronize now* counts with what is saved, and says so when something else is typed. What
was typed stays through all of it; *Cancel* leads back to it.
"""

from collections.abc import Sequence

from starlette.responses import Response

from headgate.sentences import Sentence
from headgate.services.synchronizing.connection_test import Step, try_connection
from headgate.settings.shared import Content
from headgate.web.console import (
    at_present,
    connection_test,
    progress,
    saving_settings,
    setting_words,
    settings_form,
)
from headgate.web.console.setting_words import LABELS, by_somebody
from headgate.web.console.settings_form import SettingsForm
from headgate.web.console.visit import Console, Visit

PAGE = "/console/options/synchronization"

KEYS = (*settings_form.SCHEDULE, *settings_form.SOURCE, *settings_form.PROXY)
TITLE = Sentence("Synchronization Options")


def show(console: Console, visit: Visit) -> Response:
    """Show the settings as they are."""
    return _page(console, visit, settings_form.fresh(console.configuring, KEYS))


def lead(_console: Console, visit: Visit) -> Response:
    """Lead to the page: what a form was sent to cannot be loaded again."""
    return visit.go(PAGE)


def save(console: Console, visit: Visit) -> Response:
    """*Save settings*: ask, and save after *OK*."""
    form = settings_form.posted(console, visit, KEYS)
    act = visit.typed("act")
    if form.errors or act == "back":
        return _page(console, visit, form)
    if act == "ok":
        saved = saving_settings.save(console, visit, form, to=PAGE)
        return _page(console, visit, saved) if isinstance(saved, SettingsForm) else saved
    found = saving_settings.plan(console, visit, form)
    if isinstance(found, SettingsForm):
        return _page(console, visit, found)
    if found is None:
        return saving_settings.nothing_to_save(visit, form, to=PAGE)
    question = Sentence("Save these settings?")
    return _ask(visit, form, question, found.changes, found.consequences, PAGE)


def test(console: Console, visit: Visit) -> Response:
    """*Test connection*: try the way to the source as it is typed; nothing is saved."""
    form = settings_form.posted(console, visit, KEYS)
    if form.errors:
        return _page(console, visit, form)
    typed = console.configuring.imagine(form.changes)
    return _page(console, visit, form, try_connection(typed, directory=console.directory))


def synchronize(console: Console, visit: Visit) -> Response:
    """*Synchronize now*, with what is saved; asks when something else is typed."""
    form = settings_form.posted(console, visit, KEYS)
    if form.changes and visit.typed("act") != "ok":
        question = Sentence("Synchronize without saving what you have typed?")
        notes = [Sentence("The synchronization uses the settings that are saved.")]
        unsaved = saving_settings.changes_in_words(console, form)
        return _ask(visit, form, question, unsaved, notes, f"{PAGE}/synchronize")
    return progress.start(console, visit)


def _ask(
    visit: Visit,
    form: SettingsForm,
    question: str,
    changes: Sequence[str],
    notes: Sequence[str],
    action: str,
) -> Response:
    return visit.page(
        "confirm_settings.html",
        title=TITLE,
        form=form,
        question=question,
        changes=changes,
        notes=notes,
        action=action,
        back=PAGE,
    )


def _page(
    console: Console, visit: Visit, form: SettingsForm, steps: Sequence[Step] = ()
) -> Response:
    shared, present = console.configuring.shared(), at_present.said(console, visit)
    return visit.page(
        "synchronization_options.html",
        status=form.status,
        page=PAGE,
        form=form,
        zone=visit.words.zone_name,
        has_password=shared.proxy.password is not None,
        present=present,
        files_and_languages=_files_and_languages(shared.content, present["languages"]),
        by_somebody=by_somebody,
        steps=connection_test.shown(steps),
        is_reached=connection_test.is_reached(steps),
        **progress.facts(console, visit),
    )


def _files_and_languages(content: Content, languages: str) -> list[str]:
    """Return in words what *Advanced* decides."""
    said: list[str] = [setting_words.said("content.store", content.store)]
    if content.is_kept_here and content.deferred:
        said.append(LABELS["content.deferred"])
    if content.is_kept_here and content.express:
        said.append(LABELS["content.express"])
    return [*said, languages]
