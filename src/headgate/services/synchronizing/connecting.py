"""The way to the update source, as the settings say it.

Decides which address, which proxy, which trusted certificates. Microsoft's root is fetched once
and kept in the data directory; an operator's ``source.root_file`` comes first.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2

from headgate import clock
from headgate.errors import SettingsError
from headgate.sentences import Sentence
from headgate.settings.shared import Proxy, Shared
from headgate.settings.shared import Source as SourceSettings
from headgate.upstream.failures import RootUnavailable
from headgate.upstream.naming import name_for_microsoft, name_for_upstream
from headgate.upstream.patience import Pause
from headgate.upstream.proxy import ProxySettings
from headgate.upstream.source import Source
from headgate.upstream.transport import TransportSettings, open_client
from headgate.upstream.trust import check_root, fetch_microsoft_root, read_root_file

#: Where Microsoft's root is kept, in the data directory.
ROOT_FILE = "microsoft-root-2011.pem"


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A source that may be asked, and the client that goes its way (for files too)."""

    source: Source
    client: httpx2.Client


def base_url(source: SourceSettings) -> str:
    """Return scheme, host and port of the source. Raises SettingsError when it has no name."""
    if not source.host:
        raise SettingsError(
            Sentence("The upstream server has no name yet."),
            next_step=Sentence("Run `headgate settings set source.host=NAME`."),
        )
    scheme = "https" if source.tls else "http"
    if source.kind == "microsoft":
        return f"{scheme}://{source.host}"
    return f"{scheme}://{_in_url(source.host)}:{source.port}"


def parent_content_url(source: SourceSettings) -> str:
    """Return where an upstream server keeps update files, without a slash at the end.

    [MS-WSUSSS] 2.1 and FACTS §1.2: content stays on plain HTTP, on port 80 beside 443 and on the
    port below any other TLS port.
    """
    port = source.port
    if source.tls:
        port = 80 if port == 443 else port - 1
    return f"http://{_in_url(source.host or '')}:{port}/Content"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def transport_settings(shared: Shared) -> TransportSettings:
    """Return the way to the source, without Microsoft's root.

    An authority named for an upstream server is not trusted for Microsoft.
    """
    source = shared.source
    own = source.ca_file if source.kind == "upstream" else None
    return TransportSettings(proxy=_proxy(shared.proxy), ca_file=Path(own) if own else None)


def _proxy(proxy: Proxy) -> ProxySettings | None:
    if not proxy.enabled:
        return None
    if not proxy.host:
        raise SettingsError(
            Sentence("A proxy server is to be used, but it has no name."),
            next_step=Sentence(
                "Run `headgate settings set proxy.host=NAME`, or proxy.enabled=false."
            ),
        )
    known = proxy.use_credentials
    return ProxySettings(
        host=proxy.host,
        port=proxy.port,
        user=proxy.user if known else None,
        domain=proxy.domain if known else None,
        password=proxy.password if known else None,
        allow_basic=proxy.allow_basic,
    )


def with_trust(settings: TransportSettings, shared: Shared, directory: Path) -> TransportSettings:
    """Return ``settings`` that trust Microsoft's root for Microsoft's host, where that is asked.

    Fetches and keeps the root the first time. Raises SourceError and SettingsError.
    """
    source = shared.source
    if source.kind != "microsoft" or not source.host:
        return settings
    root = _kept_root(source, directory)
    if root is None:
        root = fetch_microsoft_root(settings, source.host, source.port)
        _keep(directory / ROOT_FILE, root)
    return replace(settings, anchors={source.host: root})


def _kept_root(source: SourceSettings, directory: Path) -> bytes | None:
    if source.root_file:
        return read_root_file(Path(source.root_file))
    try:
        return check_root((directory / ROOT_FILE).read_bytes())
    except (FileNotFoundError, RootUnavailable):
        return None  # fetched (again)


def _keep(path: Path, root: bytes) -> None:
    aside = path.with_suffix(".new")
    aside.write_bytes(root)
    aside.chmod(0o600)
    aside.replace(path)


@contextmanager
def open_source(
    shared: Shared, *, directory: Path, server_id: str, pause: Pause
) -> Iterator[OpenSource]:
    """Yield the source of the settings, ready to be asked; its connections close at the end."""
    url = base_url(shared.source)
    settings = with_trust(transport_settings(shared), shared, directory)
    with open_client(settings) as client:
        source = Source(
            client=client,
            base_url=url,
            server_id=server_id,
            account_name=_account_name(shared.source, server_id),
            clock=clock.now,
            pause=pause,
        )
        yield OpenSource(source=source, client=client)


def _account_name(source: SourceSettings, server_id: str) -> str:
    if source.kind == "microsoft":
        return name_for_microsoft(server_id)
    full_name = socket.getfqdn()
    if full_name.split(".")[0] == "localhost":  # the resolver knows no name of ours
        full_name = socket.gethostname()
    return name_for_upstream(full_name)
