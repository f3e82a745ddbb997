"""The table of all keys, local and shared: default, what is allowed, what it means.

Everything else about a setting (its column on the help page, the environment variable, the
sentence for a wrong value) follows from its line here.
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headgate.errors import SettingsError
from headgate.sentences import Sentence
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
        meaning=Sentence(
            "sqlite:///PATH or postgresql://USER@HOST/NAME; default: headgate.db beside this"
        ),
    ),
    Key(
        name="listen.http",
        read=values.listen_address,
        default="0.0.0.0:8530",
        meaning=Sentence("where computers reach this server without TLS: HOST:PORT"),
    ),
    Key(
        name="listen.more_http",
        read=values.listen_addresses,
        default=(),
        meaning=Sentence(
            "more such addresses, joined by commas: 0.0.0.0:80 for computers whose policy says "
            "http://NAME"
        ),
    ),
    Key(
        name="listen.https",
        read=values.listen_address_or_off,
        default="0.0.0.0:8531",
        meaning=Sentence("where they reach it with TLS: HOST:PORT or off"),
    ),
    Key(
        name="listen.certificate",
        read=values.absolute_path,
        meaning=Sentence(
            "PEM file with an own certificate and its chain; default: made by Headgate"
        ),
    ),
    Key(
        name="listen.key",
        read=values.absolute_path,
        meaning=Sentence("PEM file with its private key"),
    ),
    Key(
        name="listen.trusted_proxies",
        read=values.network_list,
        default=(),
        meaning=Sentence(
            "addresses or networks of reverse proxies whose X-Forwarded headers count"
        ),
    ),
    Key(
        name="console.user_header",
        read=values.header_name,
        meaning=Sentence("header in which a trusted proxy names the user it has signed in"),
    ),
    Key(
        name="console.keytab",
        read=values.absolute_path,
        meaning=Sentence("file with the Kerberos key of HTTP/NAME: browsers sign in by Negotiate"),
    ),
    Key(
        name="content.keep_free_mb",
        read=values.number(0, 100_000_000),
        meaning=Sentence(
            "megabytes update files leave free on their disk; default: 10,000 or a twentieth of "
            "it, whichever is less"
        ),
    ),
    Key(
        name="log.level",
        read=values.one_of("debug", "info", "warning", "error"),
        default="info",
        meaning=Sentence("how much is logged to stderr"),
    ),
    Key(
        name="log.format",
        read=values.one_of("text", "json"),
        default="text",
        meaning=Sentence("lines for people, or one JSON object per line"),
    ),
)

#: Shared: rows in the database; the environment wins and locks.
SHARED = _table(
    Key(
        name="source.kind",
        read=values.one_of("microsoft", "upstream"),
        default="microsoft",
        meaning=Sentence("where updates come from: Microsoft Update or an upstream server"),
    ),
    Key(name="source.host", read=values.host_name, meaning=Sentence("name of the upstream server")),
    Key(
        name="source.port",
        read=values.number(1, 65535),
        meaning=Sentence("port of the upstream server; default 8531 with TLS, 8530 without"),
    ),
    Key(
        name="source.tls",
        read=values.yes_or_no,
        default=True,
        meaning=Sentence("whether the upstream server is reached with TLS"),
    ),
    Key(
        name="source.ca_file",
        read=values.absolute_path,
        meaning=Sentence(
            "PEM file with the authority that signed the upstream server's certificate"
        ),
    ),
    Key(
        name="source.root_file",
        read=values.absolute_path,
        meaning=Sentence(
            "file with Microsoft Root Certificate Authority 2011, where fetching is blocked"
        ),
    ),
    Key(
        name="proxy.enabled",
        read=values.yes_or_no,
        default=False,
        meaning=Sentence("use a proxy server when synchronizing"),
    ),
    Key(name="proxy.host", read=values.host_name, meaning=Sentence("name of the proxy server")),
    Key(
        name="proxy.port",
        read=values.number(1, 65535),
        default=80,
        meaning=Sentence("port of the proxy server"),
    ),
    Key(
        name="proxy.use_credentials",
        read=values.yes_or_no,
        default=False,
        meaning=Sentence("use user credentials to connect to the proxy server"),
    ),
    Key(name="proxy.user", read=values.any_text, meaning=Sentence("user at the proxy server")),
    Key(name="proxy.domain", read=values.any_text, meaning=Sentence("domain of that user")),
    Key(
        name="proxy.password",
        read=values.any_text,
        secret=True,
        meaning=Sentence("password of that user; stored encrypted, never shown"),
    ),
    Key(
        name="proxy.allow_basic",
        read=values.yes_or_no,
        default=False,
        meaning=Sentence("allow basic authentication (password in clear text)"),
    ),
    Key(
        name="languages.mode",
        read=values.one_of("locale", "all", "selected"),
        default="all",
        meaning=Sentence(
            "match the locale of this server, all including new ones, or the selected ones"
        ),
    ),
    Key(
        name="languages.selected",
        read=values.language_list,
        default=("en",),
        meaning=Sentence("languages joined by commas; English is always kept"),
    ),
    Key(
        name="languages.locale",
        read=values.language,
        meaning=Sentence("the locale to match instead of the machine's"),
    ),
    Key(
        name="schedule.mode",
        read=values.one_of("manual", "daily"),
        default="manual",
        meaning=Sentence("synchronize by hand or every day"),
    ),
    Key(
        name="schedule.first",
        read=values.time_of_day,
        default="03:00",
        meaning=Sentence("first synchronization of the day"),
    ),
    Key(
        name="schedule.per_day",
        read=values.number(1, 24),
        default=1,
        meaning=Sentence("synchronizations per day, evenly spaced"),
    ),
    Key(
        name="schedule.zone",
        read=values.time_zone,
        meaning=Sentence("time zone of the schedule; default: the machine's"),
    ),
    Key(
        name="content.store",
        read=values.one_of("local", "microsoft"),
        default="local",
        meaning=Sentence(
            "store update files here, or let computers fetch them from Microsoft Update"
        ),
    ),
    Key(
        name="content.deferred",
        read=values.yes_or_no,
        default=True,
        meaning=Sentence("fetch update files only when an update is approved"),
    ),
    Key(
        name="content.express",
        read=values.yes_or_no,
        default=False,
        meaning=Sentence("also fetch express installation files"),
    ),
    Key(
        name="products.mode",
        read=values.one_of("all", "selected"),
        default="all",
        meaning=Sentence("all products, new ones included, or the selected ones"),
    ),
    Key(
        name="server.names",
        read=values.name_list,
        default=(),
        meaning=Sentence(
            "names and addresses computers use for this server; default: the machine's names"
        ),
    ),
    Key(
        name="console.plain_http",
        read=values.one_of("redirect", "allow"),
        default="redirect",
        meaning=Sentence("sign-in over HTTP from other machines: lead to HTTPS, or allow it"),
    ),
    Key(
        name="console.idle_minutes",
        read=values.number(5, 1440),
        default=60,
        meaning=Sentence("minutes without a click after which a session ends"),
    ),
    Key(
        name="console.session_hours",
        read=values.number(1, 168),
        default=12,
        meaning=Sentence("hours after which a session ends in any case"),
    ),
    Key(
        name="clients.max_installed_ids",
        read=values.number(100, 100_000),
        default=400,
        meaning=Sentence(
            "installed updates a computer may list in one scan; real computers stay under 100"
        ),
    ),
)


class UnknownSettingError(SettingsError):
    """There is no setting of this name."""

    def __init__(self, name: str, known: Iterable[str], *, where: str = "") -> None:
        super().__init__(
            Sentence("{where}There is no setting '{name}'.", where=where, name=name),
            next_step=_nearest(difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)),
        )


def _nearest(names: Sequence[str]) -> Sentence:
    match names:
        case [one]:
            return Sentence("Did you mean {one}?", one=one)
        case [one, other]:
            return Sentence("Did you mean {one} or {other}?", one=one, other=other)
        case [one, other, third]:
            return Sentence(
                "Did you mean {one} or {other} or {third}?", one=one, other=other, third=third
            )
    return Sentence("`headgate settings show` lists all settings.")


class WrongValueError(SettingsError):
    """A setting cannot have this value. The value itself is repeated only if it is no secret."""

    def __init__(self, key: Key, text: str, allowed: str, *, where: str = "") -> None:
        refusal = (
            Sentence("{where}{name} cannot be this value.", where=where, name=key.name)
            if key.secret
            else Sentence(
                "{where}{name} cannot be '{value}'.", where=where, name=key.name, value=text
            )
        )
        super().__init__(refusal, next_step=Sentence("It must be {allowed}.", allowed=allowed))


def shared_key(name: str) -> Key:
    """Return the shared setting of that name; raises UnknownSettingError."""
    if name in SHARED:
        return SHARED[name]
    if name in LOCAL:
        raise SettingsError(
            Sentence("{name} belongs to one process and is not shared.", name=name),
            next_step=Sentence(
                "Write it into headgate.toml, or set {variable}.", variable=LOCAL[name].variable
            ),
        )
    raise UnknownSettingError(name, SHARED)


def read_value(key: Key, text: str, *, where: str = "") -> Value:
    """Return the value of a text; no text means the default. Raises WrongValueError."""
    if text == "":
        return key.default
    try:
        return key.read(text)
    except NotAllowed as exc:
        raise WrongValueError(key, text, exc.allowed, where=where) from exc
