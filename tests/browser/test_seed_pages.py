"""The two pages our user started from, followed word for word in a browser.

The proxy is a real squid that wants a password; behind it stands the pretend Microsoft Update. Each
numbered step of the pages is one function here, in the page's own words.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import Browse, Server, sign_in
from tests.browser.seed_words import ENGLISH, GERMAN, SeedWords
from tests.squid import DOMAIN, PASSWORD, USER, Squid, Squids

BOTH = pytest.mark.parametrize("say", [ENGLISH, GERMAN], ids=["english", "german"])


@BOTH
def test_following_both_pages_ends_with_the_list_of_updates(
    office: Server, bed: Squids, browse: Browse, say: SeedWords
) -> None:
    squid = bed["basic"]
    page = browse(office, language=say.language).page()

    open_the_console(page, say)
    # To specify a proxy server
    click_options_and_synchronization_options(page, say)  # step 1
    select_the_proxy_and_type_its_name_and_port(page, say, squid)  # step 2
    give_user_credentials_and_allow_basic(page, say)  # step 3
    save_settings_and_click_ok(page, say)  # step 4
    # To specify WSUS language options
    click_options_and_synchronization_options(page, say)  # step 1
    click_advanced_read_the_warning_and_click_ok(page, say)  # step 2
    select_languages_and_click_ok(page, say)  # step 3
    # To synchronize your WSUS server
    click_options_and_synchronization_options(page, say)  # step 1
    click_synchronize_now(page, say)  # step 2
    # When it has ended, the list of updates
    await_the_end(page)
    click_updates_and_see_the_list(page, say)

    assert squid.lines(), "nothing went through the proxy"
    settings = office.done("settings", "get", "languages.selected")
    assert settings.strip() == "de,en"


def open_the_console(page: Page, say: SeedWords) -> None:
    page.goto("/WSUSAdmin")
    sign_in(page, language=say.language)
    expect(page).to_have_url(re.compile("/console/"))


def click_options_and_synchronization_options(page: Page, say: SeedWords) -> None:
    toolbar = page.get_by_role("navigation").first
    toolbar.get_by_role("link", name=say.options, exact=True).click()
    page.get_by_role("main").get_by_role(
        "link", name=say.synchronization_options, exact=True
    ).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say.synchronization_options)


def select_the_proxy_and_type_its_name_and_port(page: Page, say: SeedWords, squid: Squid) -> None:
    box = _box(page, say.proxy_server)
    expect(box.get_by_label(say.proxy_port, exact=True)).to_have_value("80")
    box.get_by_label(say.use_proxy, exact=True).check()
    box.get_by_label(say.proxy_name, exact=True).fill("127.0.0.1")
    box.get_by_label(say.proxy_port, exact=True).fill(str(squid.port))


def give_user_credentials_and_allow_basic(page: Page, say: SeedWords) -> None:
    box = _box(page, say.proxy_server)
    expect(box.get_by_label(say.user_name, exact=True)).to_be_disabled()
    box.get_by_label(say.use_credentials, exact=True).check()
    box.get_by_label(say.user_name, exact=True).fill(USER)
    box.get_by_label(say.domain, exact=True).fill(DOMAIN)
    box.get_by_label(say.password, exact=True).fill(PASSWORD)
    box.get_by_label(say.allow_basic, exact=True).check()


def save_settings_and_click_ok(page: Page, say: SeedWords) -> None:
    expect(page.get_by_role("heading", name=say.tasks, exact=True)).to_be_visible()
    page.get_by_role("button", name=say.save_settings, exact=True).click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_role("button", name=say.ok, exact=True).click()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    expect(page.get_by_role("status").first).to_be_visible()
    assert PASSWORD not in page.content()


def click_advanced_read_the_warning_and_click_ok(page: Page, say: SeedWords) -> None:
    box = _box(page, say.update_files_and_languages)
    box.get_by_role("link", name=say.advanced, exact=True).click()
    page.get_by_role("button", name=say.ok, exact=True).or_(
        page.get_by_role("link", name=say.ok, exact=True)
    ).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say.advanced_options)


def select_languages_and_click_ok(page: Page, say: SeedWords) -> None:
    box = _box(page, say.languages)
    # "where Locale is the name of the server locale"
    locale = re.compile("^" + re.escape(say.match_locale))
    expect(box.get_by_role("radio", name=locale)).to_be_visible()
    expect(box.get_by_label(say.all_languages, exact=True)).to_be_checked()
    box.get_by_label(say.selected_languages, exact=True).check()
    box.get_by_role("checkbox", name=re.compile("^" + say.german)).check()
    box.get_by_role("checkbox", name=re.compile("^" + say.english)).check()
    for other in box.locator("input[type=checkbox]:checked").all():
        if other.get_attribute("value") not in ("de", "en"):
            other.uncheck()
    page.get_by_role("button", name=say.ok, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say.synchronization_options)


def click_synchronize_now(page: Page, say: SeedWords) -> None:
    page.get_by_role("button", name=say.synchronize_now, exact=True).click()
    ok = page.get_by_role("alertdialog").get_by_role("button", name=say.ok, exact=True)
    progress = page.get_by_role("progressbar")
    expect(ok.or_(progress).first).to_be_visible()
    if ok.is_visible():
        ok.click()


def await_the_end(page: Page) -> None:
    """Its counts link to the list of updates."""
    expect(page.locator("a[href*='brought=new']").first).to_be_visible(timeout=90_000)


def click_updates_and_see_the_list(page: Page, say: SeedWords) -> None:
    toolbar = page.get_by_role("navigation").first
    toolbar.get_by_role("link", name=say.updates, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say.updates)
    expect(page.locator("table tbody tr").nth(5)).to_be_visible()


def _box(page: Page, title: str) -> Locator:
    """Return the box of a page with this title."""
    return (
        page.get_by_role("region", name=title, exact=True)
        .or_(page.get_by_role("group", name=title, exact=True))
        .first
    )
