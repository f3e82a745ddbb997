"""A world whose texts are hostile, and one walk over every page of the console with it.

The documents are real ones and arrive in a real run of the history; the same text stands in every
place that the world outside fills.
"""

import re
from collections.abc import Iterator

import pytest
from lxml.html import HtmlElement
from tests.console import PASSWORD, Browser, ConsoleLab, Page, new_console
from tests.hostile_world import NAME, OVERRIDE, SCRIPT, World, fill

from headgate.services.people.roles import Role
from headgate.web.console.routes import ROUTES

_RAW_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post", "hx-replace-url")


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleLab]:
    with new_console(tmp_path_factory.mktemp("hostile")) as opened:
        opened.installation.home.accounts.add(
            NAME, role=Role.ADMINISTRATOR, password=PASSWORD, by=NAME
        )
        yield opened


@pytest.fixture(scope="module")
def world(console: ConsoleLab) -> World:
    return fill(console.installation.engine)


def _signed_in(console: ConsoleLab, language: str) -> Browser:
    browser = console.nobody(language)
    browser.client.headers["User-Agent"] = f"{SCRIPT} \"'>"
    fields = {"name": NAME, "password": PASSWORD}
    page = browser.get("/console/sign-in").submit(fields, with_field="password")
    assert page.status == 200, page.words
    return browser


def addresses(world: World) -> Iterator[str]:
    """Yield every address that can be looked at, also with hostile questions."""
    update = f"{world.update.update_id}/{world.update.revision_number}"
    values = {
        "id": world.update.update_id,
        "revision": str(world.update.revision_number),
        "id:int": str(world.run),
        "path:path": "x%3Cscript%3Ealert(1)%3C/script%3E%01",
    }
    for route in ROUTES:
        if route.method == "GET":
            yield re.sub(r"\{([^}]+)\}", lambda name: values[name[1]], route.address)
    asked = "%3Cscript%3Ealert(1)%3C/script%3E%22%27%3E%E2%80%AE%01"
    yield f"/console/updates?product={world.product}&classification={world.classification}"
    yield f"/console/updates?run={world.run}&brought=new"
    yield f"/console/updates?text={asked}&kbs={asked}&product={asked}&sort={asked}&run={asked}"
    yield f"/console/updates/{update}/licence?language={asked}"
    yield f"/console/synchronizations?result={asked}&since={asked}&by={asked}"
    yield f"/console/options/synchronization/products?search={asked}"
    yield f"/console/sign-in?why=out&next={asked}"
    yield f"/console/link?token={asked}"
    yield f"/console/progress?job={asked}&back={asked}"


def assert_harmless(page: Page) -> None:
    """Nothing of a text has become mark-up, an address or a control character."""
    where = page.address
    assert not _RAW_CONTROL.search(page.text.replace("\r\n", "\n").replace("\r", "")), where
    for element in page.document.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag not in ("img", "iframe", "object", "embed", "style", "base"), where
        if element.tag == "script":
            assert (element.get("src") or "").startswith("/console/static/"), where
            assert not element.text, where
        for name, value in element.attrib.items():
            assert not name.startswith(("on", "style")), f"{where}: {name}={value}"
            if name in _ADDRESSES:
                assert value.startswith(("/", "#", "https://", "http://")), f"{where}: {value}"
                assert not value.startswith("//"), f"{where}: {value}"


def _is_isolated(element: HtmlElement | None) -> bool:
    """Whether the direction of an element's text stays inside it."""
    while element is not None:
        in_tree = element.tag == "label" and element.xpath("ancestor::*[contains(@class, 'tree')]")
        # Of titles and lists of choices nothing is written on the same line.
        by_itself = element.tag in ("title", "desc", "text", "option", "bdi", "textarea")
        if element.get("dir") or by_itself or in_tree:
            return True
        element = element.getparent()
    return False


def running_over(page: Page) -> list[str]:
    """Return the texts that turn the direction of writing of more than themselves."""
    loose = []
    for element in page.document.iter():
        if not isinstance(element.tag, str):
            continue
        for text, around in ((element.text, element), (element.tail, element.getparent())):
            if text and OVERRIDE in text and not _is_isolated(around):
                loose.append(f"{page.address}: <{around.tag}> {text.strip()[:60]}")
    return loose


@pytest.mark.parametrize("language", ["en", "de", "sv"])
def test_every_page_shows_a_hostile_world_as_text(
    console: ConsoleLab, world: World, language: str
) -> None:
    browser = _signed_in(console, language)
    with_text, loose = set(), []
    for address in addresses(world):
        page = browser.get(address)

        # A link nobody made, a certificate that is not there yet, an address that is no page.
        may_be_missing = re.search(r"%3C|/link$|/certificate/|licence", address)
        assert page.status in ((200, 404, 410) if may_be_missing else (200,)), address
        if not page.headers["content-type"].startswith("text/html"):
            continue
        assert page.document.get("lang") == language
        assert_harmless(page)
        loose += running_over(page)
        if SCRIPT in page.words:
            with_text.add(address.partition("?")[0])
    assert len(with_text) > 30, "the texts are nowhere to be seen"
    assert not loose, "\n".join(loose)


def test_what_is_downloaded_is_no_page(console: ConsoleLab, world: World) -> None:
    browser = _signed_in(console, "en")
    table = browser.get("/console/synchronizations.csv")
    document = browser.get(f"/console/updates/{world.update}/document.xml")

    assert table.headers["content-type"].startswith("text/csv")
    assert document.headers["content-type"].startswith("application/xml")
    for file in (table, document):
        assert file.headers["content-disposition"].startswith("attachment")
        assert file.headers["x-content-type-options"] == "nosniff"


def test_forms_carry_hostile_choices_and_change_what_was_meant(
    console: ConsoleLab, world: World
) -> None:
    browser = _signed_in(console, "en")
    page = browser.get("/console/options/synchronization/products")
    page = page.submit({"mode": "selected", "product": [world.product]}, press="Save settings")

    assert_harmless(page)
    assert page.status == 200
    listed = browser.get("/console/options/synchronization/products").form("mode")
    assert listed.fields["mode"] == "selected"


def test_the_audit_of_a_hostile_name_reaches_the_second_administrator_as_text(
    console: ConsoleLab,
) -> None:
    first, second = _signed_in(console, "en"), console.administrator()
    page = second.get("/console/options/synchronization")
    asked = first.get("/console/options/synchronization").submit(
        {"schedule.mode": "daily"}, press="Save settings"
    )
    asked.submit(press="OK")

    refused = page.submit({"schedule.mode": "daily", "proxy.port": "81"}, press="Save settings")
    changed = second.get("/console/options/synchronization").submit(
        {"proxy.enabled": "true", "proxy.host": "proxy", "proxy.user": NAME}, press="Save settings"
    )

    for each in (asked, refused, changed):
        assert_harmless(each)
