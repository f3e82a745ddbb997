"""What a tree of check boxes means."""

from headgate.catalogue import ticking
from headgate.catalogue.categories import Category, CategoryTree
from headgate.catalogue.revisions import CategoryType


def _node(update_id: str, category_type: CategoryType, parent: str | None = None) -> Category:
    return Category(
        update_id=update_id, category_type=category_type, title=update_id, parent_id=parent
    )


TREE = CategoryTree(
    [
        _node("co", CategoryType.COMPANY),
        _node("win", CategoryType.FAMILY, "co"),
        _node("off", CategoryType.FAMILY, "co"),
        _node("w10", CategoryType.PRODUCT, "win"),
        _node("w11", CategoryType.PRODUCT, "win"),
        _node("o16", CategoryType.PRODUCT, "off"),
        _node("o19", CategoryType.PRODUCT, "off"),
    ]
)


def _chosen(*boxes: str, shown: frozenset[str] = frozenset()) -> frozenset[str]:
    drawn = ticking.ticked(TREE, shown)
    return ticking.as_ticked(TREE, shown=drawn, boxes=frozenset(boxes))


def test_a_family_ticked_without_a_script_takes_all_below_it() -> None:
    assert _chosen("win") == {"win"}


def test_a_family_whose_products_a_script_has_ticked_too_is_the_family() -> None:
    assert _chosen("win", "w10", "w11") == {"win"}


def test_products_ticked_one_by_one_are_no_family() -> None:
    assert _chosen("w10", "w11") == {"w10", "w11"}


def test_a_product_unticked_below_a_ticked_family_opens_the_family() -> None:
    shown = frozenset({"win"})

    assert _chosen("win", "w10", shown=shown) == {"w10"}
    assert _chosen("w10", shown=shown) == {"w10"}


def test_a_product_unticked_below_a_company_keeps_the_other_families_whole() -> None:
    shown = frozenset({"co"})

    kept = _chosen("co", "win", "w10", "off", "o16", "o19", shown=shown)

    assert kept == {"w10", "off"}


def test_a_family_ticked_while_one_of_its_products_is_unticked_takes_the_others() -> None:
    assert _chosen("win", shown=frozenset({"w10"})) == {"w11"}


def test_a_family_unticked_while_its_products_stay_ticked_is_its_products() -> None:
    assert _chosen("w10", "w11", shown=frozenset({"win"})) == {"w10", "w11"}


def test_a_product_that_came_after_the_boxes_were_drawn_follows_its_family() -> None:
    later = CategoryTree([*TREE, _node("w12", CategoryType.PRODUCT, "win")])

    drawn = boxes = frozenset({"win", "w10", "w11"})
    whole = ticking.as_ticked(later, shown=drawn, boxes=boxes)
    opened = ticking.as_ticked(later, shown=drawn, boxes=boxes - {"win", "w10"})

    assert whole == {"win"}
    assert opened == {"w11"}


def test_what_the_source_has_not_named_stays_while_it_is_ticked() -> None:
    assert _chosen("w10", "unknown", shown=frozenset({"unknown"})) == {"w10", "unknown"}
    assert _chosen("w10", shown=frozenset({"unknown"})) == {"w10"}


def test_a_chosen_company_ticks_every_box() -> None:
    assert ticking.ticked(TREE, ["co"]) == {"co", "win", "off", "w10", "w11", "o16", "o19"}


def test_a_family_of_which_a_part_stays_takes_no_future_products() -> None:
    opened = ticking.opened_between(
        TREE, before=frozenset({"win", "off"}), after=frozenset({"w10"})
    )

    assert opened == ["win"]
