"""Choosing products: families stand for their future, and deselecting opens them."""

import pytest

from headgate.catalogue import subscription as choices
from headgate.catalogue.categories import Category, CategoryTree
from headgate.catalogue.revisions import CategoryType
from headgate.catalogue.subscription import (
    DEFAULT_CLASSIFICATIONS,
    NothingLeftError,
    ProductsMode,
    Subscription,
)


def _tree(*more: Category) -> CategoryTree:
    return CategoryTree(
        [
            _node("co", CategoryType.COMPANY),
            _node("win", CategoryType.FAMILY, "co"),
            _node("off", CategoryType.FAMILY, "co"),
            _node("w10", CategoryType.PRODUCT, "win"),
            _node("w11", CategoryType.PRODUCT, "win"),
            _node("o16", CategoryType.PRODUCT, "off"),
            _node("lost", CategoryType.PRODUCT, "never-arrived"),
            _node("sec", CategoryType.CLASSIFICATION),
            *more,
        ]
    )


def _node(update_id: str, category_type: CategoryType, parent: str | None = None) -> Category:
    return Category(
        update_id=update_id, category_type=category_type, title=update_id, parent_id=parent
    )


def _selected(*nodes: str) -> Subscription:
    return Subscription(mode=ProductsMode.SELECTED, products=frozenset(nodes))


def test_by_default_every_product_is_asked_for_and_no_family() -> None:
    sent = choices.products_to_send(_tree(), Subscription())

    assert sent == ("lost", "o16", "w10", "w11")
    assert Subscription().classifications == DEFAULT_CLASSIFICATIONS


def test_a_family_takes_the_products_that_come_later() -> None:
    choice = _selected("win")
    later = _tree(_node("w12", CategoryType.PRODUCT, "win"))

    assert choices.products_to_send(_tree(), choice) == ("w10", "w11")
    assert choices.products_to_send(later, choice) == ("w10", "w11", "w12")


def test_a_chosen_product_the_source_has_not_named_is_not_sent() -> None:
    assert choices.products_to_send(_tree(), _selected("w10", "unknown")) == ("w10",)


def test_selecting_where_all_were_selected_means_exactly_these() -> None:
    changed = choices.with_products(_tree(), Subscription(), ["w11"])

    assert choices.products_to_send(_tree(), changed) == ("w11",)


def test_selecting_adds_to_a_selection_and_absorbs_what_is_below() -> None:
    changed = choices.with_products(_tree(), _selected("w10", "o16"), ["win"])

    assert changed.products == {"win", "o16"}


def test_deselecting_a_product_where_all_were_selected_keeps_all_others() -> None:
    done = choices.without_products(_tree(), Subscription(), ["w10"])

    assert choices.products_to_send(_tree(), done.subscription) == ("lost", "o16", "w11")
    assert done.was_all
    assert set(done.opened) == {"co", "win"}
    later = _tree(
        _node("w12", CategoryType.PRODUCT, "win"), _node("o19", CategoryType.PRODUCT, "off")
    )
    sent = choices.products_to_send(later, done.subscription)
    assert "w12" not in sent
    assert "o19" in sent  # nothing of Office was touched


def test_deselecting_a_company_removes_what_was_selected_below_it() -> None:
    done = choices.without_products(_tree(), _selected("w10", "off", "lost"), ["co"])

    assert done.subscription.products == {"lost"}
    assert done.opened == ()


def test_the_last_product_cannot_be_deselected() -> None:
    with pytest.raises(NothingLeftError):
        choices.without_products(_tree(), _selected("w10"), ["win"])


def test_the_last_classification_cannot_be_deselected() -> None:
    left = choices.without_classifications(Subscription(), [choices.CRITICAL_UPDATES])

    assert left.classifications == {choices.SECURITY_UPDATES}
    with pytest.raises(NothingLeftError):
        choices.without_classifications(left, [choices.SECURITY_UPDATES])


def test_a_circle_of_parents_ends() -> None:
    tree = CategoryTree(
        [
            _node("a", CategoryType.FAMILY, "b"),
            _node("b", CategoryType.FAMILY, "a"),
            _node("p", CategoryType.PRODUCT, "a"),
        ]
    )

    assert tree.path("p") == ("p", "a", "b")
    assert tree.products_below(["b"]) == {"p"}
