"""Lists of products and updates, on every database."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from sqlalchemy import event

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    CategoryType,
    LocalizedText,
    PublicationState,
    UpdateKind,
)
from headgate.catalogue.update_list import NOT_DECLINED, UpdateQuery, UpdateState
from headgate.storage import categories, decisions, ingestion, listing, transactions
from headgate.storage.engine import Engine
from headgate.storage.tables.catalogue import VISIBLE
from tests import deciding
from tests.cast import NOON, a_category, a_guid, a_revision, an_identity, incoming
from tests.catalogue_rows import an_update, below, fill, store


def _titles(engine: Engine, **query: object) -> list[str]:
    with transactions.read(engine) as conn:
        page = listing.updates(conn, UpdateQuery(**query))  # type: ignore[arg-type]
    assert page.total == len(page.lines)
    return [line.title for line in page.lines]


def test_products_know_their_parent_by_looking_the_target_up(engine: Engine) -> None:
    shelf = fill(engine)
    with transactions.read(engine) as conn:
        found = {category.update_id: category for category in categories.categories(conn)}

    assert found[shelf.windows_10].parent_id == shelf.windows
    assert found[shelf.windows].parent_id == shelf.microsoft
    assert found[shelf.microsoft].parent_id is None
    assert found[shelf.security].category_type is CategoryType.CLASSIFICATION


def test_of_several_revisions_of_a_category_the_newest_is_listed_once(engine: Engine) -> None:
    shelf = fill(engine)
    newer = a_category(
        "Windows 11 renamed",
        CategoryType.PRODUCT,
        identity=RevisionIdentity(shelf.windows_11, 101),
        prerequisites=below(shelf.windows),
    )
    store(engine, newer)
    with transactions.read(engine) as conn:
        found = categories.categories(conn)

    assert [c.title for c in found if c.update_id == shelf.windows_11] == ["Windows 11 renamed"]


def test_an_update_names_its_products_and_classification(engine: Engine) -> None:
    shelf = fill(engine)
    update = an_update(shelf.windows_11, shelf.windows_10, shelf.security, a_guid())
    store(engine, update)
    with transactions.read(engine) as conn:
        (line,) = listing.updates(conn, UpdateQuery()).lines

    assert line.identity == update.identity
    assert line.products == ("Windows 10", "Windows 11")
    assert line.classification == "Security Updates"
    assert line.state is UpdateState.NOT_APPROVED


def test_hidden_updates_detectoids_and_old_revisions_are_not_listed(engine: Engine) -> None:
    fill(engine)
    update_id = a_guid()
    store(
        engine,
        a_revision(RevisionIdentity(update_id, 1), title="old"),
        a_revision(RevisionIdentity(update_id, 2), title="new"),
        a_revision(title="member", visible=False),
        a_revision(title="detectoid", kind=UpdateKind.DETECTOID, visible=False),
        a_revision(title="driver", kind=UpdateKind.DRIVER),
    )

    assert sorted(_titles(engine)) == ["driver", "new"]


def test_updates_are_filtered_by_every_filter(engine: Engine) -> None:
    shelf = fill(engine)
    old = an_identity()
    store(
        engine,
        an_update(shelf.windows_11, shelf.security, title="A cumulative one", severity="Critical"),
        an_update(shelf.windows_10, shelf.drivers, title="B driver", kb_articles=("5001234",)),
        an_update(identity=old, title="C replaced"),
        an_update(title="D replacing", supersedes=(old.update_id,)),
        an_update(title="E gone", state=PublicationState.EXPIRED),
    )

    assert _titles(engine, text="cumul") == ["A cumulative one"]
    assert _titles(engine, text="CUMULATIVE zebra") == []
    assert _titles(engine, text="!!") == []
    assert _titles(engine, kbs=frozenset({"5001234"})) == ["B driver"]
    assert _titles(engine, products=frozenset({shelf.windows_11})) == ["A cumulative one"]
    assert _titles(engine, classifications=frozenset({shelf.drivers})) == ["B driver"]
    both = frozenset({shelf.windows_10, shelf.windows_11})
    assert _titles(engine, products=both, severities=frozenset({"critical"})) == [
        "A cumulative one"
    ]
    assert _titles(engine, superseded=True) == ["C replaced"]
    assert len(_titles(engine, superseded=False)) == 4
    assert _titles(engine, states=frozenset({UpdateState.EXPIRED})) == ["E gone"]
    assert len(_titles(engine, states=frozenset({UpdateState.NOT_APPROVED}))) == 4
    assert len(_titles(engine, arrived_since=NOON)) == 5
    assert _titles(engine, arrived_since=NOON + timedelta(seconds=1)) == []


def test_severity_none_and_several_at_once_can_be_asked_for(engine: Engine) -> None:
    store(
        engine,
        an_update(title="A", severity="Critical"),
        an_update(title="B", severity="Low"),
        an_update(title="C"),
    )

    assert sorted(_titles(engine, severities=frozenset({"low", "none"}))) == ["B", "C"]
    assert _titles(engine, severities=frozenset({"moderate"})) == []


def test_the_state_of_an_update_is_the_word_it_is_found_by(engine: Engine) -> None:
    revised = a_guid()
    updates = {
        "not approved": an_update(title="not approved"),
        "approved": an_update(title="approved", identity=RevisionIdentity(revised, 2)),
        "declined": an_update(title="declined"),
        "expired": an_update(title="expired", state=PublicationState.EXPIRED),
        "expired, once approved": an_update(
            title="expired, once approved", state=PublicationState.EXPIRED
        ),
        "expired, declined": an_update(title="expired, declined", state=PublicationState.EXPIRED),
        "withdrawn": an_update(title="withdrawn"),
        "undeclined": an_update(title="undeclined"),
    }
    store(engine, an_update(title="older", identity=RevisionIdentity(revised, 1)))
    store(engine, *updates.values())
    ids = {title: one.identity.update_id for title, one in updates.items()}
    with transactions.write(engine) as conn:
        deciding.approve(conn, ids["approved"], ids["expired, once approved"], ids["withdrawn"])
        decisions.withdraw(conn, [ids["withdrawn"]], by="anna", at=NOON)
        to_decline = [ids["declined"], ids["expired, declined"], ids["undeclined"]]
        decisions.decline(conn, to_decline, by="anna", at=NOON)
        decisions.undecline(conn, [ids["undeclined"]], by="anna", at=NOON)

    expected = {
        UpdateState.NOT_APPROVED: {"not approved", "withdrawn", "undeclined"},
        UpdateState.APPROVED: {"approved"},
        UpdateState.DECLINED: {"declined", "expired, declined"},
        UpdateState.EXPIRED: {"expired", "expired, once approved"},
    }
    with transactions.read(engine) as conn:
        lines = listing.updates(conn, UpdateQuery()).lines
    assert {line.title: line.state for line in lines} == {
        title: state for state, several in expected.items() for title in several
    }
    for size in range(1, len(UpdateState) + 1):
        for states in combinations(UpdateState, size):
            wanted = set[str]().union(*(expected[state] for state in states))
            assert set(_titles(engine, states=frozenset(states))) == wanted
    assert (
        set(_titles(engine, states=NOT_DECLINED)) == set(updates) - expected[UpdateState.DECLINED]
    )


def test_release_dates_are_asked_from_a_moment_up_to_before_another(engine: Engine) -> None:
    store(
        engine,
        an_update(title="unknown"),
        an_update(title="early", created=NOON - timedelta(days=2)),
        an_update(title="late", created=NOON),
    )

    assert _titles(engine, released_since=NOON) == ["late"]
    assert _titles(engine, released_before=NOON) == ["early"]
    assert _titles(engine, released_since=NOON - timedelta(days=2), released_before=NOON) == [
        "early"
    ]
    assert _titles(engine, arrived_before=NOON) == []
    assert len(_titles(engine, arrived_since=NOON, arrived_before=NOON + timedelta(days=1))) == 3


def test_hundreds_of_kb_numbers_can_be_asked_for(engine: Engine) -> None:
    store(engine, *(an_update(title=kb, kb_articles=(kb,)) for kb in ("5000001", "5000999")))
    kbs = frozenset(str(5_000_000 + number) for number in range(900))

    assert _titles(engine, kbs=kbs) == ["5000001"]
    assert _titles(engine, kbs=frozenset()) == []
    with transactions.read(engine) as conn:
        assert listing.kbs_here(conn, kbs) == {"5000001"}


def test_a_line_says_when_it_was_released_and_its_bulletins(engine: Engine) -> None:
    released = NOON - timedelta(days=2)
    store(engine, an_update(created=released, security_bulletins=("MS17-010", "MS17-011")))
    with transactions.read(engine) as conn:
        (line,) = listing.updates(conn, UpdateQuery()).lines

    assert line.released == released
    assert line.bulletins == ("MS17-010", "MS17-011")


def test_pages_follow_each_other_newest_arrival_first(engine: Engine) -> None:
    for hour in range(5):
        with transactions.write(engine) as conn:
            ingestion.store_batch(
                conn,
                [incoming(a_revision(title=f"{hour}"))],
                arrived_at=NOON + timedelta(hours=hour),
                run_id=None,
            )
    with transactions.read(engine) as conn:
        first = listing.updates(conn, UpdateQuery(limit=2))
        second = listing.updates(conn, UpdateQuery(limit=2, cursor=first.next_cursor))
        everything = listing.updates(conn, UpdateQuery(limit=None))

    assert [line.title for line in first.lines] == ["4", "3"]
    assert [line.title for line in second.lines] == ["2", "1"]
    assert first.total == 5
    assert len(everything.lines) == 5


@pytest.mark.parametrize("phrase", ["könig", "kö", "KÖNIGLICHES up"])
def test_text_is_searched_in_the_documents_language(engine: Engine, phrase: str) -> None:
    texts = (LocalizedText(language="de", title="Königliches Update"),)
    store(engine, replace(an_update(), texts=texts, default_language="de"))

    assert _titles(engine, text=phrase) == ["Königliches Update"]


def test_a_list_takes_the_same_number_of_statements_whatever_its_length(engine: Engine) -> None:
    """Nothing is asked once for each line."""
    shelf = fill(engine)
    counts = []
    for _ in range(2):
        store(engine, *(an_update(shelf.windows_11, shelf.security) for _ in range(20)))
        asked: list[str] = []

        def note(*arguments: object, asked: list[str] = asked) -> None:
            asked.append(str(arguments[2]))

        event.listen(engine, "before_cursor_execute", note)
        with transactions.read(engine) as conn:
            listing.updates(conn, UpdateQuery())
            categories.categories(conn)
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len([one for one in asked if "SELECT" in one]))

    assert counts[0] == counts[1]


def test_sqlite_walks_the_index_of_visible_updates(engine: Engine) -> None:
    """The list stays quick only while the query repeats the index's condition word for word."""
    if engine.dialect.name != "sqlite":
        pytest.skip("a plan of SQLite")
    with transactions.read(engine) as conn:
        plan = conn.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT revision_id FROM revisions"
            f" WHERE {VISIBLE} ORDER BY arrived_at DESC, sort_released DESC, revision_id DESC"
            " LIMIT 100"
        ).fetchall()

    text = " ".join(str(row) for row in plan)
    assert "ix_revisions_by_arrival" in text
    assert "TEMP B-TREE" not in text


def test_what_arrived_together_is_listed_by_release_date(engine: Engine) -> None:
    with transactions.write(engine) as conn:
        old = a_revision(title="old", created=NOON - timedelta(days=400))
        new = a_revision(title="new", created=NOON - timedelta(days=2))
        middle = a_revision(title="middle", created=NOON - timedelta(days=30))
        batch = [incoming(revision) for revision in (new, old, middle)]
        ingestion.store_batch(conn, batch, arrived_at=NOON, run_id=None)

        titles = [line.title for line in listing.updates(conn, UpdateQuery()).lines]

    assert titles == ["new", "middle", "old"]
