"""Which lists are asked for, depending on what an anchor answers for."""

from headgate.sync.plan import Choice, ListingCall, listing_calls

ANCHOR = "9438,2026-10-04 16:33:26.671"


def _calls(
    chosen: tuple[str, str], anchored: tuple[str, str] = ("", ""), anchor: str | None = None
) -> list[ListingCall]:
    return listing_calls(chosen=Choice.of(*chosen), anchored=Choice.of(*anchored), anchor=anchor)


def test_first_time_everything_chosen_is_listed_without_anchor() -> None:
    calls = _calls(("ab", "x"))

    assert calls == [ListingCall(products=("a", "b"), classifications=("x",), anchor=None)]


def test_nothing_changed_asks_once_with_the_anchor() -> None:
    calls = _calls(("ab", "x"), ("ab", "x"), ANCHOR)

    assert calls == [ListingCall(products=("a", "b"), classifications=("x",), anchor=ANCHOR)]


def test_a_newly_chosen_product_is_listed_whole_with_all_classifications() -> None:
    calls = _calls(("abc", "xy"), ("ab", "xy"), ANCHOR)

    assert calls == [
        ListingCall(products=("a", "b"), classifications=("x", "y"), anchor=ANCHOR),
        ListingCall(products=("c",), classifications=("x", "y"), anchor=None),
    ]


def test_a_newly_chosen_classification_is_listed_whole_for_known_products() -> None:
    calls = _calls(("abc", "xy"), ("ab", "x"), ANCHOR)

    assert calls == [
        ListingCall(products=("a", "b"), classifications=("x",), anchor=ANCHOR),
        ListingCall(products=("c",), classifications=("x", "y"), anchor=None),
        ListingCall(products=("a", "b"), classifications=("y",), anchor=None),
    ]


def test_a_deselected_product_is_no_longer_asked_for() -> None:
    calls = _calls(("a", "x"), ("ab", "x"), ANCHOR)

    assert calls == [ListingCall(products=("a",), classifications=("x",), anchor=ANCHOR)]


def test_one_empty_side_asks_nothing() -> None:
    assert _calls(("", "x")) == []
    assert _calls(("a", "")) == []


def test_an_anchor_for_other_products_only_is_not_used() -> None:
    calls = _calls(("c", "x"), ("ab", "x"), ANCHOR)

    assert calls == [ListingCall(products=("c",), classifications=("x",), anchor=None)]
