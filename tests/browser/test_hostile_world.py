"""A world whose texts are hostile, in a browser: nothing runs, and a telephone is wide enough."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Browse, Server, serving, sign_in
from tests.commands import ANY_DISK
from tests.hostile_world import SCRIPT, World, fill

from headgate.bootstrap import open_home

TELEPHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, World]]:
    """A server whose catalogue is hostile; tests here only look."""
    data = tmp_path_factory.mktemp("hostile") / "data"
    home = open_home(data, ANY_DISK)
    world = fill(home.engine)
    home.engine.dispose()
    with serving(data) as server:
        server.add_users()
        yield server, world


def pages(world: World) -> list[str]:
    """Return the pages where texts of the world stand."""
    return [
        "/console/",
        "/console/updates",
        f"/console/updates?product={world.product}&classification={world.classification}",
        f"/console/updates/{world.update.update_id}",
        f"/console/updates/{world.update}/licence",
        "/console/synchronizations",
        f"/console/synchronizations/{world.run}",
        "/console/options/synchronization",
        "/console/options/synchronization/products",
        "/console/options/synchronization/classifications",
        "/console/set-up",
        "/console/set-up/products",
        "/console/set-up/classifications",
        "/console/set-up/begin",
    ]


def too_wide(page: Page) -> int:
    """Return by how many pixels a page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_10000_characters_without_a_blank_fit_a_telephone(
    hostile: tuple[Server, World], browse: Browse
) -> None:
    server, world = hostile
    page = browse(server, viewport=TELEPHONE).page()
    page.goto("/console/")
    sign_in(page)
    found = {}
    for address in pages(world):
        page.goto(address)
        for details in page.locator("main details:not([open]) > summary").all():
            if details.is_visible():
                details.click()

        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        if (pixels := too_wide(page)) > 1:
            found[address] = pixels

    assert found == {}


def test_nothing_of_a_text_runs_or_leads_elsewhere(
    hostile: tuple[Server, World], browse: Browse
) -> None:
    """The browser's complaints fail the test too: a policy that had to step in is one."""
    server, world = hostile
    page = browse(server).page()
    page.on("dialog", lambda dialog: pytest.fail(f"a text has run: {dialog.message}"))
    page.goto("/console/")
    sign_in(page)
    for address in pages(world):
        page.goto(address)

        for link in page.locator("main a").all():
            href = link.get_attribute("href") or ""
            assert href.startswith(("/console/", "#", "https://")), f"{address}: {href[:80]}"
    page.goto(f"/console/updates/{world.update.update_id}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(SCRIPT)
