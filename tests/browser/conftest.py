"""A real Chromium in front of a real `headgate serve`.

Every page is watched: an error in the browser's console, a violation of the Content-Security-Policy
or a request to another host fails the test that caused it.
"""

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
    sync_playwright,
)
from tests.commands import HeadgateCommand, SameProcess
from tests.databases import lay_schema
from tests.squid import Squids, squids
from tests.upstream_lab import RunningLab, running_upstream

ADMINISTRATOR, REPORTER, PASSWORD = "alice", "rupert", "correct horse battery"
_SERVES = re.compile(r"https?://\S+?:\d+/?")

#: What the browser says when a page answers as the test wants it to.
_EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of (4|503)")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; skips without it, or fails where ``CI`` is true."""
    executable = shutil.which("chromium")
    if executable is None:
        reason = "chromium is missing (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass(slots=True)
class Server:
    """A server that runs, and the commands of its administrator."""

    headgate: HeadgateCommand
    address: str  #: http://127.0.0.1:port
    said: str  #: on its terminal

    def done(self, *arguments: str, stdin: str = "") -> str:
        """Run a command that has to succeed; return what it printed."""
        if arguments[:2] == ("sync", "now"):
            # It listens for Ctrl-C, as only a process's own thread can.
            ended = self.headgate(*arguments, stdin=stdin)
        else:
            with ThreadPoolExecutor(1) as thread:  # the browser has an event loop in this one
                here = SameProcess(self.headgate.data, **self.headgate.environment)
                ended = thread.submit(here, *arguments, stdin=stdin).result()
        assert ended.code == 0, ended
        return ended.out

    def add_users(self) -> None:
        """Make one administrator and one reporter."""
        for name, role in ((ADMINISTRATOR, "administrator"), (REPORTER, "reporter")):
            self.done("users", "add", name, "--role", role, stdin=PASSWORD + "\n")

    def point_at(self, lab: RunningLab) -> None:
        """Make a lab the update source."""
        host, port = f"source.host={lab.host}", f"source.port={lab.port}"
        self.done("settings", "set", "source.kind=upstream", host, port, "source.tls=false")


@contextmanager
def serving(data: Path, *options: str, **environment: str) -> Iterator[Server]:
    """Run a server with its data in a directory."""
    headgate = HeadgateCommand(lay_schema(data), **environment)
    with headgate.running("serve", "--listen", "127.0.0.1:0", *options) as running:
        said = running.wait_until_it_says("serves http://")
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found is not None, said
        yield Server(headgate, found[0], said)
        running.send(signal.SIGTERM)  # not killed: its worker would live on for a while
        running.ended()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with an administrator, a reporter, and an empty catalogue."""
    with serving(tmp_path / "data") as running:
        running.add_users()
        yield running


@pytest.fixture
def lab() -> Iterator[RunningLab]:
    """The built-in world in calm weather."""
    with running_upstream() as running:
        yield running


@pytest.fixture(scope="session")
def bed() -> Iterator[Squids]:
    """Real squids that want a password."""
    with squids() as bed:
        yield bed


@dataclass  # Playwright notes on the object which of its methods listen
class Watched:
    """A browser's context whose pages are watched."""

    context: BrowserContext
    hosts: set[str]
    complaints: list[str] = field(default_factory=list)

    def page(self) -> Page:
        """Open a tab."""
        return self.context.new_page()

    def _watch(self, page: Page) -> None:
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", lambda request: self._see(request.url))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _EXPECTED.search(message.text):
            self.complaints.append(f"{message.type}: {message.text}")

    def _see(self, url: str) -> None:
        host = re.sub(r"^\w+://([^/:]+).*", r"\1", url)
        if not url.startswith("data:") and host not in self.hosts:
            self.complaints.append(f"asked another host: {url}")


Browse = Callable[..., Watched]


@pytest.fixture
def browse(chromium: Browser) -> Iterator[Browse]:
    """Return what opens a watched browser: ``browse(server, language="de", script=False, …)``."""
    opened: list[Watched] = []

    def browse(
        server: Server, *, language: str = "en", script: bool = True, **more: Any
    ) -> Watched:
        context = chromium.new_context(
            base_url=server.address, locale=language, java_script_enabled=script, **more
        )
        context.set_default_timeout(15_000)
        watched = Watched(context, {"127.0.0.1"})
        context.on("page", watched._watch)
        opened.append(watched)
        return watched

    yield browse
    complaints = [complaint for one in opened for complaint in one.complaints]
    for one in opened:
        one.context.close()
    assert complaints == []


SIGN_IN = {
    "en": ("User name", "Password", "Sign in"),
    "de": ("Benutzername", "Kennwort", "Anmelden"),
    "sv": ("Användarnamn", "Lösenord", "Logga in"),
}


def sign_in(page: Page, *, name: str = ADMINISTRATOR, language: str = "en") -> None:
    """Sign in on the page that asks for it."""
    user, password, button = SIGN_IN[language]
    page.get_by_label(user, exact=True).fill(name)
    page.get_by_label(password, exact=True).fill(PASSWORD)
    page.get_by_role("button", name=button, exact=True).click()


@pytest.fixture
def office(tmp_path: Path, lab: RunningLab) -> Iterator[Server]:
    """A new server whose source stands behind the proxy."""
    with serving(tmp_path / "data", HEADGATE_LANGUAGES_LOCALE="sv") as server:
        server.add_users()
        server.point_at(lab)
        yield server


def opened(
    browse: Browse, server: Server, address: str, *, name: str = ADMINISTRATOR, **how: object
) -> Page:
    """Open a page as somebody who has to sign in first."""
    page = browse(server, **how).page()
    page.goto(address)
    sign_in(page, name=name, language=str(how.get("language", "en")))
    expect(page).to_have_url(re.compile(re.escape(address) + "$"))
    page.wait_for_load_state()  # keys pressed before its scripts run are lost
    return page


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)
