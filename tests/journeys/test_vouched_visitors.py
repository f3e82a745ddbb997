"""Nobody is asked twice: a trusted reverse proxy, or the browser's Negotiate, says who it is."""

import base64
import struct
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import spnego
from structlog.testing import capture_logs
from tests.cast import NOON
from tests.console import PASSWORD, Browser, ConsoleLab, opened_console
from tests.installation import Installation
from time_machine import TimeMachineFixture

from headgate.bootstrap import open_home
from headgate.services.people import kerberos
from headgate.services.people.kerberos import Identity, realms_of
from headgate.services.people.roles import Role

PROXY, STRANGER = "192.0.2.1", "198.51.100.9"
SIGN_IN, ACCOUNT = "/console/sign-in", "/console/account"
FORM = "Sign in to Headgate"

Open = Callable[..., ConsoleLab]


@pytest.fixture
def open_console(tmp_path: Path) -> Iterator[Open]:
    """Return what opens a console with two users under an environment."""
    opened: list[Installation] = []

    def open_(**environment: str) -> ConsoleLab:
        installation = Installation(open_home(tmp_path / "data", environment))
        opened.append(installation)
        accounts = installation.home.accounts
        accounts.add("anna", role=Role.ADMINISTRATOR, password=PASSWORD, by="root")
        accounts.add("bert", role=Role.REPORTER, password=None, by="root")
        with opened_console(installation) as console:
            return console

    yield open_
    for installation in opened:
        installation.engine.dispose()


@pytest.fixture
def proxied(open_console: Open) -> ConsoleLab:
    """A console behind a reverse proxy that names users."""
    return open_console(
        HEADGATE_LISTEN_TRUSTED_PROXIES=PROXY, HEADGATE_CONSOLE_USER_HEADER="X-Remote-User"
    )


def by_proxy(console: ConsoleLab, address: str = PROXY) -> Browser:
    browser = console.nobody(address=address)
    browser.client.headers["X-Forwarded-For"] = "203.0.113.5"
    browser.client.headers["X-Forwarded-Proto"] = "https"
    browser.client.base_url = "https://127.0.0.1:8530"  # as the visitor's browser sees us
    return browser


def name(browser: Browser, user: str | None) -> None:
    """Let the proxy name a user from now on."""
    browser.client.headers.pop("X-Remote-User", None)
    if user is not None:
        browser.client.headers["X-Remote-User"] = user


def who(browser: Browser) -> list[str]:
    return browser.get(ACCOUNT).all("dd")


def test_whom_a_trusted_proxy_names_is_signed_in_without_a_form(proxied: ConsoleLab) -> None:
    browser = by_proxy(proxied)
    name(browser, "CORP\\Anna")

    page = browser.get(ACCOUNT)

    assert page.all("dd") == ["anna", "WSUS Administrators", "Reverse proxy"]
    (session,) = proxied.installation.home.sessions.open_sessions("anna")
    assert session.address == "203.0.113.5"


def test_a_named_visitor_keeps_one_session(proxied: ConsoleLab) -> None:
    browser = by_proxy(proxied)
    name(browser, "bert")
    for _ in range(3):
        assert who(browser) == ["bert", "WSUS Reporters", "Reverse proxy"]

    assert len(proxied.installation.home.sessions.open_sessions("bert")) == 1


def test_when_the_proxy_names_somebody_else_it_is_somebody_else(proxied: ConsoleLab) -> None:
    browser = by_proxy(proxied)
    name(browser, "anna")
    assert who(browser)[0] == "anna"

    name(browser, "bert")

    assert who(browser)[0] == "bert"
    assert proxied.installation.home.sessions.open_sessions("anna") == []


def test_when_the_proxy_names_nobody_any_more_the_session_has_ended(proxied: ConsoleLab) -> None:
    browser = by_proxy(proxied)
    name(browser, "anna")
    assert who(browser)[0] == "anna"

    name(browser, None)

    assert browser.get(ACCOUNT).heading == FORM
    assert proxied.installation.home.sessions.open_sessions("anna") == []


def test_a_session_of_the_form_does_not_depend_on_the_proxy(proxied: ConsoleLab) -> None:
    browser = by_proxy(proxied)
    page = browser.get(f"{SIGN_IN}?next={ACCOUNT}")
    page.submit({"name": "anna", "password": PASSWORD}, with_field="password")

    name(browser, "bert")

    assert who(browser) == ["anna", "WSUS Administrators", "Password"]


def test_parts_that_ask_by_themselves_keep_no_session_of_the_form_open(
    proxied: ConsoleLab, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(NOON, tick=False)
    browser = by_proxy(proxied)
    fields = {"name": "anna", "password": PASSWORD}
    browser.get(SIGN_IN).submit(fields, with_field="password")
    for _ in range(5):
        time_machine.shift(timedelta(minutes=15))
        page = browser.get("/console/progress", hx_request="true", headgate_timer="yes")

    assert page.status == 401


def test_a_stranger_names_nobody(proxied: ConsoleLab) -> None:
    browser = by_proxy(proxied, address=STRANGER)
    name(browser, "anna")

    assert browser.get(ACCOUNT).heading == FORM
    assert proxied.installation.home.sessions.open_sessions("anna") == []


def test_a_name_the_visitor_has_added_is_not_believed(proxied: ConsoleLab) -> None:
    """A proxy that only appends its header lets the visitor's own through."""
    browser = by_proxy(proxied)
    headers = [("X-Remote-User", "anna"), ("X-Remote-User", "bert")]

    page = browser.client.get(ACCOUNT, headers=headers)

    assert FORM in page.text


def test_without_the_setting_the_header_says_nothing(open_console: Open) -> None:
    browser = by_proxy(open_console(HEADGATE_LISTEN_TRUSTED_PROXIES=PROXY))
    name(browser, "anna")

    assert browser.get(ACCOUNT).heading == FORM


@pytest.mark.parametrize("user", ["zoé", "anna the second", "x" * 5000])
def test_a_user_unknown_here_sees_the_form_and_why(proxied: ConsoleLab, user: str) -> None:
    browser = by_proxy(proxied)
    browser.client.headers.encoding = "utf-8"
    name(browser, user)

    page = browser.get(ACCOUNT)

    assert page.heading == FORM
    assert user in page.told[0]
    assert "headgate users add" in page.told[0]


def test_a_disabled_user_is_not_let_in_by_the_proxy_either(proxied: ConsoleLab) -> None:
    browser = by_proxy(proxied)
    name(browser, "bert")
    assert who(browser)[0] == "bert"

    proxied.installation.home.accounts.disable("bert", by="anna")

    assert browser.get(ACCOUNT).heading == FORM


# --- Negotiate -----------------------------------------------------------------------------------


def a_keytab(folder: Path, *realms: str) -> Path:
    """Write a keytab with one key of HTTP/headgate for each realm; the keys are made up."""
    data = b"\x05\x02"
    for realm in realms:
        entry = struct.pack(">HH", 2, len(realm)) + realm.encode()
        for component in (b"HTTP", b"headgate"):
            entry += struct.pack(">H", len(component)) + component
        entry += struct.pack(">IIBHH", 3, 0, 1, 18, 32) + bytes(32)
        data += struct.pack(">i", len(entry)) + entry
        data += struct.pack(">i", -8) + bytes(8)  # a hole, as deleted entries leave
    file = folder / "headgate.keytab"
    file.write_bytes(data)
    return file


@pytest.fixture
def negotiating(open_console: Open, tmp_path: Path) -> ConsoleLab:
    keytab = a_keytab(tmp_path, "CORP.EXAMPLE")
    return open_console(HEADGATE_CONSOLE_KEYTAB=str(keytab))


@pytest.fixture
def ticket(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Return what makes an ``Authorization`` header whose ticket proves a principal.

    Stands in for libkrb5 alone: everything around it is real.
    """

    def accepted(_self: object, token: bytes) -> str:
        if not token.startswith(b"ticket of "):
            raise ValueError("no ticket")
        return token.removeprefix(b"ticket of ").decode()

    monkeypatch.setattr(kerberos.Kerberos, "_accepted", accepted)
    return lambda principal: negotiate(f"ticket of {principal}".encode())


def negotiate(token: bytes) -> str:
    return f"Negotiate {base64.b64encode(token).decode()}"


def test_without_a_keytab_no_browser_is_asked_for_a_ticket(open_console: Open) -> None:
    page = open_console().nobody().get(SIGN_IN)

    assert page.status == 200
    assert "www-authenticate" not in page.headers


def test_the_question_for_a_ticket_carries_the_form(negotiating: ConsoleLab) -> None:
    browser = negotiating.nobody()

    page = browser.get(f"{SIGN_IN}?next={ACCOUNT}")

    assert (page.status, page.headers["www-authenticate"]) == (401, "Negotiate")
    assert page.heading == FORM
    done = page.submit({"name": "anna", "password": PASSWORD}, with_field="password")
    assert done.all("dd") == ["anna", "WSUS Administrators", "Password"]


def test_a_browser_with_a_ticket_is_signed_in_where_it_wanted_to_go(
    negotiating: ConsoleLab, ticket: Callable[[str], str]
) -> None:
    browser = negotiating.nobody()
    assert browser.get(ACCOUNT).status == 401

    page = browser.get(f"{SIGN_IN}?next={ACCOUNT}", Authorization=ticket("Anna@CORP.EXAMPLE"))

    assert page.heading == "Your account"
    assert who(browser) == ["anna", "WSUS Administrators", "Kerberos"]
    assert len(negotiating.installation.home.sessions.open_sessions("anna")) == 1


@pytest.mark.parametrize(
    "principal", ["anna@OTHER.EXAMPLE", "nobody@CORP.EXAMPLE", "a\\\\anna@CORP.EXAMPLE"]
)
def test_a_ticket_for_somebody_unknown_leads_to_the_form(
    negotiating: ConsoleLab, ticket: Callable[[str], str], principal: str
) -> None:
    """Another realm may be trusted, and have an anna of its own."""
    page = negotiating.nobody().get(SIGN_IN, Authorization=ticket(principal))

    assert (page.status, page.heading) == (200, FORM)
    assert "www-authenticate" not in page.headers, "asking again would never end"
    assert negotiating.installation.home.sessions.open_sessions("anna") == []


def ntlm_offer() -> bytes:
    """What a browser without a ticket offers: NTLM, wrapped in SPNEGO."""
    client = spnego.client("anna", PASSWORD, "headgate", service="HTTP", protocol="negotiate")
    token = client.step()
    assert token is not None
    return token


@pytest.mark.parametrize(
    "header",
    [
        "Negotiate",
        "Negotiate !!!",
        negotiate(b"\x60\x82"),
        negotiate(b"NTLMSSP\x00\x01\x00\x00\x00"),
        negotiate(b"\x00" * 2000),
        negotiate(ntlm_offer()),
        "Basic YW5uYTpwYXNzd29yZA==",
    ],
)
def test_what_is_no_ticket_leads_to_the_form_and_is_not_asked_for_again(
    negotiating: ConsoleLab, header: str
) -> None:
    page = negotiating.nobody().get(SIGN_IN, Authorization=header)

    assert (page.status, page.heading) == (200, FORM)
    assert "www-authenticate" not in page.headers


def test_a_server_without_the_extra_says_so_in_its_log(
    negotiating: ConsoleLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "gssapi", None)

    with capture_logs() as logged:
        negotiating.nobody().get(SIGN_IN, Authorization=negotiate(b"\x60\x82\x05"))

    assert "Negotiate needs the extra 'kerberos'" in [line["event"] for line in logged]


def test_who_signed_out_is_not_signed_in_again_at_once(
    negotiating: ConsoleLab, ticket: Callable[[str], str]
) -> None:
    browser = negotiating.nobody()
    browser.get(f"{SIGN_IN}?next={ACCOUNT}", Authorization=ticket("anna@CORP.EXAMPLE"))

    page = browser.get(ACCOUNT).submit(action="/sign-out")

    assert (page.status, page.told) == (200, ["You are signed out."])
    assert page.follow("Sign in with the account of this computer").status == 401


def test_the_realms_of_a_keytab_are_read(tmp_path: Path) -> None:
    assert realms_of(a_keytab(tmp_path, "CORP.EXAMPLE", "LAB.EXAMPLE")) == {
        "CORP.EXAMPLE",
        "LAB.EXAMPLE",
    }


@pytest.mark.parametrize("data", [b"", b"\x05\x01", b"\x05\x02\x00\x00\x00\x40\x00\x02\xff\xff"])
def test_a_damaged_keytab_has_no_realms(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "damaged"
    file.write_bytes(data)

    assert realms_of(file) <= {""}
    assert realms_of(tmp_path / "absent") == frozenset()


def test_a_realm_without_a_key_is_foreign(tmp_path: Path, ticket: Callable[[str], str]) -> None:
    service = kerberos.Kerberos(a_keytab(tmp_path, "CORP.EXAMPLE"))

    assert service.identity(b"ticket of anna@CORP.EXAMPLE") == Identity(
        principal="anna@CORP.EXAMPLE", of_own_realm=True
    )
    assert service.identity(b"ticket of anna@OTHER.EXAMPLE") == Identity(
        principal="anna@OTHER.EXAMPLE", of_own_realm=False
    )
