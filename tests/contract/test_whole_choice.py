"""Choosing exactly a list of products or classifications, on every database."""

import pytest

from headgate.catalogue.presets import SUPPORTED_WINDOWS
from headgate.catalogue.subscription import NothingLeftError, ProductsMode
from headgate.services.catalogue.subscribing import (
    PRODUCTS_MODE,
    ModeLockedError,
    NoCategoriesError,
    StaleChoiceError,
    Subscribing,
)
from headgate.storage import audit, settings_rows, subscriptions, transactions
from headgate.storage.engine import Engine
from tests.cast import NOON
from tests.catalogue_rows import Shelf


def choose(
    subscribing: Subscribing,
    *nodes: str,
    seen: frozenset[str] | None = None,
    titles: dict[str, str] | None = None,
) -> tuple[str, ...]:
    """Choose nodes as anna; return what was said."""
    done = subscribing.choose_products(
        frozenset(nodes), seen=seen, actor="anna", titles=titles or {}
    )
    return done.sentences


def lines(engine: Engine) -> list[str]:
    with transactions.read(engine) as conn:
        return [line.action for line in audit.latest_lines(conn, limit=50)]


def test_exactly_these_nodes_are_chosen_with_one_line_in_the_trail(
    engine: Engine, subscribing: Subscribing, shelf: Shelf
) -> None:
    said = choose(subscribing, shelf.windows, shelf.office_2016)

    assert subscribing.choice().products == {shelf.windows, shelf.office_2016}
    assert lines(engine) == ["products.choose"]
    assert "Until now all products were selected" in said[0]
    assert "Selected: Office 2016; Windows." in said[1]
    assert "Future products below Windows are included." in said[2]


def test_the_reader_is_told_in_titles_of_their_language(
    subscribing: Subscribing, shelf: Shelf
) -> None:
    said = choose(subscribing, shelf.office, titles={shelf.office: "Kontor"})

    assert any("Selected: Kontor." in sentence for sentence in said)


def test_a_family_instead_of_its_products_deselects_nothing(
    subscribing: Subscribing, shelf: Shelf
) -> None:
    before = frozenset({shelf.windows_10, shelf.windows_11})
    choose(subscribing, *before)

    said = choose(subscribing, shelf.windows, seen=before)

    assert not any("Deselected" in sentence for sentence in said)


def test_a_company_without_one_family_names_that_family(
    subscribing: Subscribing, shelf: Shelf
) -> None:
    choose(subscribing, shelf.microsoft)

    said = choose(subscribing, shelf.windows, seen=frozenset({shelf.microsoft}))

    assert any(sentence.startswith("Deselected: Office.") for sentence in said)
    assert any("below Microsoft are no longer included" in sentence for sentence in said)


def test_ids_nobody_knows_are_left_out(subscribing: Subscribing, shelf: Shelf) -> None:
    choose(subscribing, shelf.windows, "no-such-id")

    assert subscribing.choice().products == {shelf.windows}


def test_products_of_a_preset_may_be_chosen_before_the_source_names_them(
    subscribing: Subscribing, shelf: Shelf
) -> None:
    wanted = frozenset(SUPPORTED_WINDOWS.products)
    choose(subscribing, *wanted)

    assert subscribing.choice().products == wanted


def test_nothing_chosen_is_refused(subscribing: Subscribing, shelf: Shelf) -> None:
    with pytest.raises(NothingLeftError):
        choose(subscribing)
    with pytest.raises(NothingLeftError):
        subscribing.choose_classifications(
            frozenset(),
            seen=subscribing.choice().subscription.classifications,
            actor="anna",
            titles={},
        )


def test_an_empty_catalogue_has_nothing_to_choose(subscribing: Subscribing) -> None:
    assert len(subscribing.choice().tree) == 0
    with pytest.raises(NoCategoriesError):
        choose(subscribing, "anything")


def test_who_looked_at_an_older_choice_is_told_what_changed(
    subscribing: Subscribing, shelf: Shelf
) -> None:
    subscribing.select_products([shelf.office], actor="bertil")

    with pytest.raises(StaleChoiceError) as refused:
        choose(subscribing, shelf.windows)

    assert "bertil" in str(refused.value)
    assert any("Selected: Office." in sentence for sentence in refused.value.changes)
    assert subscribing.choice().products == {shelf.office}


def test_what_counts_already_is_no_change_however_old_the_page(
    engine: Engine, subscribing: Subscribing, shelf: Shelf
) -> None:
    choose(subscribing, shelf.windows)

    said = choose(subscribing, shelf.windows)

    assert "Nothing changed" in said[0]
    assert lines(engine) == ["products.choose"]


def test_a_default_that_was_agreed_to_is_chosen(
    engine: Engine, subscribing: Subscribing, shelf: Shelf
) -> None:
    subscribing.choose_products(None, seen=None, actor="anna", titles={})

    with transactions.read(engine) as conn:
        assert settings_rows.chosen_settings(conn)[PRODUCTS_MODE].value == "all"


def test_a_mode_the_environment_fixes_cannot_be_chosen(engine: Engine, shelf: Shelf) -> None:
    fixed = Subscribing(
        engine=engine,
        mode=lambda: ProductsMode.ALL,
        now=lambda: NOON,
        mode_locked_by="HEADGATE_PRODUCTS_MODE",
    )

    with pytest.raises(ModeLockedError):
        choose(fixed, shelf.windows)


def test_a_classification_the_source_does_not_name_stays_chosen(
    engine: Engine, subscribing: Subscribing, shelf: Shelf
) -> None:
    before = subscribing.choice().subscription.classifications
    done = subscribing.choose_classifications(
        frozenset({shelf.drivers}), seen=before, actor="anna", titles={}
    )

    with transactions.read(engine) as conn:
        kept = subscriptions.subscription(conn, ProductsMode.ALL).classifications
        assert subscriptions.has_classifications(conn)
    assert kept == before | {shelf.drivers}
    assert [str(sentence) for sentence in done.sentences] == [
        "Selected: Drivers. It counts from the next synchronization."
    ]


def test_very_many_titles_are_counted(subscribing: Subscribing, shelf: Shelf) -> None:
    wanted = frozenset(SUPPORTED_WINDOWS.products)

    said = choose(subscribing, *wanted)

    assert any("and 1 more" in sentence for sentence in said)
