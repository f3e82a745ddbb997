"""The live part of a page, in a browser: two windows, a restart, no script."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect
from tests.browser.conftest import Browse, Server, serving, sign_in
from tests.holding_source import HoldingSource, holding_source
from tests.upstream_lab import RunningLab

#: Milliseconds a synchronization with the lab may take.
PATIENCE = 60_000


@pytest.fixture
def source() -> Iterator[HoldingSource]:
    """A source that keeps a synchronization under way."""
    with holding_source() as holding:
        yield holding


def _home(server: Server, browse: Browse, **how: bool) -> Page:
    page = browse(server, **how).page()
    page.goto("/console/")
    sign_in(page)
    return page


def _point_at(server: Server, source: HoldingSource) -> None:
    place = (f"source.host={source.host}", f"source.port={source.port}")
    server.done("settings", "set", "source.kind=upstream", *place, "source.tls=false")


def _synchronize(page: Page) -> None:
    page.get_by_role("button", name="Synchronize now").first.click()


def test_what_one_window_starts_another_shows_and_can_stop(
    server: Server, source: HoldingSource, browse: Browse
) -> None:
    _point_at(server, source)
    here, there = _home(server, browse), _home(server, browse)

    _synchronize(here)
    status = there.locator("#progress [role=status]")
    expect(status).to_contain_text("Synchronizing: ", timeout=PATIENCE)
    expect(status).to_contain_text("Started by alice.")

    here.reload()
    there.get_by_role("button", name="Stop").click()
    expect(here.locator("#progress")).to_contain_text("is being stopped")
    source.let_go()

    for page in (here, there):
        expect(page.locator("#progress")).to_contain_text("Cancelled", timeout=PATIENCE)
        expect(page.locator("#attention")).to_contain_text("was stopped before its end")


def test_the_live_part_changes_in_place_and_asks_as_a_timer_does(
    server: Server, source: HoldingSource, browse: Browse
) -> None:
    _point_at(server, source)
    page = _home(server, browse)
    _synchronize(page)
    expect(page.locator("#progress")).to_contain_text("Synchronizing: ", timeout=PATIENCE)
    stop = page.get_by_role("button", name="Stop")
    stop.focus()

    asked: list[Request] = []
    for _ in range(3):
        with page.expect_request(re.compile("/console/progress")) as look:
            pass
        asked.append(look.value)

    assert all(request.headers.get("headgate-timer") == "yes" for request in asked)
    expect(stop).to_be_focused()


def test_a_restart_of_the_server_forgets_no_synchronization(
    tmp_path: Path, source: HoldingSource, browse: Browse
) -> None:
    with serving(tmp_path / "data") as first:
        first.add_users()
        _point_at(first, source)
        page = _home(first, browse)
        _synchronize(page)
        expect(page.locator("#progress")).to_contain_text("Synchronizing: ", timeout=PATIENCE)
        page.goto("about:blank")  # nothing asks while no server answers

    with serving(tmp_path / "data") as second:
        page.goto(f"{second.address}/console/")

        expect(page.locator("#progress")).to_contain_text("Started by alice.")
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        page.goto("about:blank")


def test_the_end_leads_to_what_was_brought(server: Server, lab: RunningLab, browse: Browse) -> None:
    server.point_at(lab)
    page = _home(server, browse)
    _synchronize(page)

    link = page.locator("#progress").get_by_role("link", name=re.compile(r"^\d+ new updates$"))
    expect(link).to_be_visible(timeout=PATIENCE)
    count = (link.text_content() or "").split()[0]
    expect(page.locator("#numbers")).to_contain_text("Updates by classification")
    link.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Updates")
    expect(page.locator("#results")).to_contain_text(f"{count} updates")


def test_without_script_the_page_loads_itself_until_the_end(
    server: Server, lab: RunningLab, browse: Browse
) -> None:
    server.point_at(lab)
    page = _home(server, browse, script=False)

    _synchronize(page)

    expect(page.locator("#progress")).to_contain_text("Succeeded", timeout=PATIENCE)
    expect(page.locator("#numbers svg")).to_be_visible()
