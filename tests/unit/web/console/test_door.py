"""The door of the console: what every answer carries, and how it refuses what it cannot read."""

import asyncio
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Semaphore

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.commands import ANY_DISK
from tests.console import NAMES, PASSWORD, Browser, ConsoleLab, Page, new_console, opened_console
from tests.installation import Installation

from headgate.bootstrap import open_home
from headgate.services.catalogue.overview import Overview
from headgate.services.people.roles import Role
from headgate.services.synchronizing.connection_test import Step
from headgate.web.console import assets, synchronization_options
from headgate.web.console.page import FORM_TOKEN

SIGN_IN = "/console/sign-in"
ACCOUNT = "/console/account"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleLab]:
    with new_console(tmp_path_factory.mktemp("door")) as opened:
        yield opened


@pytest.fixture
def alice(console: ConsoleLab) -> Browser:
    return console.administrator()


def token(browser: Browser) -> str:
    (field, *_) = browser.get(ACCOUNT).document.cssselect(f"input[name={FORM_TOKEN}]")
    return str(field.get("value"))


def post(browser: Browser, path: str, body: bytes | str, **headers: str) -> Page:
    headers = {"content-type": "application/x-www-form-urlencoded"} | headers
    content = body.encode() if isinstance(body, str) else body
    return browser._page(browser.client.post(path, content=content, headers=headers))


def assert_keeps_others_out(page: Page) -> None:
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/console/", 200),
        ("/console/updates", 200),
        ("/console/synchronizations.csv", 200),
        ("/console/nowhere", 404),
        ("/console/updates/00000000-0000-0000-0000-000000000000", 404),
        ("/console/synchronizations/1", 404),
        ("/console/updates/%00", 400),
    ],
)
def test_every_answer_keeps_others_out(alice: Browser, path: str, status: int) -> None:
    page = alice.get(path)

    assert page.status == status
    assert_keeps_others_out(page)


def test_files_of_pages_are_kept_by_browsers_and_never_taken_for_something_else(
    alice: Browser,
) -> None:
    page = alice.get(assets.address("console.js"))

    assert page.headers["content-type"] == "text/javascript; charset=utf-8"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in page.headers["cache-control"]
    assert alice.get(f"{assets.BASE}/0/vendor/../../routes.py").status == 404
    assert alice.get(f"{assets.BASE}/0/%2e%2e/routes.py").status == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_methods_the_console_does_not_know_are_refused_on_a_page(
    alice: Browser, method: str
) -> None:
    page = alice._page(alice.client.request(method, "/console/updates"))

    assert page.status == 405
    assert page.heading == "That is not possible here"
    assert "GET" in page.headers["allow"]
    assert_keeps_others_out(page)


def test_a_form_sent_to_an_address_that_takes_none_is_refused_on_a_page(alice: Browser) -> None:
    page = post(alice, "/console/help", f"{FORM_TOKEN}=x")

    assert (page.status, page.heading) == (405, "That is not possible here")


def test_a_request_for_the_head_of_a_page_has_no_body(alice: Browser) -> None:
    answer = alice.client.head("/console/updates")

    assert (answer.status_code, answer.content) == (200, b"")
    assert "content-security-policy" in answer.headers


def chunks(size: int) -> Iterator[bytes]:
    """A body that does not say how long it is."""
    yield f"{FORM_TOKEN}=".encode()
    for _ in range(size // 1000):
        yield b"x" * 1000


@pytest.mark.parametrize("says_its_length", [True, False])
def test_a_form_that_is_too_large_is_refused_in_words(
    alice: Browser, says_its_length: bool
) -> None:
    form = b"".join(chunks(1_100_000)) if says_its_length else chunks(1_100_000)
    answer = alice.client.post(
        f"{ACCOUNT}/password",
        content=form,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    page = alice._page(answer)

    assert (page.status, page.heading) == (413, "That was too much at once")
    assert "Nothing was changed." in page.words
    assert "alice" in page.words, "it is still known who asks"
    assert_keeps_others_out(page)


def test_a_form_with_too_many_fields_is_refused_in_words(alice: Browser) -> None:
    page = post(alice, f"{ACCOUNT}/password", f"{FORM_TOKEN}={token(alice)}" + "&a=1" * 10_001)

    assert (page.status, page.heading) == (400, "This was not understood")


def test_thousands_of_ticked_boxes_are_no_problem(alice: Browser) -> None:
    boxes = "".join(f"&product={number}" for number in range(9_000))

    page = post(alice, "/console/preferences", f"{FORM_TOKEN}={token(alice)}&back={ACCOUNT}{boxes}")

    assert (page.status, page.heading) == (200, "Your account")


@pytest.mark.parametrize(
    "path",
    [
        "/console/updates?text=a%00b",
        "/console/updates?a%00=b",
        "/console/%00",
        "/console/link?token=%00",
    ],
)
def test_nul_in_an_address_is_told_in_words(alice: Browser, path: str) -> None:
    page = alice.get(path)

    assert (page.status, page.heading) == (400, "This was not understood")
    assert "\0" not in page.text


@pytest.mark.parametrize("field", ["name=a%00b", "a%00b=name"])
def test_nul_in_a_form_is_told_in_words(console: ConsoleLab, field: str) -> None:
    nobody = console.nobody("de")

    page = post(nobody, SIGN_IN, f"password=x&{field}")

    assert page.status == 400
    assert page.document.get("lang") == "de"
    assert "\0" not in page.text


def test_bytes_that_are_no_utf8_are_shown_as_such(alice: Browser) -> None:
    page = alice.get("/console/updates?text=%ff%fe%C3")

    assert page.status == 200
    assert page.form("kbs").fields["text"] == "\N{REPLACEMENT CHARACTER}" * 3


def test_bytes_that_are_no_utf8_in_a_form_are_a_wrong_name(console: ConsoleLab) -> None:
    nobody = console.nobody()
    carried = nobody.get(SIGN_IN).form("password").fields[FORM_TOKEN]

    page = post(nobody, SIGN_IN, f"{FORM_TOKEN}={carried}&name=%ff%fe&password=%ff")

    assert page.status == 400
    assert page.told == ["The user name or the password is not correct."]


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=b",
        "multipart/form-data",
        "application/json",
        "application/x-www-form-urlencoded; charset=utf-16",
        "rubbish",
    ],
)
def test_a_body_that_is_no_form_of_ours_changes_nothing(alice: Browser, content_type: str) -> None:
    page = post(alice, f"{ACCOUNT}/password", b"--b\r\n\xff", **{"content-type": content_type})

    assert page.status in (400, 403)
    assert_keeps_others_out(page)


@pytest.mark.parametrize("encoding", ["unicode_escape", "undefined"])
def test_an_encoding_nobody_writes_in_is_told_in_words(console: ConsoleLab, encoding: str) -> None:
    nobody = console.nobody()
    carried = nobody.get(SIGN_IN).form("password").fields[FORM_TOKEN]
    fields = {FORM_TOKEN: carried, "name": "\\ud800", "password": "x"}
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    kind = {"content-type": f"multipart/form-data; boundary=b; charset={encoding}"}

    page = post(nobody, SIGN_IN, "".join(parts) + "--b--\r\n", **kind)

    assert (page.status, page.heading) == (400, "This was not understood")


def test_a_file_in_a_form_is_refused_in_words(alice: Browser) -> None:
    answer = alice.client.post(f"{ACCOUNT}/password", files={"present": ("a.txt", b"text")})
    page = alice._page(answer)

    assert (page.status, page.heading) == (400, "This was not understood")


@pytest.mark.parametrize("cookie", ["unknown", "", "a" * 4000, "%00", "'--", "\xff\xfe"])
def test_a_session_nobody_opened_leads_to_signing_in(console: ConsoleLab, cookie: str) -> None:
    answer = console.nobody().client.get(
        ACCOUNT,
        headers={"Cookie": f"headgate_session={cookie}".encode("latin-1")},
        follow_redirects=False,
    )

    assert answer.status_code == 303
    assert answer.headers["location"] == f"{SIGN_IN}?next={ACCOUNT}"


def test_a_session_of_https_leaves_room_for_one_over_plain_http(console: ConsoleLab) -> None:
    browser = console.nobody()
    jar = browser.client.cookies
    browser.client.base_url = "https://127.0.0.1:8531"
    fields = {"name": NAMES[Role.REPORTER], "password": PASSWORD}
    console.reporter()
    browser.get(SIGN_IN).submit(fields, with_field="password")
    secure = {one.name for one in jar.jar if one.secure}

    browser.client.base_url = "http://127.0.0.1:8530"
    page = browser.get(SIGN_IN).submit(fields, with_field="password")

    assert page.address == "http://127.0.0.1:8530/console/"
    assert secure == {"__Secure-headgate_session"}
    assert {one.name for one in jar.jar if not one.secure} == {"headgate_session"}


@pytest.mark.parametrize("cookie", ["rubbish", "<script>", "xx", "de; x=y"])
def test_language_and_theme_of_a_cookie_must_be_ours(console: ConsoleLab, cookie: str) -> None:
    nobody = console.nobody("sv")
    nobody.client.cookies.set("headgate_language", "xx")
    nobody.client.cookies.set("headgate_theme", "xx")

    document = nobody.get(SIGN_IN).document

    assert document.get("lang") == "sv"
    assert document.get("data-bs-theme") is None


@pytest.mark.parametrize("forged", ["", "x", "\N{LATIN SMALL LETTER A WITH DIAERESIS}", "a" * 500])
def test_a_forged_form_changes_nothing_and_says_so(alice: Browser, forged: str) -> None:
    fields = {"present": PASSWORD, "password": "another one!", "again": "another one!"}

    page = alice.send("post", f"{ACCOUNT}/password", fields | {FORM_TOKEN: forged})

    assert (page.status, page.heading) == (403, "This page was too old")
    assert_keeps_others_out(page)


def test_the_token_of_somebody_else_is_forged_too(console: ConsoleLab, alice: Browser) -> None:
    theirs = token(console.reporter())

    page = alice.send("post", "/console/preferences", {"language": "de", FORM_TOKEN: theirs})

    assert page.status == 403
    assert alice.get(ACCOUNT).document.get("lang") == "en"


def test_very_long_fields_are_a_wrong_name_like_any_other(console: ConsoleLab) -> None:
    nobody = console.nobody()

    page = nobody.get(SIGN_IN).submit(
        {"name": "n" * 200_000, "password": "p" * 200_000}, with_field="password"
    )

    assert page.status == 400
    assert "p" * 200 not in page.text


@contextmanager
def answering(installation: Installation) -> Iterator[TestClient]:
    """A client that sees what a browser sees of an error nobody has foreseen."""
    with opened_console(installation) as lab:
        browser = lab.administrator("de")
        client = TestClient(
            lab.app,
            base_url="http://127.0.0.1:8530",
            client=("127.0.0.1", 50000),
            headers={"Accept-Language": "de"},
            raise_server_exceptions=False,
            cookies=browser.client.cookies,
        )
        yield client


def test_an_error_nobody_has_foreseen_is_told_without_its_details(
    console: ConsoleLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: Overview) -> None:
        raise RuntimeError("the secret of /etc/headgate")

    with answering(console.installation) as client:
        monkeypatch.setattr(Overview, "numbers", broken)
        answer = client.get("/console/")
    page = Page(console.nobody(), answer.status_code, "", answer.headers, answer.text)

    assert page.status == 500
    assert page.document.get("lang") == "de"
    assert NAMES[next(iter(NAMES))] in page.words
    assert "secret" not in page.text
    assert "RuntimeError" not in page.text
    assert_keeps_others_out(page)


def test_a_database_that_does_not_answer_is_told_on_a_page(tmp_path: Path) -> None:
    installation = Installation(open_home(tmp_path / "data", ANY_DISK))
    with answering(installation) as client:
        for file in (tmp_path / "data").glob("headgate.db*"):
            file.unlink()
        installation.engine.dispose()
        (tmp_path / "data" / "headgate.db").write_bytes(b"no database at all " * 100)
        answer = client.get("/console/updates")
    page = Page(Browser(client), answer.status_code, "", answer.headers, answer.text)

    assert page.status == 503
    assert page.document.get("lang") == "de"
    assert page.document.cssselect("h1")
    assert_keeps_others_out(page)
    installation.engine.dispose()


def test_pages_answer_while_another_program_holds_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headgate.storage.engine.BUSY_TIMEOUT", 0)
    installation = Installation(open_home(tmp_path / "data", ANY_DISK))
    with answering(installation) as client:
        carried = token(Browser(client))
        form = {FORM_TOKEN: carried, "session": "0"}
        client.post(f"{ACCOUNT}/sessions", data=form, follow_redirects=False)
        holder = sqlite3.connect(tmp_path / "data" / "headgate.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        seen = [client.get(ACCOUNT) for _ in range(2)]
        holder.close()
        seen += [client.get(ACCOUNT) for _ in range(2)]
    told = [len(Page(Browser(client), 200, "", {}, one.text).told) for one in seen]

    assert {one.status_code for one in seen} == {200}
    assert told == [1, 1, 1, 0], "told again, rather than not at all"
    installation.engine.dispose()


def test_connection_tests_that_wait_keep_no_page_waiting(
    console: ConsoleLab, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone_out, come_back = Semaphore(0), Event()

    def waits(*_shared: object, **_more: object) -> list[Step]:
        gone_out.release()
        assert come_back.wait(60)
        return []

    monkeypatch.setattr(synchronization_options, "try_connection", waits)
    page = alice.get(synchronization_options.PAGE)
    form = {name: value for name, value in page.form("seen").form_values() if name}

    async def ask() -> list[int]:
        transport = httpx2.ASGITransport(console.app, client=("127.0.0.1", 50000))
        base, cookies = "http://127.0.0.1:8530", dict(alice.client.cookies)
        async with httpx2.AsyncClient(transport=transport, base_url=base, cookies=cookies) as me:
            address = f"{synchronization_options.PAGE}/test"
            tests = [asyncio.ensure_future(me.post(address, data=form)) for _ in range(12)]
            await asyncio.to_thread(gone_out.acquire)
            answer = await asyncio.wait_for(me.get("/console/help"), 30)
            come_back.set()
            return [answer.status_code, *(one.status_code for one in await asyncio.gather(*tests))]

    # In a thread of its own: a browser test of this process may have left its event loop in ours.
    with ThreadPoolExecutor(1) as aside:
        assert aside.submit(lambda: asyncio.run(ask())).result() == [200] * 13


def test_addresses_outside_the_console_stay_plain(console: ConsoleLab) -> None:
    nobody = console.nobody().client

    assert nobody.get("/nowhere").text.startswith("There is nothing here.")
    assert nobody.put("/nowhere").status_code == 405
    assert nobody.get("/health/live").text == "alive\n"
