"""The table of all keys, local and shared: default, what is allowed, what it means.

Everything else about a setting (its column on the help page, the environment variable, the
sentence for a wrong value) follows from its line here.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from headgate.errors import SettingsError
from headgate.settings import values
from headgate.settings.values import NotAllowed, Reader, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One setting: its name (``section.name``), how it is read, and what it means in words."""

    name: str
    read: Reader
    meaning: str
    default: Value = None
    secret: bool = False

    @property
    def section(self) -> str:
        """The part in front of the dot."""
        return self.name.partition(".")[0]

    @property
    def variable(self) -> str:
        """The environment variable that fixes this setting: ``HEADGATE_SECTION_NAME``."""
        return "HEADGATE_" + self.name.replace(".", "_").upper()


def _table(*keys: Key) -> dict[str, Key]:
    return {key.name: key for key in keys}


#: Local: command option > environment > headgate.toml > default.
LOCAL = _table(
    Key(
        name="database.url",
        read=values.any_text,
        secret=True,
        meaning="sqlite:///PATH or postgresql://USER@HOST/NAME; default: headgate.db beside this",
    ),
    Key(
        name="listen.http",
        read=values.listen_address,
        default="0.0.0.0:8530",
        meaning="where computers reach this server without TLS: HOST:PORT",
    ),
    Key(
        name="listen.https",
        read=values.listen_address_or_off,
        meaning="where they reach it with TLS: HOST:PORT or off; 0.0.0.0:8531 with a certificate",
    ),
    Key(
        name="listen.certificate",
        read=values.absolute_path,
        meaning="PEM file with the certificate and its chain",
    ),
    Key(
        name="listen.key",
        read=values.absolute_path,
        meaning="PEM file with its private key",
    ),
    Key(
        name="log.level",
        read=values.one_of("debug", "info", "warning", "error"),
        default="info",
        meaning="how much is logged to stderr",
    ),
    Key(
        name="log.format",
        read=values.one_of("text", "json"),
        default="text",
        meaning="lines for people, or one JSON object per line",
    ),
)

#: Shared: rows in the database; the environment wins and locks.
SHARED = _table(
    Key(
        name="source.kind",
        read=values.one_of("microsoft", "upstream"),
        default="microsoft",
        meaning="where updates come from: Microsoft Update or an upstream server",
    ),
    Key(name="source.host", read=values.host_name, meaning="name of the upstream server"),
    Key(
        name="source.port",
        read=values.number(1, 65535),
        meaning="port of the upstream server; default 8531 with TLS, 8530 without",
    ),
    Key(
        name="source.tls",
        read=values.yes_or_no,
        default=True,
        meaning="whether the upstream server is reached with TLS",
    ),
    Key(
        name="source.ca_file",
        read=values.absolute_path,
        meaning="PEM file with the authority that signed the upstream server's certificate",
    ),
    Key(
        name="source.root_file",
        read=values.absolute_path,
        meaning="file with Microsoft Root Certificate Authority 2011, where fetching is blocked",
    ),
    Key(
        name="proxy.enabled",
        read=values.yes_or_no,
        default=False,
        meaning="use a proxy server when synchronizing",
    ),
    Key(name="proxy.host", read=values.host_name, meaning="name of the proxy server"),
    Key(
        name="proxy.port",
        read=values.number(1, 65535),
        default=80,
        meaning="port of the proxy server",
    ),
    Key(
        name="proxy.use_credentials",
        read=values.yes_or_no,
        default=False,
        meaning="use user credentials to connect to the proxy server",
    ),
    Key(name="proxy.user", read=values.any_text, meaning="user at the proxy server"),
    Key(name="proxy.domain", read=values.any_text, meaning="domain of that user"),
    Key(
        name="proxy.password",
        read=values.any_text,
        secret=True,
        meaning="password of that user; stored encrypted, never shown",
    ),
    Key(
        name="proxy.allow_basic",
        read=values.yes_or_no,
        default=False,
        meaning="allow basic authentication (password in clear text)",
    ),
    Key(
        name="languages.mode",
        read=values.one_of("locale", "all", "selected"),
        default="all",
        meaning="match the locale of this server, all including new ones, or the selected ones",
    ),
    Key(
        name="languages.selected",
        read=values.language_list,
        default=("en",),
        meaning="languages joined by commas; English is always kept",
    ),
    Key(
        name="languages.locale",
        read=values.language,
        meaning="the locale to match instead of the machine's",
    ),
    Key(
        name="schedule.mode",
        read=values.one_of("manual", "daily"),
        default="manual",
        meaning="synchronize by hand or every day",
    ),
    Key(
        name="schedule.first",
        read=values.time_of_day,
        default="03:00",
        meaning="first synchronization of the day",
    ),
    Key(
        name="schedule.per_day",
        read=values.number(1, 24),
        default=1,
        meaning="synchronizations per day, evenly spaced",
    ),
    Key(
        name="schedule.zone",
        read=values.time_zone,
        meaning="time zone of the schedule; default: the machine's",
    ),
    Key(
        name="content.store",
        read=values.one_of("local", "microsoft"),
        default="local",
        meaning="store update files here, or let computers fetch them from Microsoft Update",
    ),
    Key(
        name="content.deferred",
        read=values.yes_or_no,
        default=True,
        meaning="fetch update files only when an update is approved",
    ),
    Key(
        name="content.express",
        read=values.yes_or_no,
        default=False,
        meaning="also fetch express installation files",
    ),
    Key(
        name="products.mode",
        read=values.one_of("all", "selected"),
        default="all",
        meaning="all products, new ones included, or the selected ones",
    ),
)


class UnknownSettingError(SettingsError):
    """There is no setting of this name."""

    def __init__(self, name: str, known: Iterable[str], *, where: str = "") -> None:
        nearest = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
        super().__init__(
            f"{where}There is no setting {name!r}.",
            next_step=f"Did you mean {' or '.join(nearest)}?"
            if nearest
            else "`headgate settings show` lists all settings.",
        )


class WrongValueError(SettingsError):
    """A setting cannot have this value. The value itself is repeated only if it is no secret."""

    def __init__(self, key: Key, text: str, allowed: str, *, where: str = "") -> None:
        given = "this value" if key.secret else repr(text)
        super().__init__(
            f"{where}{key.name} cannot be {given}.", next_step=f"It must be {allowed}."
        )


def shared_key(name: str) -> Key:
    """Return the shared setting of that name; raises UnknownSettingError."""
    if name in SHARED:
        return SHARED[name]
    if name in LOCAL:
        raise SettingsError(
            f"{name} belongs to one process and is not shared.",
            next_step=f"Write it into headgate.toml, or set {LOCAL[name].variable}.",
        )
    raise UnknownSettingError(name, SHARED)


def read_value(key: Key, text: str, *, where: str = "") -> Value:
    """Return the value of a text; no text means the default. Raises WrongValueError."""
    if text == "":
        return key.default
    try:
        return key.read(text)
    except NotAllowed as exc:
        raise WrongValueError(key, text, str(exc), where=where) from exc
