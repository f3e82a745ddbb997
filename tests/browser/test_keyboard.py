"""The console with the keyboard alone: its keys, and the seed page from one Tab to the next."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.browser import test_seed_pages as seed
from tests.browser.conftest import ADMINISTRATOR, PASSWORD, Browse, Server, heading, opened, serving
from tests.browser.seed_words import ENGLISH
from tests.squid import DOMAIN, USER, Squids
from tests.squid import PASSWORD as PROXY_PASSWORD
from tests.upstream_lab import running_upstream


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has synchronized; tests here only look."""
    data = tmp_path_factory.mktemp("busy") / "data"
    with running_upstream() as lab, serving(data) as server:
        server.add_users()
        server.point_at(lab)
        server.done("sync", "now", "--yes")
        yield server


def test_question_mark_shows_the_help_and_escape_harms_nothing(
    busy: Server, browse: Browse
) -> None:
    page = opened(browse, busy, "/console/updates")
    search = page.locator("[data-search]")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("edge?jk/")
    expect(search).to_have_value("edge?jk/")  # keys typed into a field are text
    expect(search).to_be_focused()
    page.keyboard.press("Escape")
    expect(heading(page)).to_have_text("Updates")

    page.goto("/console/synchronizations")
    page.keyboard.press("j")
    expect(page.locator("[data-row] a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-row] a").first).to_be_focused()
    page.keyboard.press("Control+j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(heading(page)).to_contain_text("Synchronization number")

    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(heading(page)).to_have_text("Help")
    page.wait_for_load_state()
    page.keyboard.press("/")
    expect(page).to_have_url(re.compile("/console/updates"))


_FOCUSED = """() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return null;
  const label = one.getAttribute("aria-label") ?? (one.labels && one.labels[0]
    ? one.labels[0].innerText : one.innerText);
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const all = [...document.querySelectorAll("*")];
  return {
    name: label.trim(),
    at: all.indexOf(one),
    isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
      || style.boxShadow !== "none",
    isOnScreen: box.bottom > 0 && box.top < innerHeight && box.width > 0,
  };
}"""


def tab_to(page: Page, name: str, *, most: int = 150) -> None:
    """Press Tab until something of this name has the focus; each stop must be seen, in order."""
    before = -1
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUSED)
        if stop is None:  # through the page once and round again
            before = -1
            continue
        assert stop["at"] > before, f"Tab jumps back to {stop['name']!r}"
        assert stop["isSeen"], f"nothing shows that {stop['name']!r} has the focus"
        assert stop["isOnScreen"], f"{stop['name']!r} has the focus out of sight"
        before = stop["at"]
        if stop["name"] == name:
            return
    pytest.fail(f"Tab never reaches {name!r}")


def test_the_seed_page_works_with_the_keyboard_alone(
    office: Server, bed: Squids, browse: Browse
) -> None:
    say, press = ENGLISH, "Enter"
    page = browse(office, reduced_motion="reduce").page()  # else it would scroll for a while
    page.goto("/WSUSAdmin")
    page.keyboard.type(ADMINISTRATOR)  # the field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press(press)
    expect(heading(page)).to_have_text("Home")

    for name in (say.options, say.synchronization_options):
        tab_to(page, name)
        page.keyboard.press(press)
        expect(heading(page)).to_have_text(name)
    tab_to(page, say.use_proxy)
    page.keyboard.press("Space")
    for name, typed in ((say.proxy_name, "127.0.0.1"), (say.proxy_port, str(bed["basic"].port))):
        tab_to(page, name)
        page.keyboard.press("Control+a")
        page.keyboard.type(typed)
    tab_to(page, say.use_credentials)
    page.keyboard.press("Space")
    credentials = ((say.user_name, USER), (say.domain, DOMAIN), (say.password, PROXY_PASSWORD))
    for name, typed in credentials:
        tab_to(page, name)
        page.keyboard.type(typed)
    tab_to(page, say.allow_basic)
    page.keyboard.press("Space")
    page.keyboard.press(press)  # sends the form
    ok = page.get_by_role("alertdialog").get_by_role("button", name=say.ok, exact=True)
    expect(ok).to_be_focused()
    page.keyboard.press(press)
    expect(page.get_by_role("status").first).to_contain_text("The settings are saved.")

    tab_to(page, say.advanced)
    page.keyboard.press(press)
    warning = page.get_by_role("alertdialog", name="Read this first")
    expect(warning.get_by_role("button", name=say.ok, exact=True)).to_be_focused()
    page.keyboard.press(press)
    expect(heading(page)).to_have_text(say.advanced_options)
    tab_to(page, say.all_languages)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label(say.selected_languages, exact=True)).to_be_checked()
    for code in ("German (de)", "English (en)"):
        box = page.get_by_role("checkbox", name=code, exact=True)
        if not box.is_checked():
            tab_to(page, code)
            page.keyboard.press("Space")
    tab_to(page, say.ok)
    page.keyboard.press(press)
    expect(heading(page)).to_have_text(say.synchronization_options)

    tab_to(page, say.synchronize_now)
    page.keyboard.press(press)
    seed.await_the_end(page)
    tab_to(page, say.updates)
    page.keyboard.press(press)
    expect(heading(page)).to_have_text(say.updates)
    assert bed["basic"].lines(), "nothing went through the proxy"
