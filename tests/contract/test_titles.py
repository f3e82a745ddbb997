"""Titles and texts in the reader's language, on every database."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from headgate.catalogue.files import FilePresence, UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import CategoryType, LocalizedText, Revision
from headgate.content.local import LocalStore
from headgate.services.catalogue.browser import CatalogueBrowser, NoSuchUpdateError
from headgate.services.catalogue.licences import LicenceText
from headgate.services.catalogue.packers import Unpacker
from headgate.services.catalogue.update_lists import UpdateFilter
from headgate.storage import catalogue_version, file_records, ingestion, transactions
from headgate.storage.engine import Engine
from tests.cast import NOON, a_category, a_guid, a_revision, an_identity
from tests.catalogue_rows import an_update, fill, store, written


@pytest.fixture
def browser(engine: Engine, tmp_path: Path) -> CatalogueBrowser:
    return CatalogueBrowser(engine=engine, unpack=Unpacker(engine), store=LocalStore(tmp_path))


def _store(engine: Engine, *revisions: Revision) -> None:
    with transactions.write(engine) as conn:
        batch = [written(one) for one in revisions]
        ingestion.store_batch(conn, batch, arrived_at=NOON, run_id=None)
        catalogue_version.raise_catalogue_version(conn)


def _said(default: str, **titles: str) -> Revision:
    texts = tuple(
        LocalizedText(language=language.replace("_", "-"), title=title)
        for language, title in titles.items()
    )
    return replace(an_update(), texts=texts, default_language=default)


@pytest.mark.parametrize(
    ("languages", "title"),
    [
        (["de"], "deutsch"),
        (["de-at"], "deutsch"),
        (["pt-br"], "brasileiro"),
        (["pt-pt"], "português"),
        (["zh"], "正體"),
        (["xx", "de"], "deutsch"),
        (["fi"], "svenska"),
        ([], "svenska"),
    ],
)
def test_a_title_falls_back_as_the_document_says(
    engine: Engine, browser: CatalogueBrowser, languages: Sequence[str], title: str
) -> None:
    said = {"en": "english", "de": "deutsch", "pt": "português", "pt_br": "brasileiro"}
    _store(engine, _said("sv", **said, sv="svenska", zh_tw="正體"))
    (line,) = browser.updates(UpdateFilter()).lines

    assert browser.titles([line.revision_id], languages) == {line.revision_id: title}


def test_english_follows_where_the_documents_own_language_has_no_text(
    engine: Engine, browser: CatalogueBrowser
) -> None:
    _store(engine, _said("sv", ja="日本語", en="english"))
    (line,) = browser.updates(UpdateFilter()).lines

    assert browser.titles([line.revision_id], ["de"]) == {line.revision_id: "english"}


def test_a_text_that_is_damaged_spoils_no_list(engine: Engine, browser: CatalogueBrowser) -> None:
    store(engine, an_update(title="as in the row"))  # its fragments are no fragments
    (line,) = browser.updates(UpdateFilter()).lines

    assert browser.titles([line.revision_id, 1], ["de"]) == {line.revision_id: "as in the row"}


def test_categories_are_called_as_their_newest_documents_say(
    engine: Engine, browser: CatalogueBrowser
) -> None:
    security = a_guid()

    def classification(number: int, title: str) -> Revision:
        texts = (
            LocalizedText(language="en", title="Security Updates"),
            LocalizedText(language="de", title=title),
        )
        identity = RevisionIdentity(security, number)
        revision = a_category(
            "x", CategoryType.CLASSIFICATION, identity=identity, handler="Category"
        )
        return replace(revision, texts=texts)

    _store(engine, classification(1, "Sicherheit"))
    before = browser.category_titles(["de"]), browser.category_titles(["sv"])
    _store(engine, classification(2, "Sicherheitsupdates"))

    assert before == ({security: "Sicherheit"}, {security: "Security Updates"})
    assert browser.category_titles(["de"]) == {security: "Sicherheitsupdates"}


def test_updates_of_each_classification_are_counted_as_lists_show_them(
    engine: Engine, browser: CatalogueBrowser
) -> None:
    shelf, revised = fill(engine), a_guid()
    store(
        engine,
        an_update(shelf.security, shelf.windows_11),
        an_update(shelf.security, identity=RevisionIdentity(revised, 1)),
        a_revision(visible=False, prerequisites=an_update(shelf.security).prerequisites),
    )
    store(engine, an_update(shelf.security, identity=RevisionIdentity(revised, 2)))

    assert browser.classification_counts() == {shelf.security: 2, shelf.drivers: 0}


def test_pasted_kb_numbers_that_are_not_here_are_named(
    engine: Engine, browser: CatalogueBrowser
) -> None:
    store(engine, an_update(kb_articles=("5034441",)))

    assert browser.kbs_not_here("KB5034441, 890830\n5034442") == ["890830", "5034442"]


def test_the_document_comes_back_as_text(engine: Engine, browser: CatalogueBrowser) -> None:
    revision = an_update(title="Grüße")
    _store(engine, revision)

    text = browser.raw_document(str(revision.identity)).decode()
    assert text.startswith("<upd:Update")
    assert "Grüße" in text
    for name in (a_guid(), "no name", f"{revision.identity.update_id}/99", "x/y", ""):
        with pytest.raises(NoSuchUpdateError):
            browser.raw_document(name)


def test_of_an_update_with_very_many_relations_some_are_named_and_the_rest_counted(
    engine: Engine, browser: CatalogueBrowser
) -> None:
    members = [an_identity() for _ in range(300)]
    old = [an_identity() for _ in range(250)]
    files = tuple(
        UpdateFile(sha1=number.to_bytes(20, "big"), sha256=None, name=f"{number}.cab", size=1)
        for number in range(230)
    )
    bundle = a_revision(
        bundled=tuple((member,) for member in members),
        supersedes=tuple(one.update_id for one in old),
    )
    _store(engine, bundle, a_revision(members[0], visible=False, files=files))
    store(engine, *(a_revision(supersedes=(bundle.identity.update_id,)) for _ in range(210)))

    found = browser.details(str(bundle.identity))
    relations = found.relations
    assert (len(relations.bundled), relations.more_bundled) == (200, 100)
    assert (len(relations.supersedes), relations.more_supersedes) == (200, 50)
    assert (len(relations.superseded_by), relations.more_superseded_by) == (200, 10)
    assert (len(found.files), found.more_files) == (200, 30)
    everything = browser.details(str(bundle.identity), most=None)
    assert (len(everything.relations.bundled), everything.relations.more_bundled) == (300, 0)


def test_a_licence_is_read_in_the_readers_language(
    engine: Engine, browser: CatalogueBrowser, tmp_path: Path
) -> None:
    licences = {"en": b"Terms", "de": "\ufeffBedingungen für alle".encode("utf-16-le")}
    files = tuple(
        UpdateFile(
            sha1=number.to_bytes(20, "big"),
            sha256=None,
            name=f"eula-{language}.txt",
            size=len(text),
            languages=(language,),
            is_eula=True,
        )
        for number, (language, text) in enumerate(licences.items(), 1)
    )
    update = an_update(eula_id=a_guid(), files=files)
    _store(engine, update)
    nothing = browser.licence_text(browser.details(update.identity.update_id), ["de"])
    for file, text in zip(files, licences.values(), strict=True):
        aside = browser.store.aside(file.sha1)
        aside.write_bytes(text)
        browser.store.keep(aside, file.sha1, file.name)
    with transactions.write(engine) as conn:
        digests = [file.sha1 for file in files]
        file_records.record_presence(conn, digests, FilePresence.PRESENT, at=NOON)
    details = browser.details(update.identity.update_id)

    assert nothing is None
    assert browser.licence_text(details, ["de-at"]) == LicenceText(
        language="de", text="Bedingungen für alle"
    )
    assert browser.licence_text(details, ["sv"]) == LicenceText(language="en", text="Terms")
    browser.store.remove(files[1].sha1)
    assert browser.licence_text(details, ["de"]) == LicenceText(language="en", text="Terms")
