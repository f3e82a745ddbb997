"""Signing in and out of the console, one's own account: pages and forms as a person uses them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from tests.cast import NOON
from tests.console import NAMES, PASSWORD, Browser, ConsoleLab, Page, opened_console
from tests.journeys.conftest import Install

from headgate.services.people.roles import Role

ALICE, RUPERT = NAMES[Role.ADMINISTRATOR], NAMES[Role.REPORTER]
WRONG = "not the right one"
OTHER = "quite another one"
SIGN_IN = "/console/sign-in"
ACCOUNT = "/console/account"


@pytest.fixture
def console(install: Install) -> Iterator[ConsoleLab]:
    with opened_console(install(None)) as console:
        yield console


@pytest.fixture
def peopled(console: ConsoleLab) -> ConsoleLab:
    """A console with an administrator and a reporter."""
    for role, name in NAMES.items():
        console.installation.home.accounts.add(name, role=role, password=PASSWORD, by="root")
    return console


def sign_in(browser: Browser, name: str = ALICE, password: str = PASSWORD) -> Page:
    page = browser.get(f"{SIGN_IN}?next={ACCOUNT}")
    return page.submit({"name": name, "password": password}, with_field="password")


def signed_in(console: ConsoleLab, name: str) -> Browser:
    browser = console.nobody()
    assert sign_in(browser, name).address.endswith(ACCOUNT)
    return browser


def is_signed_in(browser: Browser) -> bool:
    return browser.get(ACCOUNT).heading == "Your account"


def first_link(console: ConsoleLab) -> str:
    token = console.installation.home.accounts.make_first_link()
    assert token is not None
    return f"/console/link?token={token}"


def sign_in_link(console: ConsoleLab) -> str:
    return f"/console/link?token={console.installation.home.sessions.make_sign_in_link(by='root')}"


def test_before_the_first_administrator_the_page_says_where_the_link_is(
    console: ConsoleLab,
) -> None:
    page = console.nobody().get(ACCOUNT)

    assert page.heading == "Sign in to Headgate"
    assert "in the terminal where Headgate was started" in page.told[0]
    assert "headgate open" in page.told[0]
    console.installation.home.accounts.add(
        "anna", role=Role.ADMINISTRATOR, password=PASSWORD, by="root"
    )
    assert console.nobody().get(SIGN_IN).told == []


def test_the_first_administrator_is_made_with_the_link_and_is_signed_in(
    console: ConsoleLab,
) -> None:
    address, browser = first_link(console), console.nobody()
    page = browser.get(address)
    assert page.heading == "First administrator"

    browser.client.follow_redirects = False
    page = page.submit(
        {"name": "Anna Grün", "password": PASSWORD, "again": PASSWORD}, with_field="again"
    )

    assert (page.status, page.headers["location"]) == (303, "/console/")
    account = browser.get(ACCOUNT)
    assert account.all("dd") == ["Anna Grün", "WSUS Administrators", "Password"]
    again = console.nobody().get(address)
    assert (again.status, again.heading) == (410, "This link no longer works")


@pytest.mark.parametrize(
    ("typed", "beside", "said"),
    [
        ({"name": " ", "password": PASSWORD, "again": PASSWORD}, "name-wrong", "needs a name"),
        ({"name": "anna", "password": "short", "again": "short"}, "password-wrong", "too short"),
        ({"name": "anna", "password": PASSWORD, "again": OTHER}, "again-wrong", "differ"),
    ],
)
def test_what_is_wrong_with_the_first_administrator_stands_beside_its_field(
    console: ConsoleLab, typed: dict[str, str], beside: str, said: str
) -> None:
    page = console.nobody().get(first_link(console)).submit(typed, with_field="again")

    assert page.status == 400
    assert said in page.all(f"#{beside}")[0]
    (field,) = page.document.cssselect(f"[aria-describedby~={beside}]")
    assert field.get("aria-invalid") == "true"
    assert page.form("again").fields["name"].strip() == typed["name"].strip()
    assert not page.form("again").fields["password"], "a password never comes back"
    page.submit({"name": "anna", "password": PASSWORD, "again": PASSWORD}, with_field="again")
    assert is_signed_in(page.browser), "the link was not used up"


def test_the_first_administrator_takes_no_name_that_a_reporter_has(console: ConsoleLab) -> None:
    accounts = console.installation.home.accounts
    accounts.add("Anna", role=Role.REPORTER, password=None, by="root")

    page = console.nobody().get(first_link(console))
    page = page.submit(
        {"name": "anna", "password": PASSWORD, "again": PASSWORD}, with_field="again"
    )

    assert "There is already a user anna." in page.all("#name-wrong")[0]
    assert [user.role for user in accounts.users()] == [Role.REPORTER]


def test_looking_at_a_link_does_not_use_it_up_and_the_button_does(peopled: ConsoleLab) -> None:
    address = sign_in_link(peopled)
    for _ in range(3):
        assert peopled.nobody().get(address).status == 200
    browser = peopled.nobody()
    page = browser.get(address)
    assert page.headers["referrer-policy"] == "no-referrer"

    page.submit(action="/link")

    assert browser.get(ACCOUNT).all("dd") == [
        "root",
        "WSUS Administrators",
        "Link of headgate open",
    ]
    assert browser.get(ACCOUNT).document.cssselect("#present") == [], "there is no password"
    late = console_answer(peopled, page)
    assert (late.status, late.heading) == (410, "This link no longer works")


def console_answer(console: ConsoleLab, page: Page) -> Page:
    """Press the button of a link's page in another browser."""
    link = page.form(action="/link").fields["token"]
    browser = console.nobody()
    fresh = browser.get(SIGN_IN).form("password").fields["form_token"]
    return browser.send("post", "/console/link", {"token": link, "form_token": fresh})


def test_a_link_nobody_made_leads_nowhere(peopled: ConsoleLab) -> None:
    for address in ("/console/link", "/console/link?token=made-up"):
        page = peopled.nobody().get(address)
        assert (page.status, page.heading) == (410, "This link no longer works")


def test_who_signs_in_arrives_where_they_wanted_to(peopled: ConsoleLab) -> None:
    browser = peopled.nobody()
    page = browser.get("/console/account?seen=1")
    assert page.heading == "Sign in to Headgate"

    page = page.submit({"name": ALICE, "password": PASSWORD}, with_field="password")

    assert page.address.endswith("/console/account?seen=1")
    assert page.heading == "Your account"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/console/",
        "//evil.example/console/",
        "/\\evil.example",
        "/console/../../evil",
        "/console/\r\nSet-Cookie:x=y",
        "/console/sign-in",
        "javascript:alert(1)",
    ],
)
def test_signing_in_leads_nowhere_but_into_the_console(peopled: ConsoleLab, wanted: str) -> None:
    browser = peopled.nobody()
    token = browser.get(SIGN_IN).form("password").fields["form_token"]
    browser.client.follow_redirects = False

    page = browser.send(
        "post",
        SIGN_IN,
        {"name": ALICE, "password": PASSWORD, "next": wanted, "form_token": token},
    )

    assert (page.status, page.headers["location"]) == (303, "/console/")


@pytest.mark.parametrize(("name", "password"), [(ALICE, WRONG), ("nobody", PASSWORD)])
def test_a_wrong_password_is_told_in_words_and_the_name_is_kept(
    peopled: ConsoleLab, name: str, password: str
) -> None:
    browser = peopled.nobody()

    page = sign_in(browser, name, password)

    assert page.status == 400
    assert page.told == ["The user name or the password is not correct."]
    assert page.form("password").fields["name"] == name
    assert not page.form("password").fields["password"]
    assert password not in page.text
    assert not is_signed_in(browser)


def test_the_page_is_in_the_language_of_the_browser(peopled: ConsoleLab) -> None:
    page = peopled.nobody("de").get(SIGN_IN)

    assert page.document.get("lang") == "de"


def test_too_many_attempts_wait_and_then_may_sign_in(peopled: ConsoleLab) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        browser = peopled.nobody(address="::1")
        for _ in range(5):
            assert sign_in(browser, ALICE, WRONG).status == 400

        page = sign_in(browser)

        assert page.status == 429
        assert page.told == ["Too many attempts to sign in. Wait 5 minutes."]
        assert page.headers["retry-after"] == "300"
        clock.shift(timedelta(minutes=5, seconds=1))
        assert sign_in(browser).status == 200
        assert is_signed_in(browser)


def test_a_browser_that_signs_in_gets_a_new_session_that_scripts_cannot_read(
    peopled: ConsoleLab,
) -> None:
    browser = peopled.nobody()
    page = browser.get(SIGN_IN)
    browser.client.cookies.set("headgate_session", "planted", path="/console")
    browser.client.follow_redirects = False

    page = page.submit({"name": ALICE, "password": PASSWORD}, with_field="password")

    cookies = page.headers.get_list("set-cookie")
    (session,) = [one for one in cookies if one.startswith("headgate_session=")]
    assert "planted" not in session
    assert {"HttpOnly", "SameSite=lax", "Path=/console"} <= set(session.split("; "))
    assert PASSWORD not in page.text


def test_who_signs_out_is_out_in_this_browser_alone(peopled: ConsoleLab) -> None:
    here, there = signed_in(peopled, ALICE), signed_in(peopled, ALICE)
    stolen = dict(here.client.cookies)

    page = here.get(ACCOUNT).submit(action="/sign-out")

    assert page.told == ["You are signed out."]
    assert not is_signed_in(here)
    thief = peopled.nobody()
    thief.client.cookies.update(stolen)
    assert not is_signed_in(thief)
    assert is_signed_in(there)


def test_a_session_that_was_not_used_for_an_hour_has_ended(peopled: ConsoleLab) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        browser = signed_in(peopled, RUPERT)
        clock.shift(timedelta(minutes=59))
        page = browser.get(ACCOUNT)
        assert page.heading == "Your account"
        clock.shift(timedelta(minutes=60))

        lost = page.submit(
            {"present": PASSWORD, "password": OTHER, "again": OTHER}, with_field="present"
        )

        assert "Your session has ended. What you had typed was not sent" in lost.told[0]
        back = lost.submit({"name": RUPERT, "password": PASSWORD}, with_field="password")
        assert back.heading == "Your account"


def test_the_limits_of_sessions_are_settings(peopled: ConsoleLab) -> None:
    peopled.installation.set(console_idle_minutes=5, console_session_hours=1)
    with time_machine.travel(NOON, tick=False) as clock:
        idle, busy = signed_in(peopled, RUPERT), signed_in(peopled, ALICE)
        for _ in range(14):
            clock.shift(timedelta(minutes=4))
            assert is_signed_in(busy)
        assert not is_signed_in(idle)
        clock.shift(timedelta(minutes=4))

        assert not is_signed_in(busy), "after one hour, although it was used"


def test_a_disabled_user_is_out_at_the_next_request(peopled: ConsoleLab) -> None:
    browser = signed_in(peopled, RUPERT)
    assert is_signed_in(browser)

    peopled.installation.home.accounts.disable(RUPERT, by="root")

    assert browser.get(ACCOUNT).heading == "Sign in to Headgate"
    assert sign_in(browser, RUPERT).told == ["The user name or the password is not correct."]


def test_the_account_lists_the_open_sessions_and_ends_another_one(peopled: ConsoleLab) -> None:
    here, there = signed_in(peopled, RUPERT), signed_in(peopled, RUPERT)
    page = here.get(ACCOUNT)
    assert page.all("dd") == [RUPERT, "WSUS Reporters", "Password"]
    assert len(page.all("tbody tr")) == 2
    assert page.text.count("This browser") == 1

    page = page.submit(action="/account/sessions")

    assert page.told == ["The session has ended."]
    assert len(page.all("tbody tr")) == 1
    assert is_signed_in(here)
    assert not is_signed_in(there)


def test_nobody_ends_the_session_of_somebody_else(peopled: ConsoleLab) -> None:
    alice, rupert = signed_in(peopled, ALICE), signed_in(peopled, RUPERT)
    (hers,) = peopled.installation.home.sessions.open_sessions(ALICE)
    token = rupert.get(ACCOUNT).form("present").fields["form_token"]

    rupert.send("post", "/console/account/sessions", {"session": hers.id, "form_token": token})

    assert is_signed_in(alice)


def test_a_reporter_changes_their_password_and_other_sessions_end(peopled: ConsoleLab) -> None:
    here, there = signed_in(peopled, RUPERT), signed_in(peopled, RUPERT)

    page = here.get(ACCOUNT).submit(
        {"present": PASSWORD, "password": OTHER, "again": OTHER}, with_field="present"
    )

    assert page.told == ["Your password is changed. Your other sessions have ended."]
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert sign_in(there, RUPERT, PASSWORD).status == 400
    assert sign_in(there, RUPERT, OTHER).status == 200


@pytest.mark.parametrize(
    ("typed", "beside", "said"),
    [
        ((WRONG, OTHER, OTHER), "present-wrong", "The present password is not correct."),
        ((PASSWORD, "tiny", "tiny"), "password-wrong", "The password is too short."),
        ((PASSWORD, OTHER, WRONG), "again-wrong", "The two passwords differ."),
    ],
)
def test_a_password_that_is_not_changed_says_why_beside_its_field(
    peopled: ConsoleLab, typed: tuple[str, str, str], beside: str, said: str
) -> None:
    browser = signed_in(peopled, RUPERT)
    fields = dict(zip(("present", "password", "again"), typed, strict=True))

    page = browser.get(ACCOUNT).submit(fields, with_field="present")

    assert page.status == 400
    assert said in page.all(f"#{beside}")[0]
    assert not [value for value in typed if value in page.text]
    assert sign_in(peopled.nobody(), RUPERT, PASSWORD).status == 200


def test_guessing_the_present_password_is_limited_too(peopled: ConsoleLab) -> None:
    page = signed_in(peopled, RUPERT).get(ACCOUNT)
    fields = {"present": WRONG, "password": OTHER, "again": OTHER}
    for _ in range(5):
        page = page.submit(fields, with_field="present")
        assert page.status == 400

    page = page.submit(fields, with_field="present")

    assert page.status == 429
    assert "Too many attempts" in page.all("#present-wrong")[0]


def prefer(page: Page, language: str, theme: str) -> Page:
    (form,) = [one for one in page.document.forms if one.get("action") == "/console/preferences"]
    data = dict(form.form_values()) | {"language": language, "theme": theme}
    return page.browser.send("post", "/console/preferences", data)


def test_language_and_appearance_are_kept_with_the_user(peopled: ConsoleLab) -> None:
    page = prefer(signed_in(peopled, RUPERT).get(ACCOUNT), "sv", "dark")

    assert page.address.endswith(ACCOUNT)
    elsewhere = signed_in(peopled, RUPERT).get(ACCOUNT).document
    assert (elsewhere.get("lang"), elsewhere.get("data-bs-theme")) == ("sv", "dark")
    hers = signed_in(peopled, ALICE).get(ACCOUNT).document
    assert (hers.get("lang"), hers.get("data-bs-theme")) == ("en", None)


def test_language_and_appearance_are_chosen_before_signing_in(peopled: ConsoleLab) -> None:
    browser = peopled.nobody()
    page = browser.get("/console/sign-in?next=/console/account")

    page = prefer(page, "de", "light")

    assert page.address.endswith("/console/sign-in?next=/console/account")
    assert (page.document.get("lang"), page.document.get("data-bs-theme")) == ("de", "light")
    page = prefer(page, "xx", "")
    assert page.document.get("data-bs-theme") is None
    assert page.document.get("lang") == "en"


@pytest.mark.parametrize("back", ["https://evil.example/", "/console/sign-in\\@evil", "//evil"])
def test_preferences_lead_back_into_the_console_alone(peopled: ConsoleLab, back: str) -> None:
    browser = peopled.nobody()
    token = browser.get(SIGN_IN).form("password").fields["form_token"]
    browser.client.follow_redirects = False

    page = browser.send(
        "post",
        "/console/preferences",
        {"language": "de", "theme": "", "back": back, "form_token": token},
    )

    assert (page.status, page.headers["location"]) == (303, "/console/")


@pytest.mark.parametrize("path", [SIGN_IN, "/console/link?token=x"])
def test_secrets_are_typed_over_https_from_other_machines(
    peopled: ConsoleLab, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = type(peopled.installation.home.addresses)
    monkeypatch.setattr(addresses, "tls_port", 8531)
    browser = peopled.nobody(address="192.0.2.7")
    browser.client.follow_redirects = False

    page = browser.get(path)

    assert (page.status, page.headers["location"]) == (302, f"https://127.0.0.1:8531{path}")
    assert peopled.nobody().get(path).status in (200, 410), "nothing crosses a network from here"
