"""How the console behaves for people: wrong passwords, roles, limits, no script, the keyboard,
themes and languages that are kept, lost sessions, double clicks, two administrators at once.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser import test_seed_pages as seed
from tests.browser.conftest import (
    ADMINISTRATOR,
    PASSWORD,
    REPORTER,
    SIGN_IN,
    Browse,
    Server,
    heading,
    opened,
    serving,
    sign_in,
)
from tests.browser.seed_words import ENGLISH, GERMAN, SeedWords
from tests.squid import DOMAIN, USER, Squid, Squids
from tests.squid import PASSWORD as PROXY_PASSWORD
from tests.upstream_lab import RunningLab, running_upstream

OPTIONS = "/console/options/synchronization"
WRONG = "not the password"

#: Milliseconds a synchronization with the lab may take.
PATIENCE = 60_000


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has synchronized; what tests here keep on it is their own reader's choice."""
    data = tmp_path_factory.mktemp("busy") / "data"
    with running_upstream() as lab, serving(data) as server:
        server.add_users()
        server.point_at(lab)
        server.done("sync", "now", "--yes")
        yield server


def runs(server: Server) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(server.done("sync", "history", "--json"))
    return found


# The proxy does not accept the password


def type_the_proxy(page: Page, say: SeedWords, squid: Squid, password: str) -> None:
    seed.select_the_proxy_and_type_its_name_and_port(page, say, squid)
    box = seed._box(page, say.proxy_server)
    box.get_by_label(say.use_credentials, exact=True).check()
    box.get_by_label(say.user_name, exact=True).fill(USER)
    box.get_by_label(say.domain, exact=True).fill(DOMAIN)
    box.get_by_label(say.password, exact=True).fill(password)
    box.get_by_label(say.allow_basic, exact=True).check()


@pytest.mark.parametrize(
    ("say", "refused"),
    [
        (ENGLISH, re.compile("does not accept|refuse|wrong|not accepted")),
        (GERMAN, re.compile("nicht an|lehnt|falsch|nicht akzeptiert|abgelehnt")),
    ],
    ids=["english", "german"],
)
def test_a_wrong_proxy_password_is_explained_before_and_after_saving(
    office: Server, bed: Squids, browse: Browse, say: SeedWords, refused: re.Pattern[str]
) -> None:
    page = opened(browse, office, OPTIONS, language=say.language)
    type_the_proxy(page, say, bed["basic"], WRONG)

    page.get_by_role("button", name=say.test_connection, exact=True).click()
    step = page.locator("[data-step=sign-in]")
    expect(step).to_have_attribute("data-verdict", "failed")
    expect(step).to_contain_text(refused)
    expect(page.locator("[data-step=proxy]")).to_have_attribute("data-verdict", "ok")
    expect(page.locator("[data-step=answer]")).to_have_attribute("data-verdict", "skipped")
    assert WRONG not in page.content()

    seed.save_settings_and_click_ok(page, say)  # the typed password is still known
    seed.click_synchronize_now(page, say)
    told = page.locator("#progress .wrap").first
    expect(told).to_contain_text("Proxy", timeout=PATIENCE, ignore_case=True)
    expect(told).to_contain_text(refused)
    assert WRONG not in page.content()


# Roles


def test_a_reporter_has_no_buttons_and_a_forged_form_is_refused(
    busy: Server, browse: Browse
) -> None:
    page = opened(browse, busy, OPTIONS, name=REPORTER)

    for name in (ENGLISH.save_settings, ENGLISH.synchronize_now, ENGLISH.test_connection):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    for field in page.locator("#settings input:not([type=hidden])").all():
        expect(field).to_be_disabled()

    token = page.locator("input[name=form_token]").first.get_attribute("value") or ""
    fields = {"form_token": token, "seen": "{}", "schedule.mode": "daily", "act": "ok"}
    for address in (OPTIONS, f"{OPTIONS}/synchronize", "/console/synchronizations/start"):
        answer = page.request.post(address, form=fields)
        assert answer.status == 403
        assert "Only WSUS Administrators may do this" in answer.text()
    assert busy.done("settings", "get", "schedule.mode").strip() == "manual"
    assert len(runs(busy)) == 1


# Signing in


def test_after_five_wrong_passwords_the_page_says_how_long_to_wait(
    server: Server, browse: Browse
) -> None:
    page = browse(server, language="de").page()
    page.goto("/console/")
    name, password, button = SIGN_IN["de"]
    for attempt in [WRONG] * 5 + [PASSWORD]:
        page.get_by_label(name, exact=True).fill(ADMINISTRATOR)
        page.get_by_label(password, exact=True).fill(attempt)
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_label(name, exact=True)).to_have_value(ADMINISTRATOR)
        expect(page.get_by_label(password, exact=True)).to_have_value("")

    expect(page.get_by_role("alert")).to_contain_text(re.compile("[45] Minuten"))
    opened(browse, server, "/console/", name=REPORTER)  # somebody else is not kept waiting


def test_the_first_administrator_comes_from_a_one_time_link(tmp_path: Path, browse: Browse) -> None:
    with serving(tmp_path / "data") as server:
        page = browse(server).page()
        page.goto("/console/")
        expect(page.get_by_role("status")).to_contain_text("headgate open")
        page.goto(link_of(server))
        page.get_by_label("User name").fill("Anna Grün")
        for field in page.locator("input[type=password]").all():
            field.fill(PASSWORD)
        page.get_by_role("button", name="Make this user administrator").click()

        expect(heading(page)).to_have_text("Home")
        expect(page.get_by_role("link", name="Anna Grün")).to_be_visible()


def link_of(server: Server) -> str:
    link = str(json.loads(server.done("open", "--json"))["link"])
    return re.sub(r"^https?://[^/]+", server.address, link)


def test_headgate_open_signs_in_whoever_may_read_the_data(server: Server, browse: Browse) -> None:
    link, page = link_of(server), browse(server).page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()

    expect(heading(page)).to_have_text("Home")
    page.goto(link)
    expect(heading(page)).to_have_text("This link no longer works")


def test_over_https_everything_stays_there(tmp_path: Path, browse: Browse) -> None:
    """Debian's Chromium has no trust store a test could fill; test_https trusts the CA."""
    with serving(tmp_path / "data", "--listen-tls", "127.0.0.1:0") as server:
        server.add_users()
        found = re.search(r"https://127\.0\.0\.1:\d+", server.said)
        assert found is not None, server.said
        secure = Server(server.headgate, found[0], server.said)
        page = opened(browse, secure, OPTIONS, ignore_https_errors=True)

        assert page.url.startswith(secure.address)
        cookies = {one["name"]: one for one in page.context.cookies()}
        assert cookies["__Secure-headgate_session"]["secure"]
        assert cookies["__Secure-headgate_session"]["httpOnly"]


# Without script


def test_the_seed_page_works_without_script(office: Server, bed: Squids, browse: Browse) -> None:
    say, squid = ENGLISH, bed["basic"]
    page = browse(office, script=False).page()

    seed.open_the_console(page, say)
    seed.click_options_and_synchronization_options(page, say)
    type_the_proxy(page, say, squid, PROXY_PASSWORD)
    seed.save_settings_and_click_ok(page, say)
    seed.click_options_and_synchronization_options(page, say)
    seed.click_advanced_read_the_warning_and_click_ok(page, say)
    seed.select_languages_and_click_ok(page, say)
    seed.click_options_and_synchronization_options(page, say)
    seed.click_synchronize_now(page, say)
    watch_the_end(page)
    seed.click_updates_and_see_the_list(page, say)

    assert squid.lines(), "nothing went through the proxy"
    assert office.done("settings", "get", "languages.selected").strip() == "de,en"


def watch_the_end(page: Page) -> None:
    """Look at Home, which loads itself again; a page with a form keeps what is typed instead."""
    page.get_by_role("link", name="Home", exact=True).click()
    seed.await_the_end(page)


# What is kept with a user


_GROUND = """() => {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, 1, 1);
  return Math.max(...context.getImageData(0, 0, 1, 1).data.slice(0, 3));
}"""


def ground(page: Page) -> int:
    """Return how bright the page is, 0 to 255."""
    return int(page.evaluate(_GROUND))


def test_the_appearance_follows_the_system_until_somebody_chooses(
    server: Server, browse: Browse
) -> None:
    page = opened(browse, server, "/console/", color_scheme="dark")
    assert ground(page) < 80
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    assert ground(page) > 200

    page.get_by_label("Appearance").select_option(label="Dark")
    expect(page.locator("html")).not_to_have_attribute("data-theme-of-system", "")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert ground(page) < 80

    elsewhere = opened(browse, server, "/console/", color_scheme="light")
    expect(elsewhere.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert ground(elsewhere) < 80
    hers = opened(browse, server, "/console/", name=REPORTER, color_scheme="light")
    assert ground(hers) > 200


def test_without_script_the_chosen_appearance_counts_too(server: Server, browse: Browse) -> None:
    page = opened(browse, server, "/console/help", script=False)
    page.get_by_label("Appearance").select_option(label="Dark")
    page.get_by_role("button", name="Apply").click()

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(heading(page)).to_have_text("Help")
    assert ground(page) < 80


def test_the_language_is_kept_with_the_user(server: Server, browse: Browse) -> None:
    page = opened(browse, server, "/console/options")
    page.get_by_label("Language").select_option(label="Deutsch")
    expect(heading(page)).to_have_text("Optionen")

    elsewhere = opened(browse, server, "/console/options", language="sv")
    expect(heading(elsewhere)).to_have_text("Optionen")
    hers = opened(browse, server, "/console/options", name=REPORTER, language="sv")
    expect(hers.locator("html")).to_have_attribute("lang", "sv")


# Stale pages, double clicks, two at once


def test_who_was_signed_out_in_another_tab_is_told_and_comes_back(
    server: Server, browse: Browse
) -> None:
    page = opened(browse, server, OPTIONS)
    other = page.context.new_page()
    other.goto("/console/")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_text("You are signed out.")).to_be_visible()

    page.get_by_label("Synchronize daily at").check()
    page.get_by_role("button", name=ENGLISH.save_settings).click()
    expect(page.get_by_role("status")).to_contain_text("Your session has ended")
    sign_in(page)

    expect(heading(page)).to_have_text(ENGLISH.synchronization_options)
    expect(page.get_by_label("Synchronize manually")).to_be_checked()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_double_click_does_a_thing_once(
    server: Server, lab: RunningLab, browse: Browse, script: bool
) -> None:
    server.point_at(lab)
    page = opened(browse, server, OPTIONS, script=script)
    page.get_by_label("Synchronize daily at").check()
    page.get_by_role("button", name=ENGLISH.save_settings).dblclick()
    ok = page.get_by_role("alertdialog").get_by_role("button", name=ENGLISH.ok, exact=True)
    expect(ok).to_be_visible()
    ok.dblclick()
    expect(page.get_by_role("status").first).to_contain_text(re.compile("saved"))
    expect(page.get_by_label("Synchronize daily at")).to_be_checked()

    page.get_by_role("button", name=ENGLISH.synchronize_now, exact=True).dblclick()
    expect(page.get_by_role("progressbar")).to_be_visible()
    watch_the_end(page)
    assert len(runs(server)) == 1


def test_the_second_administrator_sees_what_the_first_has_changed(
    server: Server, browse: Browse
) -> None:
    server.done("users", "add", "berta", "--role", "administrator", stdin=PASSWORD + "\n")
    alice, berta = (opened(browse, server, OPTIONS, name=name) for name in (ADMINISTRATOR, "berta"))

    alice.get_by_label("Synchronize daily at").check()
    save(alice)
    berta.get_by_label(ENGLISH.use_proxy).check()
    seed._box(berta, ENGLISH.proxy_server).get_by_label(ENGLISH.proxy_name).fill("proxy")
    berta.get_by_role("button", name=ENGLISH.save_settings).click()

    warning = berta.get_by_role("alert")
    expect(warning).to_contain_text("Schedule: Synchronize daily (until now: Synchronize manually)")
    expect(warning).to_contain_text(f"changed by {ADMINISTRATOR}")
    expect(berta.get_by_label("Synchronize daily at")).to_be_checked()
    expect(seed._box(berta, ENGLISH.proxy_server).get_by_label(ENGLISH.proxy_name)).to_have_value(
        "proxy"
    )
    save(berta)
    expect(berta.get_by_role("status").first).to_contain_text("Proxy server name: proxy")
    assert server.done("settings", "get", "schedule.mode").strip() == "daily"


def save(page: Page) -> None:
    page.get_by_role("button", name=ENGLISH.save_settings).click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_role("button", name=ENGLISH.ok, exact=True).click()
    expect(dialog).to_have_count(0)
