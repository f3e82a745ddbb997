"""Choosing products and classifications through the service, on every database."""

from pathlib import Path

import pytest

from headgate.catalogue.naming import UnknownCategoryError
from headgate.catalogue.presets import SUPPORTED_WINDOWS
from headgate.catalogue.subscription import (
    DEFAULT_CLASSIFICATIONS,
    NothingLeftError,
    ProductsMode,
    Subscription,
)
from headgate.content.local import LocalStore
from headgate.services.catalogue.browser import CatalogueBrowser
from headgate.services.catalogue.subscribing import (
    ModeLockedError,
    NoCategoriesError,
    Subscribing,
    UnknownPresetError,
)
from headgate.storage import audit, subscriptions, transactions
from headgate.storage.engine import Engine
from tests.cast import NOON
from tests.catalogue_rows import Shelf
from tests.contract.conftest import products_mode


def _kept(engine: Engine) -> Subscription:
    with transactions.read(engine) as conn:
        return subscriptions.subscription(conn, products_mode(engine))


def _shown(engine: Engine) -> set[str]:
    browser = CatalogueBrowser(engine=engine, unpack=bytes, store=LocalStore(Path("nowhere")))
    return {line.title for line in browser.products(products_mode(engine)) if line.selected}


def test_nothing_chosen_means_all_products_and_two_classifications(engine: Engine) -> None:
    kept = _kept(engine)

    assert kept.mode is ProductsMode.ALL
    assert kept.classifications == DEFAULT_CLASSIFICATIONS


def test_selecting_one_product_narrows_to_it_and_says_so(
    engine: Engine, subscribing: Subscribing, shelf: Shelf
) -> None:
    changed = subscribing.select_products(["windows 11"], actor="anna")

    assert _kept(engine).products == {shelf.windows_11}
    assert _shown(engine) == {"Windows 11"}
    assert "Until now all products" in changed.sentences[0]


def test_selecting_all_goes_back(engine: Engine, subscribing: Subscribing, shelf: Shelf) -> None:
    subscribing.select_products([shelf.windows_11], actor="anna")
    subscribing.select_all_products(actor="anna")

    assert _kept(engine).mode is ProductsMode.ALL
    assert "Office 2016" in _shown(engine)


def test_deselecting_a_family_of_all_keeps_the_others_and_says_what_that_means(
    engine: Engine, subscribing: Subscribing, shelf: Shelf
) -> None:
    changed = subscribing.deselect_products(["Office"], actor="anna")

    assert _shown(engine) == {"Windows", "Windows 10", "Windows 11"}
    said = " ".join(changed.sentences)
    assert "what is already here stays" in said
    assert "Future products directly below Microsoft are no longer included" in said


@pytest.mark.usefixtures("shelf")
def test_what_is_not_known_or_would_leave_nothing_changes_nothing(
    engine: Engine, subscribing: Subscribing
) -> None:
    with pytest.raises(UnknownCategoryError):
        subscribing.select_products(["Windows 11", "Windows 95"], actor="anna")
    with pytest.raises(NothingLeftError):
        subscribing.deselect_products(["Microsoft"], actor="anna")

    assert _kept(engine) == Subscription()


def test_before_the_first_synchronization_the_next_step_is_named(subscribing: Subscribing) -> None:
    with pytest.raises(NoCategoriesError, match="No products yet") as caught:
        subscribing.select_products(["Windows 11"], actor="anna")

    assert "sync now --categories" in caught.value.next_step


def test_a_preset_can_be_chosen_before_the_first_synchronization(
    engine: Engine, subscribing: Subscribing
) -> None:
    subscribing.select_preset("supported-windows", actor="anna")

    assert _kept(engine).products == set(SUPPORTED_WINDOWS.products)
    with pytest.raises(UnknownPresetError):
        subscribing.select_preset("windows-3.1", actor="anna")


def test_selecting_drivers_says_what_they_bring(
    engine: Engine, subscribing: Subscribing, shelf: Shelf
) -> None:
    subscribing.select_classifications(["drivers"], actor="anna")

    assert _kept(engine).classifications == DEFAULT_CLASSIFICATIONS | {shelf.drivers}


def test_a_mode_fixed_by_the_environment_is_not_changed_behind_its_back(
    engine: Engine, shelf: Shelf
) -> None:
    locked = Subscribing(
        engine=engine,
        mode=lambda: ProductsMode.ALL,
        now=lambda: NOON,
        mode_locked_by="HEADGATE_PRODUCTS_MODE",
    )
    with pytest.raises(ModeLockedError, match="HEADGATE_PRODUCTS_MODE"):
        locked.select_products([shelf.windows_11], actor="anna")

    assert _kept(engine).products == frozenset()


def test_every_change_leaves_an_audit_line(
    engine: Engine, subscribing: Subscribing, shelf: Shelf
) -> None:
    subscribing.select_products([shelf.windows_11], actor="anna")
    with transactions.read(engine) as conn:
        (line,) = audit.latest_lines(conn, limit=5)

    assert (line.actor, line.action) == ("anna", "products.select")
    assert line.detail["nodes"] == {shelf.windows_11: "Windows 11"}
