"""The table of routes, walked as nobody, as a reporter and as an administrator."""

import re
from collections.abc import Iterator

import pytest
from tests.console import Browser, ConsoleLab, new_console

from headgate.services.people.roles import Role
from headgate.web.console.page import FORM_TOKEN
from headgate.web.console.routes import ROUTES
from headgate.web.console.routing import PUBLIC, ConsoleRoute

NOBODYS = "00000000-0000-0000-0000-000000000000"
_PLACEHOLDERS = {"id": NOBODYS, "revision": "1", "run": "1", "token": "unknown", "path": "nowhere"}

every_route = pytest.mark.parametrize(
    "route", ROUTES, ids=[f"{route.method} {route.path}" for route in ROUTES]
)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleLab]:
    """One console for the whole walk: nothing on it may change what the next step sees."""
    with new_console(tmp_path_factory.mktemp("walk")) as opened:
        yield opened


def address(route: ConsoleRoute) -> str:
    """Fill a route's placeholders with things that do not exist."""

    def filled(found: re.Match[str]) -> str:
        name, _, kind = found[1].partition(":")
        return "1" if kind == "int" else _PLACEHOLDERS[name]

    return re.sub(r"\{([^}]+)\}", filled, route.address)


def send(browser: Browser, route: ConsoleRoute, *, token: str = "") -> tuple[int, str]:
    """Return status and where the answer leads, without following."""
    fields = {FORM_TOKEN: token} if token else None
    answer = browser.client.request(
        route.method, address(route), data=fields, follow_redirects=False
    )
    return answer.status_code, answer.headers.get("location", "")


def form_token(browser: Browser) -> str:
    page = browser.get("/console/account")
    return str(page.document.cssselect(f"input[name={FORM_TOKEN}]")[0].get("value"))


@every_route
def test_nobody_gets_no_further_than_signing_in(console: ConsoleLab, route: ConsoleRoute) -> None:
    status, leads_to = send(console.nobody(), route)

    if route.role is not PUBLIC:
        assert status == 303
        assert leads_to.startswith("/console/sign-in?next=")
    else:
        assert status < 500


@every_route
def test_a_reporter_looks_at_everything_and_changes_nothing(
    console: ConsoleLab, route: ConsoleRoute
) -> None:
    reporter = console.reporter()

    status, _ = send(reporter, route, token=form_token(reporter))

    assert (status == 403) is (route.role is Role.ADMINISTRATOR)
    assert status < 500


@every_route
def test_an_administrator_is_refused_nothing(console: ConsoleLab, route: ConsoleRoute) -> None:
    administrator = console.administrator()

    status, _ = send(administrator, route, token=form_token(administrator))

    assert status not in (401, 403)
    assert status < 500


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.method == "POST"], ids=lambda one: one.path
)
def test_a_form_without_its_token_is_refused(console: ConsoleLab, route: ConsoleRoute) -> None:
    status, _ = send(console.administrator(), route)

    assert status == 403


def test_only_forms_change_anything() -> None:
    """What asks for an administrator is a form; looking is open to reporters."""
    wrong = [
        route.address
        for route in ROUTES
        if route.method == "GET" and route.role is Role.ADMINISTRATOR
    ]

    assert wrong == []


@pytest.mark.parametrize("path", ["/WSUSAdmin", "/wsusadmin", "/WSUSADMIN/", "/WsusAdmin/default"])
def test_wsus_address_leads_to_the_console_in_any_case(console: ConsoleLab, path: str) -> None:
    page = console.administrator().get(path)

    assert page.status == 200
    assert page.address.endswith("/console/")
