"""Four steps of the set-up that are settings: source, proxy, languages, schedule.

The same fields, rules and sentences as under *Synchronization Options*; *Next* saves one step.
"""

from starlette.responses import Response

from headgate.services.synchronizing.setting_up import StepName
from headgate.web.console import language_choices, saving_settings, set_up_steps, settings_form
from headgate.web.console.routing import Handler
from headgate.web.console.setting_words import by_somebody
from headgate.web.console.settings_form import SettingsForm
from headgate.web.console.visit import Console, Visit

#: The settings of each step.
KEYS = {
    StepName.SOURCE: settings_form.SOURCE,
    StepName.PROXY: settings_form.PROXY,
    StepName.LANGUAGES: settings_form.LANGUAGES,
    StepName.SCHEDULE: settings_form.SCHEDULE,
}
_SECTIONS = {
    StepName.SOURCE: "section_source.html",
    StepName.PROXY: "section_proxy.html",
    StepName.LANGUAGES: "section_languages.html",
    StepName.SCHEDULE: "section_schedule.html",
}


def show(name: StepName) -> Handler:
    """Return the handler that shows a step with its settings as they are."""

    def answer(console: Console, visit: Visit) -> Response:
        return _page(console, visit, name, settings_form.fresh(console.configuring, KEYS[name]))

    return answer


def save(name: StepName) -> Handler:
    """Return the handler that saves a step and goes on, or shows what is wrong with it."""

    def answer(console: Console, visit: Visit) -> Response:
        form, to = settings_form.posted(console, visit, KEYS[name]), set_up_steps.after(name)
        if form.errors:
            return _page(console, visit, name, form)
        if not form.changes:
            return _go_on(console, visit, name)
        saved = saving_settings.save(console, visit, form, to=to)
        if isinstance(saved, SettingsForm):
            return _page(console, visit, name, saved)
        _count(console, visit, name)
        return saved

    return answer


def _go_on(console: Console, visit: Visit, name: StepName) -> Response:
    _count(console, visit, name)
    return visit.go(set_up_steps.after(name))


def _count(console: Console, visit: Visit, name: StepName) -> None:
    """Have counted what will come: the step after the schedule tells it."""
    setting_up = console.setting_up
    if name is StepName.SCHEDULE and setting_up.state().is_connected:
        setting_up.count(by=visit.actor)


def _page(console: Console, visit: Visit, name: StepName, form: SettingsForm) -> Response:
    shared = console.configuring.shared()
    return set_up_steps.show(
        console,
        visit,
        name,
        "set_up_settings.html",
        status=form.status,
        section=_SECTIONS[name],
        form=form,
        saves=True,
        by_somebody=by_somebody,
        zone=visit.words.zone_name,
        has_password=shared.proxy.password is not None,
        **language_choices.facts(console, visit),
    )
