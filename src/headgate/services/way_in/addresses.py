"""The addresses people use for this server: where it listens, under the names it has.

A serving process writes down where it really listens (``DATA/serving.json``), so that other
commands never repeat a port that was changed in the settings and does not count yet. The record of
a process that has died is recognised by the process's number and birth.
"""

import ipaddress
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from headgate.errors import SettingsError
from headgate.sentences import Sentence
from headgate.services.way_in.server_names import ServerNames
from headgate.settings.local import Local

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_USUAL_PORTS = {"http": "80", "https": "443"}
_OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Where one process listens; HOST:PORT as bound, and what the settings said then."""

    http: str
    https: str | None  #: None: no TLS
    http_setting: str | None  #: None: an option of the command decided
    https_setting: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The addresses that count now, best first, without a slash at the end."""

    running: bool  #: False: no server runs; these are its addresses once it does
    https: tuple[str, ...]
    http: tuple[str, ...]
    change: Sentence | None  #: what will be different after the next start

    @property
    def all(self) -> tuple[str, ...]:
        """Every address, those with TLS first."""
        return self.https + self.http

    @property
    def console(self) -> str:
        """Where people open the console."""
        return f"{self.all[0]}/console/"


class Addresses:
    """Knows where the server of one installation listens, in its own process and in others."""

    def __init__(
        self,
        *,
        file: Path,
        names: ServerNames,
        local: Callable[[], Local],
        trusted_proxies: tuple[str, ...],
    ) -> None:
        """``local`` reads the local settings as they are now; it may raise SettingsError."""
        self._file = file
        self._names = names
        self._local = local
        self._here: Serving | None = None
        self.trusted_proxies: tuple[Network, ...] = tuple(
            map(ipaddress.ip_network, trusted_proxies)
        )

    @property
    def server_name(self) -> str:
        """The name people are shown."""
        return self._names.current()[0]

    def names(self) -> tuple[str, ...]:
        """Return what this server is called now, the name people are shown first."""
        return self._names.current()

    @property
    def tls_port(self) -> int | None:
        """The port on which the running server answers with TLS; None: on none."""
        serving = self.serving()
        if serving is None or serving.https is None:
            return None
        return int(serving.https.rpartition(":")[2])

    @property
    def content_port(self) -> int:
        """The port on which update files are served over plain HTTP."""
        serving = self.serving()
        http = serving.http if serving is not None else self._local().listen_http
        return int(http.rpartition(":")[2])

    def begin(self, serving: Serving) -> None:
        """Take note of where this process listens; it is written down by :meth:`announce`."""
        self._here = serving

    def announce(self, *, at: datetime) -> None:
        """Write down for other processes that this one answers now."""
        assert self._here is not None
        pid = os.getpid()
        record = {"pid": pid, "born": _born(pid), "started": at.isoformat(), **asdict(self._here)}
        aside = self._file.with_name(f"{self._file.name}.{pid}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(record, out)
        aside.rename(self._file)

    def end(self) -> None:
        """Take the record back, unless another server has written its own since."""
        self._here = None
        if self._record().get("pid") == os.getpid():
            self._file.unlink(missing_ok=True)

    def present(self) -> Present:
        """Return the addresses that count now; by the settings when no server runs."""
        serving = self.serving()
        if serving is not None:
            return self._present(serving.http, serving.https, serving)
        local = self._local()
        return self._present(local.listen_http, _or_none(local.listen_https), None)

    def link(self, token: str) -> str:
        """Return the address of a one-time link for the person at the terminal.

        With TLS under the server's name; without, over loopback: it must not cross a network in
        clear text.
        """
        page = f"/console/link?token={token}"
        present = self.present()
        if present.https:
            return present.https[0] + page
        serving = self.serving()
        listens = serving.http if serving else self._local().listen_http
        host, _, port = listens.rpartition(":")
        return _url("http", _own_address(host), port) + page

    def _present(self, http: str, https: str | None, serving: Serving | None) -> Present:
        return Present(
            running=serving is not None,
            https=self._urls("https", https) if https else (),
            http=self._urls("http", http),
            change=self._change(serving) if serving else None,
        )

    def _urls(self, scheme: str, listens: str) -> tuple[str, ...]:
        host, _, port = listens.rpartition(":")
        return tuple(_url(scheme, name, port) for name in self._names_for(host))

    def _names_for(self, host: str) -> tuple[str, ...]:
        address = _address(host)
        if address is not None and address.is_unspecified:
            return self._names.current()
        if address is None or address.is_loopback:
            return (_own_address(host),)
        return self._names.chosen() or (_own_address(host),)

    def _change(self, serving: Serving) -> Sentence | None:
        """Compare with the settings as they are now; what an option decided does not change."""
        try:
            local = self._local()
        except SettingsError as exc:
            return Sentence(
                "The server will not start again before this is put right: {problem}",
                problem=exc.message,
            )
        http = local.listen_http if serving.http_setting else serving.http
        https = _or_none(local.listen_https) if serving.https_setting else serving.https
        unchanged = (
            serving.http_setting in (None, local.listen_http),
            serving.https_setting in (None, local.listen_https),
        )
        if all(unchanged):
            return None
        return Sentence(
            "The ports have been changed. After the next start of the server the address is "
            "{address}.",
            address=self._present(http, https, None).console,
        )

    def serving(self) -> Serving | None:
        """Return where the server of this data directory listens; None: none runs."""
        if self._here is not None:
            return self._here
        record = self._record()
        pid, born = record.pop("pid", None), record.pop("born", None)
        record.pop("started", None)
        if not isinstance(pid, int) or born is None or _born(pid) != born:
            return None
        try:
            return Serving(**record)
        except TypeError:  # written by another release
            return None

    def _record(self) -> dict[str, Any]:
        try:
            found = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _or_none(listens: str) -> str | None:
    return None if listens == _OFF else listens


def _born(pid: int) -> int | None:
    """Return when a process began, in ticks since the machine did; None when there is no such.

    Numbers of processes are used again, in a container after every start: number and birth are not.
    """
    try:
        said = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return None
    # The name in parentheses may contain anything; field 22 is the twentieth behind it.
    return int(said.rpartition(")")[2].split()[19])


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _own_address(host: str) -> str:
    """Return an address at which this machine reaches a listener of its own."""
    address = _address(host)
    if address is None or not address.is_unspecified:
        return host.strip("[]")
    return "127.0.0.1" if address.version == 4 else "::1"


def _url(scheme: str, host: str, port: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" + ("" if port == _USUAL_PORTS[scheme] else f":{port}")
