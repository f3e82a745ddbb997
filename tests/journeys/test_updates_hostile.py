"""The Updates pages over a world whose texts are hostile."""

from collections.abc import Iterator

import pytest
from tests.cast import a_category, a_revision, an_identity
from tests.console import Browser, ConsoleLab, Page, new_console
from tests.published import publish

from headgate.catalogue.files import UpdateFile
from headgate.catalogue.revisions import (
    CategoryType,
    DriverMetadata,
    LocalizedText,
    PrerequisiteClause,
    Revision,
    UpdateKind,
)

SCRIPT = "<script>alert(1)</script>"
HOSTILE = {
    "script": f'{SCRIPT}"><img src=x onerror=alert(1)>',
    "long": "W" * 10_000,
    "braces": "{0} {name} {{ 7*7 }} %s %(x)s",
    "right-to-left": "\N{RIGHT-TO-LEFT OVERRIDE}תיקון\N{HEBREW LETTER ALEF} gpj.exe",
    "control": "a\x85b\x9f\ufeffc\td",
    "emoji": "\N{PILE OF POO}\N{COMBINING ACUTE ACCENT}" * 50,
}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleLab]:
    with new_console(tmp_path_factory.mktemp("hostile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def reporter(console: ConsoleLab) -> Browser:
    return console.reporter()


def hostile_world(text: str) -> list[Revision]:
    """A classification, a product and three related updates, all of whose words are ``text``."""
    kind = a_category(text, CategoryType.CLASSIFICATION, handler="Category")
    product = a_category(text, CategoryType.PRODUCT, handler="Category")
    named = tuple(
        PrerequisiteClause(any_of=(one.identity.update_id,), is_category=True)
        for one in (kind, product)
    )
    words = LocalizedText(
        language="en",
        title=text,
        description=text,
        uninstall_notes=text,
        more_info_url=f"https://example.invalid/{text}",
        support_url=f"javascript:{text}",
    )
    old = a_revision(title=text, prerequisites=named)
    driver = Revision(
        identity=an_identity(),
        kind=UpdateKind.DRIVER,
        explicitly_deployable=True,
        texts=(words,),
        prerequisites=(*named, PrerequisiteClause(any_of=(old.identity.update_id,))),
        supersedes=(old.identity.update_id,),
        bundled=((old.identity,),),
        kb_articles=("5034441",),
        severity=text,
        handler=None,
        files=(UpdateFile(sha1=b"\3" * 20, sha256=None, name=text, size=1, patching_type=text),),
        drivers=(DriverMetadata(hardware_id=text, manufacturer=text, model=text),),
    )
    return [kind, product, old, driver]


def assert_harmless(page: Page) -> None:
    """Nothing of the texts became mark-up, and nobody follows an address that is no web address."""
    assert page.status == 200, page.words
    assert not page.document.cssselect("main script, main img, main [onerror]")
    addresses = [link.get("href") for link in page.document.cssselect("main a[href]")]
    assert all(href.startswith(("/", "#", "https://", "http://")) for href in addresses)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_shown_as_text(console: ConsoleLab, reporter: Browser, name: str) -> None:
    text = HOSTILE[name]
    kind, product, old, driver = world = hostile_world(text)
    publish(console.installation.engine, *world)
    listed = reporter.get(
        f"/console/updates?classification={kind.identity.update_id}"
        f"&product={product.identity.update_id}"
    )
    page = reporter.get(f"/console/updates/{driver.identity.update_id}")

    assert_harmless(listed)
    assert_harmless(page)
    assert len(listed.document.cssselect("tr[data-row]")) == 2
    beginning = " ".join(text.replace("\x85", "\ufffd").replace("\x9f", "\ufffd").split())[:60]
    assert beginning in listed.words
    assert beginning in page.heading
    for other in (old, kind, product):
        assert_harmless(reporter.get(f"/console/updates/{other.identity.update_id}"))


def test_a_title_of_10000_characters_is_cut_in_lists_and_whole_on_its_page(
    console: ConsoleLab, reporter: Browser
) -> None:
    fix = a_revision(title="Z" * 10_000)
    publish(console.installation.engine, fix)
    listed = reporter.get("/console/updates?text=zzz")
    page = reporter.get(f"/console/updates/{fix.identity.update_id}")

    assert max(map(len, listed.all(".updates-title"))) <= 160
    assert "Z" * 10_000 in page.words
    assert len(page.heading) <= 500


def test_what_was_typed_is_shown_as_text(reporter: Browser) -> None:
    typed = {"text": SCRIPT + '"onfocus="x', "kbs": f"</textarea>{SCRIPT} 5034441"}
    page = reporter.get("/console/updates").submit(typed, action="/updates")

    assert_harmless(page)
    form = page.form(action="/updates")
    assert {name: form.fields[name] for name in typed} == typed


def test_right_to_left_text_keeps_its_direction_to_itself(
    console: ConsoleLab, reporter: Browser
) -> None:
    publish(console.installation.engine, a_revision(title=HOSTILE["right-to-left"]))
    page = reporter.get("/console/updates?text=gpj")

    assert page.document.cssselect("tr[data-row] .updates-title a")[0].get("dir") == "auto"
