"""A world whose texts are hostile, and one walk over every page of the console with it.

The documents are real ones and arrive in a real run of the history; the same text stands in every
place that the world outside fills.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from lxml.html import HtmlElement
from tests.cast import NOON, a_category, a_guid, an_identity
from tests.console import PASSWORD, Browser, ConsoleLab, Page, opened_console
from tests.installation import Installation
from tests.published import publish

from headgate.bootstrap import open_home
from headgate.catalogue.files import UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    Behavior,
    CategoryType,
    DriverMetadata,
    LocalizedText,
    PrerequisiteClause,
    Revision,
    UpdateKind,
)
from headgate.sentences import Sentence, kept
from headgate.services.people import Role
from headgate.storage import runs, transactions
from headgate.storage.runs import Problem
from headgate.web.console.routes import ROUTES

SCRIPT = "<script>alert(1)</script>"
OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"
HOSTILE = (
    f"{SCRIPT}\"'><img src=x onerror=alert(1)> {OVERRIDE}gpj.exe תיקון "
    "{0} {name} {{7*7}} {% raw %} %s a\x85b\x9f\ufeffc \\../../etc/passwd \N{PILE OF POO} "
    + "W"
    * 10_000
)
#: What somebody may be called: no control characters, at most 100 long.
NAME = f"{SCRIPT}\"'>&amp; {{0}} אבג %s"

_RAW_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post", "hx-replace-url")


def _named(*ids: str) -> tuple[PrerequisiteClause, ...]:
    return tuple(PrerequisiteClause(any_of=(each,), is_category=True) for each in ids)


def _texts(text: str) -> tuple[LocalizedText, ...]:
    return tuple(
        LocalizedText(
            language=language,
            title=text,
            description=text,
            uninstall_notes=text,
            more_info_url=f"javascript:alert(1)//{text}",
            support_url=f"https://example.invalid/{text}",
        )
        for language in ("en", "de", "sv")
    )


@dataclass(frozen=True)
class World:
    """Ids of what was published."""

    update: RevisionIdentity
    product: str
    classification: str
    run: int


def _categories(text: str) -> list[Revision]:
    """A company with a family with a product, and a classification."""
    company = a_category(text, CategoryType.COMPANY, prerequisites=_named(a_guid()))
    family = a_category(text, CategoryType.FAMILY, prerequisites=_named(company.identity.update_id))
    product = a_category(
        text, CategoryType.PRODUCT, prerequisites=_named(family.identity.update_id)
    )
    kind = a_category(text, CategoryType.CLASSIFICATION, prerequisites=_named(a_guid()))
    return [company, family, product, kind]


def _driver(text: str, old: Revision, *categories: str) -> Revision:
    """An update that says everything a document can say."""
    files = [("EXE", "en"), ("Express", "de")]
    return Revision(
        identity=an_identity(),
        kind=UpdateKind.DRIVER,
        explicitly_deployable=True,
        texts=_texts(text),
        prerequisites=(*_named(*categories), *_named(old.identity.update_id)),
        supersedes=(old.identity.update_id,),
        bundled=((old.identity,),),
        kb_articles=("5034441",),
        security_bulletins=(text,),
        cves=(text,),
        severity=text,
        languages=("all", text[:60]),
        more_info_urls=(f"javascript:{text}", f"data:text/html,{text}", "https://example.invalid/"),
        installation=Behavior(impact=text, reboot=text),
        uninstallation=Behavior(impact=text, reboot=text),
        eula_id=text[:60],
        files=tuple(
            UpdateFile(
                sha1=bytes([number]) * 20,
                sha256=None,
                name=text,
                size=1,
                patching_type=kind,
                languages=(language,),
                is_eula=number == 1,
            )
            for number, (kind, language) in enumerate(files)
        ),
        drivers=(
            DriverMetadata(
                hardware_id=text,
                driver_class=text,
                manufacturer=text,
                model=text,
                provider=text,
                version=text,
                version_date=text,
            ),
        ),
    )


def _fill(installation: Installation, text: str) -> World:
    """Publish the world in a run that fails for hostile reasons."""
    engine = installation.engine
    company, family, product, kind = categories = _categories(text)
    with transactions.write(engine) as conn:
        run = runs.begin_run(conn, scope="everything", source=text, started_by=NAME, at=NOON)
    old = Revision(
        identity=an_identity(),
        kind=UpdateKind.SOFTWARE,
        explicitly_deployable=True,
        texts=_texts(text),
        prerequisites=_named(product.identity.update_id, kind.identity.update_id),
    )
    ids = [one.identity.update_id for one in (product, kind)]
    new = _driver(text, old, *ids)
    publish(engine, *categories, old, new, run=run)
    with transactions.write(engine) as conn:
        for problem in ("call", "document", "file", "notice"):
            reason = kept(Sentence("{text} is not right.", text=text + "\x01\x1b[31m"))
            runs.note_problem(
                conn, run, Problem(kind=problem, subject=text, reason=reason, detail=text), at=NOON
            )
        runs.end_run(conn, run, result="failed", reason=text + "\x01\x1b", at=NOON)
    return World(
        update=new.identity,
        product=product.identity.update_id,
        classification=kind.identity.update_id,
        run=run,
    )


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleLab]:
    installation = Installation(open_home(tmp_path_factory.mktemp("hostile") / "data", {}))
    installation.home.accounts.add(NAME, role=Role.ADMINISTRATOR, password=PASSWORD, by=NAME)
    with opened_console(installation) as opened:
        yield opened
    installation.engine.dispose()


@pytest.fixture(scope="module")
def world(console: ConsoleLab) -> World:
    return _fill(console.installation, HOSTILE)


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
        if element.get("dir") == "auto" or by_itself or in_tree:
            return True
        element = element.getparent()
    return False


def assert_direction_stays(page: Page) -> None:
    """Text that turns the direction of writing turns nothing but itself."""
    loose = []
    for element in page.document.iter():
        for text, around in ((element.text, element), (element.tail, element.getparent())):
            if text and OVERRIDE in text and isinstance(element.tag, str):
                if not _is_isolated(around):
                    loose.append(f"{page.address}: <{around.tag}> {text.strip()[:60]}")
    assert not loose, "\n".join(loose)


@pytest.mark.parametrize("language", ["en", "de", "sv"])
def test_every_page_shows_a_hostile_world_as_text(
    console: ConsoleLab, world: World, language: str
) -> None:
    browser = _signed_in(console, language)
    with_text = set()
    for address in addresses(world):
        page = browser.get(address)

        assert page.status in ((200,) if "%3C" not in address else (200, 404, 410)), address
        if not page.headers["content-type"].startswith("text/html"):
            continue
        assert page.document.get("lang") == language
        assert_harmless(page)
        assert_direction_stays(page)
        if SCRIPT in page.words:
            with_text.add(address.partition("?")[0])
    assert len(with_text) > 30, "the texts are nowhere to be seen"


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
    assert_direction_stays(page)
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
