"""Settings as a form: reading what was typed, what of it is a change, and what is wrong with it.

Fields are called like their settings. A box that was shown says so (hidden field ``shown``), so
that an unticked one is told from one that was grey or locked; what depends on a switch that is off
is not looked at, and what is stored there stays. A password is never shown: one that was typed
travels sealed (``sealed``) until it is saved or given up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from headgate.sentences import Sentence
from headgate.services.settings.configuring import Configuring
from headgate.services.settings.meanwhile import Meanwhile, read_seen
from headgate.services.settings.stored import PASSWORD
from headgate.settings.keys import SHARED, WrongValueError, read_value
from headgate.settings.values import Value, written, yes_or_no
from headgate.web.console.page import FORM_TOKEN
from headgate.web.console.visit import Console, Visit

#: The settings of each part of the options, in the order of the page.
SCHEDULE = ("schedule.mode", "schedule.first", "schedule.per_day")
SOURCE = ("source.kind", "source.host", "source.port", "source.tls", "source.ca_file")
_CREDENTIALS = ("proxy.user", "proxy.domain", PASSWORD, "proxy.allow_basic")
PROXY = ("proxy.enabled", "proxy.host", "proxy.port", "proxy.use_credentials", *_CREDENTIALS)
FILES = ("content.store", "content.deferred", "content.express")
LANGUAGES = ("languages.mode", "languages.selected")

#: What counts only while a switch has a position; the page greys it out by the same rule.
_NEEDS: tuple[tuple[frozenset[str], str, str], ...] = (
    (frozenset(SCHEDULE[1:]), "schedule.mode", "daily"),
    (frozenset(SOURCE[1:]), "source.kind", "upstream"),
    (frozenset(PROXY[1:]), "proxy.enabled", "true"),
    (frozenset(_CREDENTIALS), "proxy.use_credentials", "true"),
    (frozenset(FILES[1:]), "content.store", "local"),
    (frozenset(LANGUAGES[1:]), "languages.mode", "selected"),
)
_LIST = "languages.selected"
#: The same switches as templates name them.
_SWITCHES = {
    key if position == "true" else f"{key}={position}": (key, position)
    for _, key, position in _NEEDS
}
#: Never carried on: what the page gives itself, and the password in clear text.
_NOT_CARRIED = (FORM_TOKEN, PASSWORD, "seen", "sealed", "act")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsForm:
    """A form as it is shown: what stands in its fields, and what is said beside them."""

    values: Mapping[str, str]  #: by key, as written on the command line; no password
    locked: Mapping[str, str]  #: by key, the variable of the environment that fixes it
    seen: str  #: what the settings were when the form was first shown
    changes: Mapping[str, str] = field(default_factory=dict)  #: what was typed anew
    sealed: str = ""  #: a typed password that travels with the page
    carried: Sequence[tuple[str, str]] = ()  #: all fields, to be sent again
    errors: Mapping[str, str] = field(default_factory=dict)
    others: Sequence[Meanwhile] = ()  #: what somebody else changed meanwhile

    def text(self, key: str) -> str:
        """Return what stands in a field."""
        return self.values.get(key, "")

    def ticked(self, key: str) -> bool:
        """Whether a box is ticked."""
        return self.values.get(key) == "true"

    def listed(self, key: str) -> list[str]:
        """Return the ticked boxes of a list."""
        return [part for part in self.text(key).split(",") if part]

    @property
    def locked_switches(self) -> set[str]:
        """Return the switches nobody can turn: ``key`` for a box, ``key=value`` for a choice."""
        return {switch for switch in _SWITCHES if switch.partition("=")[0] in self.locked}

    @property
    def held_switches(self) -> set[str]:
        """Return the switches that are in the position something depends on."""
        return {switch for switch, (key, value) in _SWITCHES.items() if self.text(key) == value}

    @property
    def status(self) -> int:
        """The HTTP status the form is shown with."""
        return 409 if self.others else 400 if self.errors else 200


def fresh(configuring: Configuring, keys: Sequence[str]) -> SettingsForm:
    """Return the form as the settings are."""
    return SettingsForm(
        values=_texts(configuring.chosen(), keys),
        locked=configuring.locked(),
        seen=configuring.seen(keys),
    )


def posted(console: Console, visit: Visit, keys: Sequence[str]) -> SettingsForm:
    """Return the form as it was sent. Raises UnreadableFormError."""
    configuring, locked = console.configuring, console.configuring.locked()
    seen = read_seen(visit.typed("seen"))
    chosen = _texts(configuring.chosen(), keys)
    typed = {key: text for key in keys if (text := _typed(visit, key, locked)) is not None}
    counting = _without_idle(typed, chosen)
    changes = {key: text for key, text in counting.items() if _differs(key, text, seen.get(key))}
    password, lost = _password(configuring, visit)
    if password and PASSWORD in _without_idle({**typed, PASSWORD: password}, chosen):
        changes[PASSWORD] = password
    errors: dict[str, str] = dict(configuring.check(changes))
    if typed.get(_LIST) == "" and _LIST in counting:
        errors[_LIST] = Sentence("Choose at least one language.")
    if lost:
        errors[PASSWORD] = Sentence("Type the password once more.")
    return SettingsForm(
        values={**chosen, **{key: text for key, text in typed.items() if key != PASSWORD}},
        locked=locked,
        seen=visit.typed("seen"),
        changes=changes,
        sealed=configuring.sealed(password, bearer=visit.session or "") if password else "",
        carried=_carried(visit),
        errors=errors,
    )


def after_others(
    configuring: Configuring, form: SettingsForm, others: Sequence[Meanwhile]
) -> SettingsForm:
    """Return the form with what others changed in the fields that were left alone."""
    keys = list(read_seen(form.seen))
    now = _texts(configuring.chosen(), keys)
    kept = {key: form.values[key] for key in form.changes if key in form.values}
    return SettingsForm(
        values={**now, **kept},
        locked=form.locked,
        seen=configuring.seen(keys),
        sealed=form.sealed,
        others=others,
    )


def _typed(visit: Visit, key: str, locked: Mapping[str, str]) -> str | None:
    """Return what was typed for a setting, None where the form did not show it or is not asked."""
    if key in locked or key == PASSWORD:
        return None
    if key == _LIST:
        return ",".join(visit.chosen(key)) if key in visit.chosen("shown") else None
    if SHARED[key].read is yes_or_no:
        return _of_a_box(visit, key)
    return visit.typed(key) if key in visit.form else None


def _of_a_box(visit: Visit, key: str) -> str | None:
    if key not in visit.chosen("shown"):
        return None
    return "true" if visit.ticked(key) else "false"


def _password(configuring: Configuring, visit: Visit) -> tuple[str, bool]:
    """Return the password typed now or on the page before, and whether that one was lost."""
    typed, sealed = visit.secret(PASSWORD), visit.typed("sealed")
    if typed or not sealed or PASSWORD in configuring.locked():
        return typed, False
    opened = configuring.unsealed(sealed, bearer=visit.session or "")
    return opened or "", opened is None


def _without_idle(typed: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    counting = {**chosen, **typed}
    idle = {
        key for keys, switch, position in _NEEDS if counting.get(switch) != position for key in keys
    }
    return {key: text for key, text in typed.items() if key not in idle}


def _differs(key: str, text: str, seen: Value) -> bool:
    try:
        return read_value(SHARED[key], text) != seen
    except WrongValueError:
        return True


def _texts(values: Mapping[str, Value], keys: Sequence[str]) -> dict[str, str]:
    return {key: written(values[key]) for key in keys if key in values}


def _carried(visit: Visit) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in visit.form.multi_items()
        if name not in _NOT_CARRIED and isinstance(value, str)
    ]
