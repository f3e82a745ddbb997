"""What rows, environment and defaults make of a setting: the settings that count, and secrets.

The environment wins over rows, rows over defaults. A stored proxy password is bound to the proxy it
was given for; for any other it is nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from headgate.settings.environment import from_environment
from headgate.settings.keys import SHARED
from headgate.settings.secrets import SecretKey
from headgate.settings.shared import Shared, shared_settings
from headgate.settings.values import Value, written
from headgate.storage.settings_rows import SettingRow

PASSWORD = "proxy.password"  # noqa: S105 - the name of the setting
_PASSWORD_BELONGS_TO = ("proxy.host", "proxy.port", "proxy.allow_basic")

Values = Mapping[str, Value]
Rows = Mapping[str, SettingRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How rows are read in one installation."""

    secret_key: SecretKey
    environment: Mapping[str, str]
    machine_zone: Callable[[], str]

    def locked(self) -> dict[str, Value]:
        """Return what the environment fixes; raises SettingsError."""
        return from_environment(SHARED, self.environment)

    def chosen(self, rows: Rows) -> dict[str, Value]:
        """Return what somebody chose, in the database or the environment; stored secrets apart."""
        return _public_values(rows) | self.locked()

    def counting(self, rows: Rows) -> Shared:
        """Return the settings that count."""
        return self._shared(self.chosen(rows), rows)

    def imagined(self, rows: Rows, wanted: Values) -> Shared:
        """Return the settings that would count if ``wanted`` were chosen over what is."""
        return self._shared({**self.chosen(rows), **wanted}, rows)

    def _shared(self, chosen: Values, rows: Rows) -> Shared:
        found = {**chosen, PASSWORD: self.password(chosen, rows)}
        return shared_settings(found, machine_zone=self.machine_zone())

    def password(self, chosen: Values, rows: Rows) -> Value:
        """Return the proxy password that goes with what is chosen."""
        if PASSWORD in chosen:
            return chosen[PASSWORD]
        row = rows.get(PASSWORD)
        if row is None or row.secret is None:
            return None
        return self.secret_key.open(row.secret, purpose=proxy_purpose(chosen))

    def seal(self, password: str, chosen: Values) -> bytes:
        """Return a password sealed for the proxy that is chosen."""
        return self.secret_key.seal(password, purpose=proxy_purpose(chosen))


def proxy_purpose(chosen: Values) -> str:
    """What a stored password is bound to: the proxy it was given for, and how it may travel."""
    parts = (chosen.get(name, SHARED[name].default) for name in _PASSWORD_BELONGS_TO)
    return " ".join(("proxy password", *(written(part) for part in parts)))


def with_defaults(chosen: Values) -> dict[str, Value]:
    """Return every public setting as it was chosen, or its default."""
    return {name: chosen.get(name, key.default) for name, key in SHARED.items() if not key.secret}


def flat(settings: Shared) -> dict[str, Value]:
    """Return the settings that count by key."""
    return {
        key.name: getattr(getattr(settings, key.section), key.name.partition(".")[2])
        for key in SHARED.values()
    }


def plain(value: Value) -> object:
    """Return a value as JSON can hold it."""
    return list(value) if isinstance(value, tuple) else value


def _public_values(rows: Rows) -> dict[str, Value]:
    return {
        name: tuple(row.value) if isinstance(row.value, list) else row.value
        for name, row in rows.items()
        if name in SHARED and not SHARED[name].secret
    }
