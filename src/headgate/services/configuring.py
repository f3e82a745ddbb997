"""The verbs of the shared settings: show, get, set. The rules that tie settings together live here.

* The environment wins and locks a setting.
* A proxy password belongs to one proxy: another name, port or *basic* forgets it, and so does
  unticking the credentials.
* Another source forgets what the old one said (its anchors).
* English is always among the selected languages.

Settings are never refused because a synchronization runs; they count from the next one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from headgate import clock
from headgate.catalogue.files import FileTotal
from headgate.errors import SettingsError
from headgate.services.update_files import file_choice
from headgate.settings import machine
from headgate.settings.environment import from_environment
from headgate.settings.keys import SHARED, Key, read_value, shared_key
from headgate.settings.secrets import SecretKey
from headgate.settings.shared import Shared, shared_settings
from headgate.settings.values import Value, written
from headgate.storage import (
    anchors,
    audit,
    file_records,
    settings_rows,
    source_languages,
    transactions,
)
from headgate.storage.engine import Connection, Engine
from headgate.storage.settings_rows import SettingRow

PASSWORD = "proxy.password"  # noqa: S105 - the name of the setting
_UPSTREAM_ONLY = {"source.host", "source.port", "source.tls", "source.ca_file"}
#: Settings that say nothing until a switch has a certain position.
_COUNT_ONLY_WITH: tuple[tuple[frozenset[str], str, Value], ...] = (
    (frozenset({"proxy.host", "proxy.port"}), "proxy.enabled", True),
    (frozenset({"languages.selected"}), "languages.mode", "selected"),
    (frozenset({"languages.locale"}), "languages.mode", "locale"),
    (frozenset({"schedule.first", "schedule.per_day"}), "schedule.mode", "daily"),
)
SCHEDULE = ("schedule.mode", "schedule.first", "schedule.per_day", "schedule.zone")

Values = Mapping[str, Value]


class LockedSettingError(SettingsError):
    """The environment fixes this setting."""

    def __init__(self, key: Key) -> None:
        super().__init__(
            f"{key.name} is fixed by the environment variable {key.variable}.",
            next_step="Change the variable where Headgate is started, or take it out.",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What ``change`` did: the keys that have another value now, and sentences about the rest."""

    changed: tuple[str, ...]
    sentences: tuple[str, ...]
    due: FileTotal | None = None  #: files the next run fetches, where the change decides that


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
        self._secret_key = secret_key
        self._environment = environment
        self._machine_zone = machine_zone

    def shared(self) -> Shared:
        """Return the settings that count now; raises SettingsError for a wrong environment."""
        with transactions.read(self._engine) as conn:
            rows = settings_rows.chosen_settings(conn)
        return self._shared(rows)

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
        with transactions.read(self._engine) as conn:
            rows = settings_rows.chosen_settings(conn)
        locked = from_environment(SHARED, self._environment)
        counting = _flat(self._shared(rows))
        return [_shown(SHARED[name], counting, rows.get(name), name in locked) for name in names]

    def change(self, changes: Mapping[str, str], *, by: str) -> Outcome:
        """Choose settings, all or none; an empty text goes back to the default.

        Raises UnknownSettingError, WrongValueError, LockedSettingError or SettingsError; then
        nothing was changed.
        """
        wanted = self._read(changes)
        with transactions.write(self._engine) as conn:
            return _Change(self, conn, wanted, changes, by).make()

    def foresee(self, changes: Mapping[str, str], *, by: str) -> Outcome:
        """Return what :meth:`change` would do and say, and change nothing. Raises the same."""
        wanted = self._read(changes)
        with transactions.write(self._engine) as conn, conn.begin_nested() as attempt:
            outcome = _Change(self, conn, wanted, changes, by).make()
            attempt.rollback()
        return outcome

    def _read(self, changes: Mapping[str, str]) -> dict[str, Value]:
        locked = from_environment(SHARED, self._environment)
        wanted: dict[str, Value] = {}
        for name, text in changes.items():
            key = shared_key(name)
            if name in locked:
                raise LockedSettingError(key)
            wanted[name] = read_value(key, text)
        return wanted

    def _shared(self, rows: Mapping[str, SettingRow]) -> Shared:
        chosen = _public_values(rows) | from_environment(SHARED, self._environment)
        return shared_settings(
            chosen | {PASSWORD: self._password(chosen, rows)}, machine_zone=self._machine_zone()
        )

    def _password(self, chosen: Values, rows: Mapping[str, SettingRow]) -> Value:
        if PASSWORD in chosen:
            return chosen[PASSWORD]
        row = rows.get(PASSWORD)
        if row is None or row.secret is None:
            return None
        return self._secret_key.open(row.secret, purpose=_proxy_purpose(chosen))


class _Change:
    """One transaction of ``Configuring.change``: what is written, and what follows from it."""

    def __init__(
        self,
        configuring: Configuring,
        conn: Connection,
        wanted: Mapping[str, Value],
        texts: Mapping[str, str],
        by: str,
    ) -> None:
        self._configuring = configuring
        self._conn = conn
        self._wanted = dict(wanted)
        self._texts = texts
        self._by = by
        self._at = clock.now()
        self._sentences: list[str] = []

    def make(self) -> Outcome:
        """Write, draw the consequences, check the whole, leave an audit line."""
        before, chosen_before = self._settings(), self._chosen()
        had_password = self._has_password()
        self._keep_english()
        self._write()
        self._forget_password_if_moved(before)
        after = self._settings()
        _check(after)
        self._forget_source_if_changed(before, after)
        self._say_what_is_missing(after)
        due = self._due(before, after)
        changed = self._changed(chosen_before, had_password=had_password)
        if changed:
            self._note(changed)
        return Outcome(changed=changed, sentences=tuple(self._sentences), due=due)

    def _due(self, before: Shared, after: Shared) -> FileTotal | None:
        if (before.content, before.languages) == (after.content, after.languages):
            return None
        choice = file_choice(after, source_languages.named_languages(self._conn))
        return file_records.due_total(self._conn, choice) if choice.everything else None

    def _settings(self) -> Shared:
        return self._configuring._shared(settings_rows.chosen_settings(self._conn))

    def _keep_english(self) -> None:
        selected = self._wanted.get("languages.selected")
        if isinstance(selected, tuple) and "en" not in selected:
            self._wanted["languages.selected"] = tuple(sorted({*selected, "en"}))
            self._sentences.append(
                "English is kept among the languages: many updates have no other one, and they "
                "would be missing for everybody."
            )

    def _write(self) -> None:
        for name, value in self._wanted.items():
            if name == PASSWORD:
                continue
            if self._texts[name] == "":
                settings_rows.forget(self._conn, name)
            else:
                settings_rows.choose(self._conn, name, _plain(value), by=self._by, at=self._at)
        password = self._wanted.get(PASSWORD)
        if isinstance(password, str):
            self._write_password(password)
        elif PASSWORD in self._wanted:
            settings_rows.forget(self._conn, PASSWORD)

    def _write_password(self, password: str) -> None:
        sealed = self._configuring._secret_key.seal(
            password, purpose=_proxy_purpose(self._chosen())
        )
        settings_rows.choose_secret(self._conn, PASSWORD, sealed, by=self._by, at=self._at)

    def _chosen(self) -> dict[str, Value]:
        rows = settings_rows.chosen_settings(self._conn)
        return _public_values(rows) | from_environment(SHARED, self._configuring._environment)

    def _forget_password_if_moved(self, before: Shared) -> None:
        row = settings_rows.chosen_settings(self._conn).get(PASSWORD)
        if row is None:
            return
        after = self._settings().proxy
        if not after.use_credentials and (before.proxy.use_credentials or PASSWORD in self._wanted):
            self._sentences.append(
                "The proxy password is forgotten: credentials are not used. Set "
                "proxy.use_credentials=true together with it."
            )
        elif after.password is None:
            self._sentences.append(
                "The proxy password is forgotten: it was given for another proxy name, port or "
                "proxy.allow_basic. Give it again with `headgate settings set proxy.password`."
            )
        else:
            return
        settings_rows.forget(self._conn, PASSWORD)

    def _forget_source_if_changed(self, before: Shared, after: Shared) -> None:
        old, new = before.source, after.source
        if (old.kind, old.host, old.port, old.tls) == (new.kind, new.host, new.port, new.tls):
            return
        anchors.forget_anchors(self._conn)
        self._sentences.append(
            "Another update source: the next synchronization lists everything there is anew; "
            "what is here already is not fetched again."
        )

    def _say_what_is_missing(self, after: Shared) -> None:
        proxy = after.proxy
        if proxy.enabled and proxy.use_credentials and proxy.password is None:
            sentence = "The proxy has no password yet: `headgate settings set proxy.password`."
            if not any("Give it again" in said for said in self._sentences):
                self._sentences.append(sentence)
        counting = _flat(after)
        for names, switch, position in _COUNT_ONLY_WITH:
            if counting[switch] != position and not names.isdisjoint(self._wanted):
                said = ", ".join(sorted(names & self._wanted.keys()))
                self._sentences.append(
                    f"Kept, but it counts only with {switch}={written(position)}: {said}."
                )
        if after.source.kind == "microsoft" and not _UPSTREAM_ONLY.isdisjoint(self._wanted):
            self._sentences.append(
                "The source is Microsoft Update; source.host, .port, .tls and .ca_file count only "
                "with source.kind=upstream."
            )
        if "schedule.mode" in self._wanted and after.schedule.mode == "daily":
            self._sentences.append(f"Times are in the time zone {after.schedule.zone}.")

    def _has_password(self) -> bool:
        return PASSWORD in settings_rows.chosen_settings(self._conn)

    def _changed(self, before: Values, *, had_password: bool) -> tuple[str, ...]:
        after = self._chosen()
        public = (name for name in after | dict(before) if before.get(name) != after.get(name))
        given = PASSWORD in self._wanted and self._has_password()
        password = (PASSWORD,) if given or had_password != self._has_password() else ()
        return (*sorted(public), *password)

    def _note(self, changed: Sequence[str]) -> None:
        after = self._chosen()
        detail = {name: _plain(after.get(name)) for name in changed if name != PASSWORD}
        if PASSWORD in changed:
            is_set = self._settings().proxy.password is not None
            detail[PASSWORD] = "set" if is_set else "not set"
        audit.note(
            self._conn, actor=self._by, action="settings changed", detail=detail, at=self._at
        )


def _check(settings: Shared) -> None:
    """Refuse what cannot work as a whole."""
    if settings.source.kind == "upstream" and settings.source.host is None:
        raise SettingsError(
            "An upstream server needs a name.",
            next_step="Add source.host=NAME to the same command.",
        )
    if settings.proxy.enabled and settings.proxy.host is None:
        raise SettingsError(
            "A proxy server needs a name.", next_step="Add proxy.host=NAME to the same command."
        )
    if settings.proxy.use_credentials and settings.proxy.user is None:
        raise SettingsError(
            "Credentials for the proxy server need a user.",
            next_step="Add proxy.user=NAME to the same command.",
        )


def _proxy_purpose(chosen: Values) -> str:
    """What a stored password is bound to: the proxy it was given for, and how it may travel."""
    parts = (chosen.get(name, SHARED[name].default) for name in _PASSWORD_BELONGS_TO)
    return " ".join(("proxy password", *(written(part) for part in parts)))


_PASSWORD_BELONGS_TO = ("proxy.host", "proxy.port", "proxy.allow_basic")


def _public_values(rows: Mapping[str, SettingRow]) -> dict[str, Value]:
    return {
        name: tuple(row.value) if isinstance(row.value, list) else row.value
        for name, row in rows.items()
        if name in SHARED and not SHARED[name].secret
    }


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def _flat(settings: Shared) -> dict[str, Value]:
    return {
        key.name: getattr(getattr(settings, key.section), key.name.partition(".")[2])
        for key in SHARED.values()
    }


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
