"""Finding a category by what people type."""

import pytest

from headgate.catalogue.categories import Category
from headgate.catalogue.naming import (
    AmbiguousTitleError,
    UnknownCategoryError,
    find_categories,
)
from headgate.catalogue.revisions import CategoryType

WINDOWS = "6964aab4-c5b5-43bd-a17d-ffb4346a8e1d"
TOOLS = "0a4c6c73-8887-4d7f-9cbe-d08fa8fa9d1e"
SERVER = "569e8e8f-c6cd-42c8-92a3-efbb20a0f6f5"
OTHER_SERVER = "e26d4a30-aba6-4616-a890-011970d93636"


def _known() -> list[Category]:
    rows = (
        (WINDOWS, CategoryType.FAMILY, "Windows", None),
        (TOOLS, CategoryType.FAMILY, "Developer Tools", None),
        (SERVER, CategoryType.PRODUCT, "Windows Server 2016", WINDOWS),
        (OTHER_SERVER, CategoryType.PRODUCT, "Windows Server 2016", TOOLS),
    )
    return [
        Category(update_id=row[0], category_type=row[1], title=row[2], parent_id=row[3])
        for row in rows
    ]


@pytest.mark.parametrize("typed", ["windows", " Windows ", WINDOWS.upper(), f"{{{WINDOWS}}}"])
def test_titles_and_ids_are_found_in_any_case(typed: str) -> None:
    (found,) = find_categories([typed], _known(), what="product")

    assert found.update_id == WINDOWS


def test_a_title_that_fits_two_is_answered_with_both() -> None:
    with pytest.raises(AmbiguousTitleError) as caught:
        find_categories(["Windows Server 2016"], _known(), what="product")

    assert SERVER in str(caught.value)
    assert OTHER_SERVER in str(caught.value)
    assert "below Developer Tools" in str(caught.value)


def test_part_of_a_title_is_answered_with_what_contains_it() -> None:
    with pytest.raises(UnknownCategoryError) as caught:
        find_categories(["server"], _known(), what="product")

    assert SERVER in str(caught.value)
