"""Saving what a settings form says: what would change, that it did, and who was faster."""

from dataclasses import dataclass

from starlette.responses import Response

from headgate.sentences import Sentence, Sentences
from headgate.services.people.telling import Told, Tone
from headgate.services.settings.meanwhile import ChangedMeanwhileError
from headgate.settings.keys import SHARED, read_value
from headgate.settings.values import Value
from headgate.web.console import setting_words, settings_form
from headgate.web.console.settings_form import SettingsForm
from headgate.web.console.visit import Console, Visit

NOTHING_NEW = Sentence("Nothing was changed: the settings are as they were.")
SAVED_ALREADY = Sentence("Nothing was changed: these settings are saved already.")
FROM_THE_NEXT = Sentence(
    "A synchronization is running; what you have changed counts from the next one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What saving would do, in words."""

    changes: list[str]
    consequences: list[str]


def plan(console: Console, visit: Visit, form: SettingsForm) -> Plan | SettingsForm | None:
    """Return what saving would do; the form again when others were faster; None for nothing.

    The form has no errors.
    """
    configuring = console.configuring
    if form.changes and configuring.holds(form.changes):
        return None
    if others := configuring.meanwhile(form.seen):
        return settings_form.after_others(configuring, form, others)
    if not form.changes:
        return None
    outcome = configuring.foresee(form.changes, by=visit.actor)
    return Plan(
        changes=changes_in_words(console, form),
        consequences=_with_from_the_next(console, setting_words.consequences(outcome)),
    )


def changes_in_words(console: Console, form: SettingsForm) -> list[str]:
    """Tell what was typed anew; what is no value of its setting is told as it was typed."""
    before = console.configuring.chosen()
    return setting_words.changes(form.changes, before, _wanted(form))


def nothing_to_save(visit: Visit, form: SettingsForm, *, to: str) -> Response:
    """Lead to a page that tells that there was nothing to do."""
    said = SAVED_ALREADY if form.changes else NOTHING_NEW
    return visit.go(to, Told(Tone.NOTE, said))


def save(console: Console, visit: Visit, form: SettingsForm, *, to: str) -> Response | SettingsForm:
    """Save and lead to a page that tells what changed; the form again when others were faster."""
    configuring = console.configuring
    before = configuring.chosen()
    try:
        outcome = configuring.change(form.changes, by=visit.actor, seen=form.seen)
    except ChangedMeanwhileError as error:
        return settings_form.after_others(configuring, form, error.changes)
    if not outcome.changed:
        return nothing_to_save(visit, form, to=to)
    told = setting_words.changes(outcome.changed, before, configuring.chosen())
    notes = _with_from_the_next(console, setting_words.consequences(outcome))
    return visit.done(to, [Sentences((Sentence("The settings are saved."), *told))], notes=notes)


def _with_from_the_next(console: Console, said: list[str]) -> list[str]:
    running = console.sync_control.glance().job is not None
    return [*said, FROM_THE_NEXT] if running else said


def _wanted(form: SettingsForm) -> dict[str, Value]:
    return {
        key: text if key in form.errors else read_value(SHARED[key], text)
        for key, text in form.changes.items()
        if not SHARED[key].secret
    }
