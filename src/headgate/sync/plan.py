"""Which lists of updates to ask for. Pure.

A kept anchor answers only for the products and classifications it was asked with. What was chosen
since must be asked for without it, or its old updates would never come ([MS-WSUSSS] 3.1.4.5,
FACTS §10.4):

1. known products x known classifications, with the anchor: what is new since;
2. newly chosen products x all classifications, without anchor;
3. known products x newly chosen classifications, without anchor.

Both lists are always sent, because a filter with only one side silently finds nothing. The anchor
kept is the *first* answer's: what happens at the source between the calls is then seen next time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Products and classifications, as lower-case GUIDs."""

    products: frozenset[str]
    classifications: frozenset[str]

    @classmethod
    def of(cls, products: Collection[str], classifications: Collection[str]) -> "Choice":
        """Build a choice from any two collections of GUIDs."""
        return cls(products=frozenset(products), classifications=frozenset(classifications))

    def as_rows(self) -> Mapping[str, Sequence[str]]:
        """Return the choice as it is remembered beside an anchor."""
        return {
            "product": sorted(self.products),
            "classification": sorted(self.classifications),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingCall:
    """One ``GetRevisionIdList`` to make; ``anchor`` None lists everything that matches."""

    products: tuple[str, ...]
    classifications: tuple[str, ...]
    anchor: str | None


def listing_calls(*, chosen: Choice, anchored: Choice, anchor: str | None) -> list[ListingCall]:
    """Return the calls to make, the one whose anchor is to be kept first.

    ``anchored`` is what ``anchor`` answers for. An empty side of the choice gives no call at all.
    """
    if not chosen.products or not chosen.classifications:
        return []
    known_products = chosen.products & anchored.products
    known_classifications = chosen.classifications & anchored.classifications
    if anchor is None or not known_products or not known_classifications:
        return [_call(chosen.products, chosen.classifications, None)]
    calls = [_call(known_products, known_classifications, anchor)]
    if new_products := chosen.products - known_products:
        calls.append(_call(new_products, chosen.classifications, None))
    if new_classifications := chosen.classifications - known_classifications:
        calls.append(_call(known_products, new_classifications, None))
    return calls


def _call(
    products: Collection[str], classifications: Collection[str], anchor: str | None
) -> ListingCall:
    return ListingCall(
        products=tuple(sorted(products)),
        classifications=tuple(sorted(classifications)),
        anchor=anchor,
    )
