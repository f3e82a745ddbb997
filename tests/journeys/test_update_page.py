"""The page of one update: what its document says, in the reader's language."""

from collections.abc import Iterator

import pytest
from lxml import etree
from tests.cast import a_category, a_guid, a_revision, an_identity
from tests.console import Browser, ConsoleLab, Page, new_console
from tests.published import publish

from headgate.catalogue.files import UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    Behavior,
    CategoryType,
    LocalizedText,
    PrerequisiteClause,
    PublicationState,
    Revision,
)
from headgate.content.local import LocalStore

ENGLISH = LocalizedText(language="en", title="Fix for Example", description="Repairs\nthings.")
GERMAN = LocalizedText(
    language="de",
    title="Korrektur für Example",
    description="Repariert Dinge.",
    uninstall_notes="In der Systemsteuerung.",
    more_info_url="https://example.invalid/de",
    support_url="javascript:alert(1)",
)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleLab]:
    """An empty installation; each test publishes its own updates."""
    with new_console(tmp_path_factory.mktemp("update")) as opened:
        yield opened


@pytest.fixture(scope="module")
def reporter(console: ConsoleLab) -> Browser:
    return console.reporter()


def update(identity: RevisionIdentity | None = None, **facts: object) -> Revision:
    """An update with texts in two languages, unless told otherwise."""
    given: dict[str, object] = {"texts": (ENGLISH, GERMAN), **facts}
    return Revision(
        identity=identity or an_identity(),
        kind=a_revision().kind,
        explicitly_deployable=True,
        **given,  # type: ignore[arg-type]
    )


def address_of(revision: Revision) -> str:
    return f"/console/updates/{revision.identity.update_id}"


def section(page: Page, name: str) -> str:
    """The words of one section."""
    (said,) = page.all(f"#{name}")
    return said


def shown(console: ConsoleLab, browser: Browser, revision: Revision) -> Page:
    publish(console.installation.engine, revision)
    return browser.get(address_of(revision))


def test_a_german_reader_reads_german_and_a_swedish_one_is_told_it_is_english(
    console: ConsoleLab,
) -> None:
    fix = update()
    publish(console.installation.engine, fix)
    german = console.reporter("de").get(address_of(fix))
    swedish = console.reporter("sv").get(address_of(fix))

    assert german.heading == "Korrektur für Example"
    assert "Repariert Dinge." in section(german, "description")
    assert "In der Systemsteuerung." in section(german, "description")
    assert swedish.heading == "Fix for Example"
    assert "engelska" in section(swedish, "description")


def test_without_the_readers_language_the_documents_own_comes_before_english(
    console: ConsoleLab,
) -> None:
    fix = update(default_language="de")
    publish(console.installation.engine, fix)
    swedish = console.reporter("sv")

    assert swedish.get(address_of(fix)).heading == "Korrektur für Example"
    listed = swedish.get("/console/updates?text=korrektur").all(".updates-title")
    assert "Korrektur für Example" in listed


def test_the_page_says_everything_the_document_says(console: ConsoleLab, reporter: Browser) -> None:
    kind = a_category("Security Updates", CategoryType.CLASSIFICATION, handler="Category")
    product = a_category("Windows 11", CategoryType.PRODUCT, handler="Category")
    publish(console.installation.engine, kind, product)
    fix = update(
        prerequisites=tuple(
            PrerequisiteClause(any_of=(one.identity.update_id,), is_category=True)
            for one in (kind, product)
        ),
        kb_articles=("5034441",),
        security_bulletins=("MS16-001",),
        cves=("CVE-2026-1",),
        severity="Critical",
        installation=Behavior(
            reboot="AlwaysRequiresReboot",
            impact="RequiresExclusiveHandling",
            can_request_user_input=True,
        ),
        uninstallation=Behavior(reboot="NeverReboots"),
        languages=("de", "sv"),
        more_info_urls=("https://example.invalid/kb", "file:///etc/passwd"),
        support_url="http://example.invalid/support",
        files=(
            UpdateFile(
                sha1=b"\1" * 20,
                sha256=b"\2" * 32,
                name="fix.cab",
                size=1_234_567,
                patching_type="SelfContained",
            ),
        ),
    )
    page = shown(console, reporter, fix)

    overview = section(page, "overview")
    for said in ("Not approved", "Security Updates", "Windows 11", "5034441", "MS16-001"):
        assert said in overview
    for said in ("CVE-2026-1", "Critical", fix.identity.update_id):
        assert said in overview
    assert section(page, "prerequisites").endswith(
        "Is classified as Security Updates. Is for the product Windows 11."
    )
    files = section(page, "files")
    for said in ("fix.cab", "1.2 MB", "01" * 20, "02" * 32, "SelfContained", "Not yet"):
        assert said in files
    installation = section(page, "installation")
    assert "Always" in installation
    assert "Must be installed by itself" in installation
    assert "Can be removed yes" in installation
    assert "When it is removed" in installation
    assert "German and Swedish" in section(page, "languages")
    links = page.document.cssselect("#links a")
    assert [link.get("href") for link in links] == [
        "https://example.invalid/kb",
        "http://example.invalid/support",
    ]
    assert {link.get("rel") for link in links} == {"noreferrer noopener external"}


def test_every_entry_of_the_contents_leads_to_a_section(
    console: ConsoleLab, reporter: Browser
) -> None:
    page = shown(console, reporter, update())

    ids = {section.get("id") for section in page.document.cssselect("section[id]")}
    named = {link.get("href")[1:] for link in page.document.cssselect(".update-contents a")}
    assert named == ids


def test_related_updates_are_links_both_ways_in_the_readers_language(
    console: ConsoleLab,
) -> None:
    old, member, missing = update(), update(), an_identity()
    new = update(supersedes=(old.identity.update_id,), bundled=((member.identity,), (missing,)))
    publish(console.installation.engine, old, member, new)
    german = console.reporter("de")
    page = german.get(address_of(new))

    assert "Korrektur für Example" in section(page, "supersedence")
    bundle = page.document.cssselect("#bundle a")
    assert [link.get("href") for link in bundle] == [f"/console/updates/{member.identity}"]
    assert missing.update_id in section(page, "bundle")
    assert address_of(new) in {
        link.get("href")
        for link in german.get(address_of(old)).document.cssselect("#supersedence a")
    }
    inside = german.get(bundle[0].get("href"))
    assert (
        inside.document.cssselect("#bundle a")[0].get("href") == f"/console/updates/{new.identity}"
    )


def test_an_older_revision_says_so_and_leads_to_the_newest(
    console: ConsoleLab, reporter: Browser
) -> None:
    update_id = a_guid()
    old, new = (
        update(RevisionIdentity(update_id, number), publication_state=state)
        for number, state in ((100, PublicationState.PUBLISHED), (200, PublicationState.EXPIRED))
    )
    publish(console.installation.engine, old)
    publish(console.installation.engine, new)
    page = reporter.get(f"/console/updates/{update_id}/100")

    assert any("This is not the newest revision." in said for said in page.told)
    newest = page.follow("Show the newest")
    assert not newest.told
    assert "Revision number 200" in section(newest, "overview")
    assert "Expired" in section(newest, "overview")


def test_a_bundle_of_5000_members_shows_the_first_and_counts_the_rest(
    console: ConsoleLab, reporter: Browser
) -> None:
    members = tuple((an_identity(),) for _ in range(5_000))
    page = shown(console, reporter, update(bundled=members))

    assert len(page.document.cssselect("#bundle li")) == 200
    assert section(page, "bundle").endswith("and 4,800 more")


def test_the_document_is_a_file_to_keep_and_says_what_the_source_said(
    console: ConsoleLab, reporter: Browser
) -> None:
    fix = update(texts=(LocalizedText(language="en", title="<script>alert(1)</script>"),))
    page = shown(console, reporter, fix)
    link = page.document.cssselect("#document a")[0].get("href")
    file = reporter.client.get(link)

    assert file.headers["content-disposition"].startswith("attachment;")
    assert file.headers["content-type"].startswith("application/xml")
    root = etree.fromstring(file.content)
    assert root[0].get("UpdateID") == fix.identity.update_id


def test_the_licence_can_be_read_once_its_file_is_here(
    console: ConsoleLab, reporter: Browser
) -> None:
    text = "You may use it. <script>alert(1)</script>".encode("utf-16")
    home = console.installation.home
    licence = _kept(LocalStore(home.directory.content), text)
    fix = update(eula_id=a_guid(), files=(licence,))
    page = shown(console, reporter, fix)

    assert "English: not on this server yet" in section(page, "licence")
    home.update_files.verify(actor="test", watch=lambda _files, _bytes: None)
    readable = reporter.get(address_of(fix)).follow("English")
    assert readable.heading == "Licence"
    assert "You may use it. <script>alert(1)</script>" in readable.words
    assert not readable.document.cssselect("main script")


def _kept(store: LocalStore, text: bytes) -> UpdateFile:
    """Put a licence into the content store and return what documents call it."""
    import hashlib

    sha1 = hashlib.sha1(text, usedforsecurity=False).digest()
    aside = store.aside(sha1)
    aside.write_bytes(text)
    store.keep(aside, sha1, "licence.txt")
    return UpdateFile(
        sha1=sha1,
        sha256=hashlib.sha256(text).digest(),
        name="licence.txt",
        size=len(text),
        languages=("en",),
        is_eula=True,
    )


@pytest.mark.parametrize(
    "path",
    [
        "nonsense",
        "00000000-0000-0000-0000-000000000000",
        "00000000-0000-0000-0000-000000000000/1",
        "{known}/99999999999999999999",
        "{known}/-1",
        "{known}/\N{SUPERSCRIPT TWO}",
        "{known}/1/document.xml",
        "{known}/1/licence",
        "x" * 5_000,
    ],
)
def test_an_address_of_nothing_says_so(console: ConsoleLab, reporter: Browser, path: str) -> None:
    fix = update()
    publish(console.installation.engine, fix)
    page = reporter.get(f"/console/updates/{path.format(known=fix.identity.update_id)}")

    assert page.status == 404
    assert page.heading == "There is no such update"
