"""The set-up of an empty installation, in a browser with script: everything happens live."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.browser.conftest import Browse, Server, sign_in
from tests.upstream_lab import RunningLab

#: Milliseconds a synchronization with the lab may take.
PATIENCE = 60_000


def test_an_empty_installation_is_set_up_without_loading_a_page_again(
    server: Server, lab: RunningLab, browse: Browse, tmp_path: Path
) -> None:
    page = browse(server).page()
    page.goto("/console/set-up")
    sign_in(page)
    page.get_by_role("link", name="Begin", exact=True).click()

    name_the_source(page, lab)
    go_on(page, "Proxy server")
    go_on(page, "Start Connecting")
    connect(page)
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Languages")
    go_on(page, "Products")
    choose_windows_11_in_the_tree(page, tmp_path)
    go_on(page, "Classifications")
    go_on(page, "Schedule")
    go_on(page, "Begin initial synchronization")
    begin(page)

    assert server.done("products", "list", "--json").count('"selected": true') == 1


def name_the_source(page: Page, lab: RunningLab) -> None:
    page.get_by_label("Synchronize from an upstream Windows Server Update Services server").check()
    page.get_by_label("Server name").fill(lab.host)
    page.get_by_label("Port number").fill(str(lab.port))
    page.get_by_label("Use SSL when synchronizing update information").uncheck()


def go_on(page: Page, heading: str) -> None:
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def connect(page: Page) -> None:
    page.get_by_role("button", name="Start Connecting").click()
    expect(page.get_by_text("The source offers")).to_be_visible(timeout=PATIENCE)


def choose_windows_11_in_the_tree(page: Page, pictures: Path) -> None:
    tree = page.locator("#products-tree")
    windows, first = (
        tree.get_by_label("Windows", exact=True),
        tree.get_by_label("Windows 11", exact=True),
    )
    assert windows.is_disabled()
    page.get_by_label("Only the products ticked below").check()

    windows.check()
    assert first.is_checked()
    expect(tree.get_by_text(re.compile(r"all \d+ selected, and future ones"))).to_be_attached()
    page.get_by_label("Search products").press_sequentially("windows 11")
    expect(tree.get_by_label("Windows 10", exact=True)).to_be_hidden()
    first.uncheck()
    assert not windows.is_checked()
    assert windows.evaluate("box => box.indeterminate")
    windows.check()
    windows.uncheck()
    first.check()
    expect(page.get_by_text(re.compile(r"^1 of \d+ products selected$"))).to_be_visible()
    page.screenshot(path=os.environ.get("H6_PICTURE", str(pictures / "tree.png")), full_page=True)


def begin(page: Page) -> None:
    expect(page.get_by_text("Size of the documents")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Begin initial synchronization").click()
    expect(page.get_by_text("the set-up is complete")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Look at the updates").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Updates")
