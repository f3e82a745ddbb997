"""The shared settings as one frozen value: what counts, after defaults that depend on others.

Built from a mapping of key to value; nothing is read from disk or environment here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headgate.settings.keys import SHARED
from headgate.settings.values import Value

MICROSOFT_HOST = "sws.update.microsoft.com"
UPSTREAM_PORT = 8530
UPSTREAM_TLS_PORT = 8531


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where updates come from. At Microsoft, host, port and TLS are Microsoft's, always."""

    kind: str  #: microsoft | upstream
    host: str | None  #: None: an upstream server that has not been named yet
    port: int
    tls: bool
    ca_file: str | None
    root_file: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """The way there. Nothing counts unless ``enabled``; the user only if ``use_credentials``."""

    enabled: bool
    host: str | None
    port: int
    use_credentials: bool
    user: str | None
    domain: str | None
    password: str | None = field(repr=False)
    allow_basic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """Which languages' files are due; English always is."""

    mode: str  #: locale | all | selected
    selected: tuple[str, ...]
    locale: str | None  #: None: the machine's


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When to synchronize, in the zone named."""

    mode: str  #: manual | daily
    first: str  #: HH:MM
    per_day: int
    zone: str  #: always a name; the machine's unless chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What happens with update files."""

    store: str  #: local | microsoft
    deferred: bool
    express: bool

    @property
    def is_kept_here(self) -> bool:
        """Whether update files are stored here; else computers fetch them from Microsoft."""
        return self.store == "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """Whether everything is wanted or only what was selected."""

    mode: str  #: all | selected


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What computers and people call this server."""

    names: tuple[str, ...]  #: the first is the one people are shown; none: the machine's names


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """How people sign in, and for how long."""

    plain_http: str  #: redirect | allow
    idle_minutes: int
    session_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """What computers may ask of this server."""

    max_installed_ids: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """All shared settings as they count now."""

    source: Source
    proxy: Proxy
    languages: Languages
    schedule: Schedule
    content: Content
    products: Products
    server: Server
    console: Console
    clients: Clients


def shared_settings(chosen: Mapping[str, Value], *, machine_zone: str) -> Shared:
    """Return the settings that count: ``chosen`` by key over the defaults."""
    found: dict[str, Any] = {key.name: key.default for key in SHARED.values()} | dict(chosen)

    def section(name: str) -> dict[str, Any]:
        prefix = f"{name}."
        return {key[len(prefix) :]: found[key] for key in SHARED if key.startswith(prefix)}

    schedule = section("schedule")
    return Shared(
        source=_source(**section("source")),
        proxy=Proxy(**section("proxy")),
        languages=Languages(**section("languages")),
        schedule=Schedule(**(schedule | {"zone": schedule["zone"] or machine_zone})),
        content=Content(**section("content")),
        products=Products(**section("products")),
        server=Server(**section("server")),
        console=Console(**section("console")),
        clients=Clients(**section("clients")),
    )


def _source(
    *,
    kind: str,
    host: str | None,
    port: int | None,
    tls: bool,
    ca_file: str | None,
    root_file: str | None,
) -> Source:
    if kind == "microsoft":
        host, port, tls = MICROSOFT_HOST, 443, True
    return Source(
        kind=kind,
        host=host,
        port=port or (UPSTREAM_TLS_PORT if tls else UPSTREAM_PORT),
        tls=tls,
        ca_file=ca_file,
        root_file=root_file,
    )
