"""The verbs of the shared settings: show, get, set.

The environment wins and locks a setting. What follows from a change stands in ``change``, what
settings need of each other in ``rules``, two people at once in ``meanwhile``. Settings are never
refused because a synchronization runs; they count from the next one.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from headgate.errors import SettingsError
from headgate.sentences import Sentence
from headgate.services.settings import meanwhile, rules
from headgate.services.settings.change import Change, Outcome
from headgate.services.settings.meanwhile import ChangedMeanwhileError, Meanwhile
from headgate.services.settings.stored import (
    PASSWORD,
    Reading,
    Rows,
    Values,
    flat,
    with_defaults,
)
from headgate.settings import machine
from headgate.settings.keys import SHARED, Key, read_value, shared_key
from headgate.settings.secrets import SecretKey
from headgate.settings.shared import Shared
from headgate.settings.values import Value
from headgate.storage import settings_rows, source_languages, transactions
from headgate.storage.engine import Connection, Engine
from headgate.storage.settings_rows import SettingRow

SCHEDULE = ("schedule.mode", "schedule.first", "schedule.per_day", "schedule.zone")


class LockedSettingError(SettingsError):
    """The environment fixes this setting."""

    def __init__(self, key: Key) -> None:
        super().__init__(
            Sentence(
                "{name} is fixed by the environment variable {variable}.",
                name=key.name,
                variable=key.variable,
            ),
            next_step=Sentence("Change the variable where Headgate is started, or take it out."),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as a person or a program is shown it; a secret is ``set`` or ``not set``."""

    key: str
    value: Value
    origin: str  #: default | database | environment
    locked: bool  #: the environment fixes it
    meaning: str
    changed_at: datetime | None = None
    changed_by: str | None = None


class Configuring:
    """Reads and changes the shared settings of one installation."""

    def __init__(
        self,
        *,
        engine: Engine,
        secret_key: SecretKey,
        environment: Mapping[str, str],
        machine_zone: Callable[[], str] = machine.machine_zone,
    ) -> None:
        self._engine = engine
        self._reading = Reading(
            secret_key=secret_key, environment=environment, machine_zone=machine_zone
        )

    def shared(self) -> Shared:
        """Return the settings that count now; raises SettingsError for a wrong environment."""
        return self._reading.counting(self._rows())

    def chosen(self) -> dict[str, Value]:
        """Return every setting but secrets as it was chosen, or its default.

        Unlike :meth:`shared` nothing follows from other settings: an upstream server's name is here
        while the source is Microsoft.
        """
        return with_defaults(self._reading.chosen(self._rows()))

    def imagine(self, changes: Mapping[str, str]) -> Shared:
        """Return the settings that would count after :meth:`change`, which is not done.

        The stored proxy password is among them while it still belongs to that proxy. Raises the
        same errors for a text that is no value.
        """
        return self._reading.imagined(self._rows(), self._read(changes))

    def source_languages(self) -> dict[str, str]:
        """Return the languages the source has named: short name in lower case to long name."""
        with transactions.read(self._engine) as conn:
            return source_languages.named_languages(conn)

    def schedule_chosen_at(self) -> datetime | None:
        """Return when the schedule was last changed, None when it never was."""
        with transactions.read(self._engine) as conn:
            return settings_rows.last_change_among(conn, SCHEDULE)

    def show(self, prefix: str = "") -> list[Setting]:
        """Return all settings in the table's order, or those of a section, or the one named.

        Raises UnknownSettingError when nothing is called so.
        """
        names = [name for name in SHARED if prefix in ("", name, SHARED[name].section)]
        if not names:
            shared_key(prefix)
        rows, locked = self._rows(), self._reading.locked()
        counting = flat(self._reading.counting(rows))
        return [_shown(SHARED[name], counting, rows.get(name), name in locked) for name in names]

    def locked(self) -> dict[str, str]:
        """Return the settings the environment fixes, with the variable that does."""
        return {name: SHARED[name].variable for name in self._reading.locked()}

    def check(self, changes: Mapping[str, str]) -> dict[str, Sentence]:
        """Return what is wrong with each field, by key; nothing when :meth:`change` would do it."""
        found = {
            name: sentence
            for name, text in changes.items()
            if (sentence := rules.wrong(shared_key(name), text))
        }
        rest = {name: text for name, text in changes.items() if name not in found}
        for rule in rules.missing(self.imagine(rest)):
            found.setdefault(rule.key, rule.sentence)
        return found

    def seen(self, keys: Iterable[str]) -> str:
        """Return what a form that shows these settings carries, for :meth:`change`."""
        found = meanwhile.seen_now(self._reading, self._rows(), keys)
        return meanwhile.written_seen(found)

    def meanwhile(self, seen: str) -> list[Meanwhile]:
        """Return what was changed since a form was shown. Raises UnreadableFormError."""
        before = meanwhile.read_seen(seen)
        with transactions.read(self._engine) as conn:
            return self._meanwhile(conn, before)

    def holds(self, changes: Mapping[str, str]) -> bool:
        """Tell whether every setting is as wanted already."""
        wanted = self._read(changes)
        with transactions.read(self._engine) as conn:
            return self._is_so_already(conn, wanted)

    def change(self, changes: Mapping[str, str], *, by: str, seen: str | None = None) -> Outcome:
        """Choose settings, all or none; an empty text goes back to the default.

        ``seen`` is of the form that was filled in: raises ChangedMeanwhileError when what it had
        shown is no longer so, unless everything is as wanted already (a second click). Raises
        UnknownSettingError, WrongValueError, LockedSettingError or SettingsError; then nothing was
        changed.
        """
        wanted = self._read(changes)
        with transactions.write(self._engine) as conn:
            settings_rows.hold_settings(conn)
            if seen is not None:
                if self._is_so_already(conn, wanted):
                    return Outcome(changed=(), sentences=())
                if others := self._meanwhile(conn, meanwhile.read_seen(seen)):
                    raise ChangedMeanwhileError(others)
            return Change(self._reading, conn, wanted, changes, by).make()

    def foresee(self, changes: Mapping[str, str], *, by: str) -> Outcome:
        """Return what :meth:`change` would do and say, and change nothing. Raises the same."""
        wanted = self._read(changes)
        with transactions.write(self._engine) as conn, conn.begin_nested() as attempt:
            outcome = Change(self._reading, conn, wanted, changes, by).make()
            attempt.rollback()
        return outcome

    def sealed(self, password: str, *, bearer: str) -> str:
        """Return a typed password as a page of one session (``bearer``) may carry it."""
        key = self._reading.secret_key
        return base64.b64encode(key.seal(password, purpose=_carried_by(bearer))).decode("ascii")

    def unsealed(self, text: str, *, bearer: str) -> str | None:
        """Return the password a page of that session carried, None for any other text."""
        try:
            sealed = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None
        return self._reading.secret_key.open(sealed, purpose=_carried_by(bearer))

    def _rows(self) -> Rows:
        with transactions.read(self._engine) as conn:
            return settings_rows.chosen_settings(conn)

    def _meanwhile(self, conn: Connection, before: Values) -> list[Meanwhile]:
        rows = settings_rows.chosen_settings(conn)
        names = before.keys() & SHARED.keys()
        after = meanwhile.seen_now(self._reading, rows, names)
        return meanwhile.changes_between(conn, before, after)

    def _is_so_already(self, conn: Connection, wanted: Values) -> bool:
        rows = settings_rows.chosen_settings(conn)
        chosen = self._reading.chosen(rows)
        now = with_defaults(chosen) | {PASSWORD: self._reading.password(chosen, rows)}
        return all(now[name] == value for name, value in wanted.items())

    def _read(self, changes: Mapping[str, str]) -> dict[str, Value]:
        locked = self._reading.locked()
        wanted: dict[str, Value] = {}
        for name, text in changes.items():
            key = shared_key(name)
            if name in locked:
                raise LockedSettingError(key)
            wanted[name] = read_value(key, text)
        return wanted


def _carried_by(bearer: str) -> str:
    return f"typed proxy password, session {bearer}"


def _shown(key: Key, counting: Values, row: SettingRow | None, locked: bool) -> Setting:
    value = counting[key.name]
    return Setting(
        key=key.name,
        value=("not set" if value is None else "set") if key.secret else value,
        origin="environment" if locked else "database" if row else "default",
        locked=locked,
        meaning=key.meaning,
        changed_at=row.changed_at if row else None,
        changed_by=row.changed_by if row else None,
    )
