"""Looking for updates in a browser with script: the list follows while somebody types."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Browse, Server, serving, sign_in
from tests.upstream_lab import running_upstream


@pytest.fixture(scope="module")
def synchronized(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has synchronized; tests here only look."""
    data = tmp_path_factory.mktemp("live") / "data"
    with running_upstream() as lab, serving(data) as server:
        server.add_users()
        server.point_at(lab)
        server.done("sync", "now", "--yes")
        yield server


@pytest.fixture
def page(synchronized: Server, browse: Browse) -> Page:
    """The list of updates."""
    page = browse(synchronized).page()
    page.goto("/console/updates")
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Updates")
    return page


def test_the_list_follows_the_search_and_the_address_can_be_kept(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("edge")

    chip = page.get_by_role("link", name="Search: edge (remove this filter)")
    expect(chip).to_be_visible()
    expect(page).to_have_url(re.compile(r"/console/updates\?text=edge$"))
    expect(page.get_by_label(re.compile("^Search titles"))).to_be_focused()
    rows = page.locator("tr[data-row]")
    found = rows.count()
    page.reload()
    expect(rows).to_have_count(found)
    expect(page.get_by_label(re.compile("^Search titles"))).to_have_value("edge")


def test_a_ticked_filter_counts_at_once_and_its_chip_takes_it_back(page: Page) -> None:
    page.get_by_text("More filters").click()
    page.get_by_role("checkbox", name="Critical", exact=True).check()

    chip = page.get_by_role("link", name="Severity: Critical (remove this filter)")
    expect(chip).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?severity=critical$"))
    chip.click()
    expect(page).to_have_url(re.compile(r"/console/updates$"))
    page.get_by_text("More filters").click()
    expect(page.get_by_role("checkbox", name="Critical", exact=True)).not_to_be_checked()


def test_j_and_k_walk_the_updates_and_enter_opens_one(page: Page) -> None:
    titles = page.locator("tr[data-row] .updates-title a")
    for key, at in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(titles.nth(at)).to_be_focused()
    title = titles.nth(1).inner_text()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_a_problem_in_the_address_is_shown_without_a_complaint_of_the_browser(page: Page) -> None:
    page.goto("/console/updates?arrived_since=abc&product=nowhere")

    expect(page.get_by_text("'abc' is no date. Write it as 2026-11-20.")).to_be_visible()
    expect(page.get_by_text("There is no product 'nowhere' here.")).to_be_visible()
