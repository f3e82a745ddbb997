"""The console as a browser without script sees it: pages, links, forms, sessions.

The real application in the test's own process, over a real installation. Tests fill in the forms
that pages show, so a field that is missing or misnamed fails where a person would notice.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml import html
from lxml.html import FormElement, HtmlElement
from starlette.testclient import TestClient

from headgate import clock
from headgate.bootstrap import Home, open_home
from headgate.services.people.passwords import hashed
from headgate.services.people.roles import Role, Way
from headgate.services.upkeep.health import Health
from headgate.storage import transactions, users
from headgate.web.app import create_app
from headgate.web.console.cookies import SESSION
from tests.commands import ANY_DISK
from tests.databases import lay_schema
from tests.installation import Installation

PASSWORD = "correct horse battery"
NAMES = {Role.ADMINISTRATOR: "alice", Role.REPORTER: "rupert"}

Fields = Mapping[str, str | list[str] | None]


@dataclass(slots=True)
class Page:
    """One answer, read as HTML."""

    browser: "Browser"
    status: int
    address: str  #: after redirects
    headers: Mapping[str, str]
    text: str

    @property
    def document(self) -> HtmlElement:
        return html.document_fromstring(self.text, base_url=self.address)

    @property
    def heading(self) -> str:
        (heading,) = self.document.cssselect("h1")
        return _said(heading)

    @property
    def words(self) -> str:
        """What the page says, without mark-up, in one line."""
        return _said(self.document)

    @property
    def told(self) -> list[str]:
        """What the last form did."""
        return [_said(one) for one in self.document.cssselect("main .alert")]

    def all(self, selector: str) -> list[str]:
        """Return the words of every element a CSS selector finds."""
        return [_said(one) for one in self.document.cssselect(selector)]

    def form(self, with_field: str | None = None, *, action: str | None = None) -> FormElement:
        """Return the one form with a field of this name, or with this action."""
        found = [
            form
            for form in self.document.forms
            if (with_field is None or with_field in form.fields)
            and (action is None or (form.get("action") or "").endswith(action))
            and "preferences" not in (form.get("action") or "")
        ]
        assert len(found) == 1, f"{len(found)} such forms on {self.address}"
        return found[0]

    def submit(
        self,
        fields: Fields | None = None,
        *,
        press: str | None = None,
        with_field: str | None = None,
        action: str | None = None,
    ) -> "Page":
        """Fill in a form and send it. ``press``: the words on the button, where it has several.

        A field that is None is unticked; a list ticks several boxes of one name.
        """
        if press is not None and with_field is None and action is None:
            form = self._button(press)[0]
        else:
            form = self.form(with_field, action=action)
        data = _filled(form, fields or {})
        target = form.get("action")
        if press is not None:
            _, button = self._button(press, form)
            if button.get("name"):
                data.setdefault(button.get("name"), []).append(button.get("value") or "")
            target = button.get("formaction") or target
        method = (form.get("method") or "get").lower()
        return self.browser.send(method, target or self.address, data)

    def follow(self, words: str) -> "Page":
        """Click the one link that says this."""
        links = [link for link in self.document.cssselect("a[href]") if _said(link) == words]
        assert links, f"no link {words!r} on {self.address}"
        return self.browser.get(links[0].get("href"))

    def _button(
        self, words: str, form: FormElement | None = None
    ) -> tuple[FormElement, HtmlElement]:
        document = form.getroottree().getroot() if form is not None else self.document
        found = []
        for button in document.cssselect("button"):
            owner = _owner(button, document)
            if _said(button) == words and owner is not None and form in (None, owner):
                found.append((owner, button))
        assert found, f"no button {words!r} on {self.address}"
        return found[0]


@dataclass(slots=True)
class Browser:
    """Somebody's browser, with its cookies; follows redirects."""

    client: TestClient

    def get(self, path: str, **headers: str) -> Page:
        return self._page(self.client.get(path, headers=_named(headers)))

    def send(self, method: str, path: str, data: Mapping[str, Any]) -> Page:
        """Send fields as a form would."""
        if method == "get":
            return self._page(self.client.get(path, params=data))
        return self._page(self.client.post(path, data=data))

    def _page(self, answer: Any) -> Page:
        return Page(self, answer.status_code, str(answer.url), answer.headers, answer.text)


@dataclass(slots=True)
class ConsoleLab:
    """The console of one installation."""

    installation: Installation
    app: Any

    def nobody(self, language: str = "en", *, address: str = "127.0.0.1") -> Browser:
        """Return a browser in which nobody has signed in."""
        return Browser(
            TestClient(
                self.app,
                base_url="http://127.0.0.1:8530",
                client=(address, 50000),
                headers={"Accept-Language": language},
                raise_server_exceptions=True,
            )
        )

    def signed_in(self, role: Role = Role.ADMINISTRATOR, language: str = "en") -> Browser:
        """Return a browser in which somebody of that role has signed in.

        Without the form, whose password check is slow on purpose; test_signing_in.py has that.
        """
        home, name = self.installation.home, NAMES[role]
        if name not in {user.name for user in home.accounts.users()}:
            _add_user(home, name, role)
        token = home.sessions.vouched(name, way=Way.KERBEROS, address="127.0.0.1", browser="")
        browser = self.nobody(language)
        browser.client.cookies.set(SESSION, token, domain="127.0.0.1", path="/console")
        return browser

    def administrator(self, language: str = "en") -> Browser:
        return self.signed_in(Role.ADMINISTRATOR, language)

    def reporter(self, language: str = "en") -> Browser:
        return self.signed_in(Role.REPORTER, language)


@contextmanager
def opened_console(installation: Installation) -> Iterator[ConsoleLab]:
    """Yield the console of an installation; no server, no worker (the installation works)."""
    home = installation.home
    health = Health(engine=home.engine, worker_is_alive=lambda: True)
    clients = home.client_doors()
    try:
        app = create_app(console=home.console(health), health=health, clients=clients)
        yield ConsoleLab(installation, app)
    finally:
        clients.close()


@contextmanager
def new_console(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[ConsoleLab]:
    """Yield the console of an installation made for it in a folder."""
    data = folder / "data" if environment else lay_schema(folder / "data")
    installation = Installation(open_home(data, {**ANY_DISK, **(environment or {})}))
    try:
        with opened_console(installation) as opened:
            yield opened
    finally:
        installation.engine.dispose()


@cache
def _hash() -> str:
    return hashed(PASSWORD)


def _add_user(home: Home, name: str, role: Role) -> None:
    """Add a user whose password was hashed once for all tests."""
    home.accounts.add(name, role=role, password=None, by="test")
    with transactions.write(home.engine) as conn:
        user = users.user_by_key(conn, name)
        assert user is not None
        users.choose_password(conn, user.user_id, _hash(), at=clock.now())


def _said(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _owner(button: HtmlElement, document: HtmlElement) -> FormElement | None:
    named = button.get("form")
    if named:
        return next((form for form in document.forms if form.get("id") == named), None)
    return next((one for one in button.iterancestors("form")), None)


def _filled(form: FormElement, fields: Fields) -> dict[str, list[str]]:
    """Return what a browser would send of a form, after a person has changed some fields."""
    data: dict[str, list[str]] = {}
    for name, value in form.form_values():
        data.setdefault(name, []).append(value)
    names = {one.get("name") for one in _fields_of(form)}
    for name, value in fields.items():
        assert name in names, f"the form has no field {name!r}, only {sorted(filter(None, names))}"
        if value is None:
            data.pop(name, None)
        else:
            data[name] = [value] if isinstance(value, str) else list(value)
    return data


def _fields_of(form: FormElement) -> list[HtmlElement]:
    inside = form.cssselect("input, select, textarea")
    document = form.getroottree().getroot()
    outside = document.cssselect(f"[form='{form.get('id')}']") if form.get("id") else []
    return [*inside, *outside]
