"""Which categories a category scan is to name ([MS-WUSP] 3.1.5.6; FACTS §2.6). Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headgate.catalogue.revisions import CategoryType
from headgate.services.clients.refusals import ComputerRefused, Refusal

#: A request with as many categories is refused (<52>).
TOO_MANY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedCategory:
    """One ``CategoryRelationship``: those of one group belong together."""

    group: int
    category_id: str  #: lower-case GUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryScan:
    """The answer."""

    preferred: tuple[str, ...]
    unknown: tuple[str, ...]


def start(
    requested: Sequence[RequestedCategory] | None, category_type: Callable[[str], str | None]
) -> CategoryScan:
    """Return the categories to name in the scan, and those we do not know.

    ``category_type`` answers a :class:`CategoryType` for a category of the catalogue, "" for one of
    no known type (there are many: FACTS §10.4), None for anything else. A group with an id that is
    no category is left out whole. A group is a product, or a product and a classification; any
    other ends it with nothing preferred.
    Raises ComputerRefused (InvalidParameters) for no list, or one of 200 and more.
    """
    if requested is None or len(requested) >= TOO_MANY:
        raise ComputerRefused(Refusal.INVALID_PARAMETERS, "requestedCategories")
    groups: dict[int, list[str]] = {}
    for one in requested:
        groups.setdefault(one.group, []).append(one.category_id)
    kinds = {one.category_id: category_type(one.category_id) for one in requested}
    unknown = tuple(category_id for category_id, kind in kinds.items() if kind is None)
    preferred: dict[str, None] = {}  # a set in order
    for members in groups.values():
        if any(kinds[member] is None for member in members):
            continue
        product = _product_of(members, kinds)
        if product is None:
            return CategoryScan(preferred=(), unknown=unknown)
        preferred[product] = None
    return CategoryScan(preferred=tuple(preferred), unknown=unknown)


def _product_of(members: Sequence[str], kinds: dict[str, str | None]) -> str | None:
    """Return the product of a group, None for a group of a shape that is not allowed."""
    products = [member for member in members if kinds[member] == CategoryType.PRODUCT]
    others = [member for member in members if kinds[member] != CategoryType.PRODUCT]
    if len(products) != 1 or len(others) > 1:
        return None
    if others and kinds[others[0]] != CategoryType.CLASSIFICATION:
        return None
    return products[0]
