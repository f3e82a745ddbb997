"""Every page in both themes: no serious accessibility violation, no complaint of the browser
(conftest watches), everything there for who has no script, and room for the longest words (German
and Swedish) on a telephone.
"""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.browser.conftest import REPORTER, Browse, Server, serving, sign_in
from tests.browser.pages import pages
from tests.upstream_lab import running_upstream

SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has synchronized, shared by the tests here: none of them changes it."""
    data = tmp_path_factory.mktemp("busy") / "data"
    with running_upstream() as lab, serving(data) as server:
        server.add_users()
        server.point_at(lab)
        server.done("sync", "now", "--yes")
        yield server


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_accessibility_violation(
    busy: Server, browse: Browse, scheme: str
) -> None:
    page = browse(busy, color_scheme=scheme).page()
    page.goto("/console/")
    sign_in(page)
    found = []
    for address in pages(busy):
        page.goto(address)
        violations = Axe().run(page).response["violations"]
        found += [
            f"{address}: {one['id']}: {one['nodes'][0]['html'][:200]}"
            for one in violations
            if one["impact"] in SERIOUS
        ]

    assert not found, "\n".join(found)


def test_sign_in_page_has_no_serious_accessibility_violation(busy: Server, browse: Browse) -> None:
    page = browse(busy).page()
    for address in ("/console/sign-in", "/console/certificate"):
        page.goto(address)
        violations = Axe().run(page).response["violations"]

        assert [one["id"] for one in violations if one["impact"] in SERIOUS] == []


@pytest.mark.parametrize("language", ["de", "sv"])
def test_every_page_has_one_heading_and_fits_a_telephone(
    busy: Server, browse: Browse, language: str
) -> None:
    page = browse(busy, language=language, viewport={"width": 390, "height": 844}).page()
    page.goto("/console/")
    sign_in(page, language=language)
    for address in pages(busy):
        page.goto(address)

        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 1, f"{address} is {overflow} pixels too wide"


def test_every_page_works_without_script(busy: Server, browse: Browse) -> None:
    page = browse(busy, script=False).page()
    page.goto("/console/")
    sign_in(page)
    for address in pages(busy):
        answer = page.goto(address)

        assert answer is not None
        assert answer.status == 200, address
        expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_a_reporter_sees_every_page_and_can_send_no_form(busy: Server, browse: Browse) -> None:
    page = browse(busy).page()
    page.goto("/console/")
    sign_in(page, name=REPORTER)
    own = {"/console/preferences", "/console/sign-out", "/console/account/password"}
    own |= {"/console/account/sessions", "/console/sign-in", "/console/link"}
    for address in pages(busy):
        page.goto(address)
        sent = page.eval_on_selector_all(
            "form[method=post] button:not([disabled])",
            "buttons => buttons.map(one => new URL("
            "one.getAttribute('formaction') || one.form.action, location).pathname)",
        )

        assert set(sent) <= own, address


def test_what_is_set_can_be_printed_without_buttons_and_menus(busy: Server, browse: Browse) -> None:
    page = browse(busy).page()
    page.goto("/console/")
    sign_in(page)
    page.emulate_media(media="print")
    options = "/console/options/synchronization"
    for address, printed, left_out in (
        (options, "#proxy-heading", "header, .tasks, .footer"),
        (f"{options}/classifications", "main input[type=checkbox] >> nth=0", "header, main .btn"),
        ("/console/updates", "table tbody tr >> nth=0", "header, .updates-filter, .pagination"),
        ("/console/synchronizations", "table tbody tr >> nth=0", "header, #result"),
    ):
        page.goto(address)

        expect(page.locator(printed)).to_be_visible()
        assert not [one for one in page.locator(left_out).all() if one.is_visible()], address
