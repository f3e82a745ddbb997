"""[MS-WUSP] 3.1.5.6, sentence by sentence."""

import pytest

from headgate.catalogue.revisions import CategoryType
from headgate.services.clients.category_scans import CategoryScan, RequestedCategory, start
from headgate.services.clients.refusals import ComputerRefused, Refusal

OOBE = "dd78b8a1-0b20-45c1-add6-4da72e9364cf"
KNOWN = {
    OOBE: CategoryType.PRODUCT,
    "windows": CategoryType.PRODUCT,
    "critical": CategoryType.CLASSIFICATION,
    "family": CategoryType.FAMILY,
    "of no type": "",
}


def _start(*groups: tuple[str, ...]) -> CategoryScan:
    requested = [
        RequestedCategory(group=number, category_id=member)
        for number, members in enumerate(groups)
        for member in members
    ]
    return start(requested, KNOWN.get)


@pytest.mark.parametrize(
    ("groups", "preferred", "unknown"),
    [
        ([(OOBE,)], (OOBE,), ()),  # native/scan: what a real server was asked
        ([("windows", "critical")], ("windows",), ()),
        ([("critical", "windows"), (OOBE,)], ("windows", OOBE), ()),
        ([("nobody",)], (), ("nobody",)),
        ([("nobody", OOBE), ("windows",)], ("windows",), ("nobody",)),
        ([("critical",)], (), ()),
        ([(OOBE,), ("critical",), ("nobody",)], (), ("nobody",)),
        ([("windows", OOBE)], (), ()),
        ([("windows", "critical", "critical")], (), ()),
        ([("windows", "family")], (), ()),
        ([("of no type",)], (), ()),
        ([("windows", "of no type")], (), ()),
        ([(OOBE,), ("nobody", "of no type"), ("windows",)], (OOBE, "windows"), ("nobody",)),
        ([(OOBE,), ("of no type",), ("windows",), ("nobody",)], (), ("nobody",)),
        ([("windows",), ("windows",)], ("windows",), ()),
        ([], (), ()),
    ],
)
def test_groups_lead_to_products(
    groups: list[tuple[str, ...]], preferred: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    assert _start(*groups) == CategoryScan(preferred=preferred, unknown=unknown)


def test_two_hundred_categories_are_too_many() -> None:
    many = [RequestedCategory(group=number, category_id=OOBE) for number in range(200)]

    assert start(many[1:], KNOWN.get).preferred == (OOBE,)
    with pytest.raises(ComputerRefused) as refused:
        start(many, KNOWN.get)
    assert refused.value.code is Refusal.INVALID_PARAMETERS


def test_no_list_at_all_is_refused() -> None:
    with pytest.raises(ComputerRefused) as refused:
        start(None, KNOWN.get)
    assert refused.value.code is Refusal.INVALID_PARAMETERS
    assert refused.value.about == "requestedCategories"
