"""Finding updates by words: the same answers on every database."""

import unicodedata
from dataclasses import replace

import pytest
from sqlalchemy import delete

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import LocalizedText
from headgate.catalogue.update_list import UpdateQuery
from headgate.storage import listing, search, transactions
from headgate.storage.engine import Engine
from headgate.storage.tables import catalogue as t
from tests.cast import a_guid, a_revision
from tests.catalogue_rows import an_update, store


def _found(engine: Engine, phrase: str) -> list[str]:
    with transactions.read(engine) as conn:
        page = listing.updates(conn, UpdateQuery(text=phrase))
    assert page.total == len(page.lines)
    return sorted(line.title for line in page.lines)


TITLES = (
    "Königliche Grüße aus der Straße",
    "İstanbul ısı KIRIK",
    "Çeşitli Ñandú œuvre",
    "累積更新プログラム 2026-11",
    "Обновление безопасности",
    "عربي تحديث",
    "हिन्दी अद्यतन",
    "x64-based Systems (KB5034441) [MS17-010]",
    "C++ AND NOT OR NEAR(a b) col:umn",
    'it\'s 100% "quoted" \\ back_slash & | ! <-> *',
    "ﬁne ｆｕｌｌｗｉｄｔｈ ½ ²",
    "🎉 party 🎉",
    "𐐀𐐨 deseret ǅ",
)


@pytest.mark.parametrize(
    ("phrase", "titles"),
    [
        ("königliche", [0]),
        ("KONIGLICHE strasse", [0]),
        ("Gru\u0308sse", [0]),
        ("straß", [0]),
        ("grus", [0]),
        ("ße", []),
        ("istanbul", [1]),
        ("ISTANBUL", [1]),
        ("İSTANBUL", [1]),
        ("isi kırık", [1]),
        ("cesitli nandu", [2]),
        ("累積", [3]),
        ("2026-11", [3]),
        ("обнов БЕЗ", [4]),
        ("عربي", [5]),
        ("हिन्दी", [6]),
        ("kb5034441", [7]),
        ("KB50344", [7]),
        ("ms17-010", [7]),
        ("MS17", [7]),
        ("x64 based", [7]),
        ("and not or near", [8]),
        ("col:umn", [8]),
        ('"quoted" it\'s', [9]),
        ("back_slash", [9]),
        ("100", [9]),
        ("fine fullwidth", [10]),
        ("Ｆull", [10]),
        ("party", [11]),
        ("party zebra", []),
    ],
)
def test_every_word_is_the_beginning_of_a_word(
    engine: Engine, phrase: str, titles: list[int]
) -> None:
    store(engine, *(an_update(title=title) for title in TITLES))

    assert _found(engine, phrase) == sorted(TITLES[number] for number in titles)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_every_title_is_found_by_itself_however_it_is_written(engine: Engine, form: str) -> None:
    store(engine, *(an_update(title=title) for title in TITLES))

    for title in TITLES:
        for phrase in (title, title.upper(), title.lower()):
            assert title in _found(engine, unicodedata.normalize(form, phrase)), phrase


@pytest.mark.parametrize(
    "phrase",
    ["", " ", "!!", "\0", "🎉", '"', "'", "*", "(", "^", "-", "' OR 1=1 --", "\ud800", "&|!"],
)
def test_a_phrase_without_words_or_with_strange_ones_finds_nothing(
    engine: Engine, phrase: str
) -> None:
    store(engine, an_update(title="one"))

    assert _found(engine, phrase) == []


@pytest.mark.parametrize(
    "phrase",
    [
        "cumulative " * 1_000,
        "c" * 10_000,
        " ".join(f"word{number}" for number in range(1_000)),
        "cumulative\0update",
        '"cumulative" AND (update OR NOT update)*',
        "{cumulative} : ^update* NEAR/2",
        "cumulative:* & !update",
        "\ufeffcumulative\u202eupdate",
    ],
)
def test_no_phrase_is_an_error(engine: Engine, phrase: str) -> None:
    store(engine, an_update(title="Cumulative update"))
    with transactions.read(engine) as conn:
        page = listing.updates(conn, UpdateQuery(text=phrase))

    assert len(page.lines) in (0, 1)


def test_titles_in_every_language_and_the_documents_description_are_searched(
    engine: Engine,
) -> None:
    texts = (
        LocalizedText(language="en", title="Security fix", description="Closes a hole."),
        LocalizedText(language="sv", title="Säkerhetskorrigering", description="Stänger ett hål."),
        LocalizedText(language="de", title="Sicherheitsupdate", description="Schließt eine Lücke."),
    )
    facts = {"kb_articles": ("5034441", "5034442"), "security_bulletins": ("MS17-010", "MS17-011")}
    update = an_update(legacy_name="WMF5", cves=("CVE-2026-1234",), **facts)
    store(engine, replace(update, texts=texts, default_language="sv"))

    own = "Säkerhetskorrigering"
    for phrase in ("säkerhet", "Sicherheits", "security", "stänger hål", "WMF5", "cve-2026-1234"):
        assert _found(engine, phrase) == [own], phrase
    for phrase in ("5034442", "kb5034442", "ms17-011 KB5034441"):
        assert _found(engine, phrase) == [own], phrase
    for phrase in ("closes", "Lücke"):
        assert _found(engine, phrase) == [], phrase


def test_words_of_an_older_revision_no_longer_find_the_update(engine: Engine) -> None:
    update_id = a_guid()
    store(engine, a_revision(RevisionIdentity(update_id, 1), title="former name"))
    store(engine, a_revision(RevisionIdentity(update_id, 2), title="present name"))

    assert _found(engine, "former") == []
    assert _found(engine, "name") == ["present name"]


def test_words_given_again_replace_those_before(engine: Engine) -> None:
    store(engine, an_update(title="one"))
    with transactions.write(engine) as conn:
        (line,) = listing.updates(conn, UpdateQuery()).lines
        search.index_words(conn, [(line.revision_id, ("other",))])

    assert _found(engine, "other") == ["one"]
    assert _found(engine, "one") == []


def test_removed_updates_are_not_found(engine: Engine) -> None:
    store(engine, an_update(title="gone"), an_update(title="here"))
    with transactions.write(engine) as conn:
        conn.execute(delete(t.revisions).where(t.revisions.c.title == "gone"))
        left = conn.exec_driver_sql("SELECT count(*) FROM revision_search").scalar_one()

    assert left == 1
    assert _found(engine, "gone") == []


def test_an_update_with_endless_text_is_stored_and_found(engine: Engine) -> None:
    texts = tuple(
        LocalizedText(
            language=language,
            title="begin "
            + " ".join(f"{language}{number}" for number in range(3_000))
            + "x" * 9_000,
            description="y" * 1_000_000,
        )
        for language in ("en", "de", "sv")
    )
    store(engine, replace(an_update(), texts=texts))

    assert len(_found(engine, "begin en17")) == 1
