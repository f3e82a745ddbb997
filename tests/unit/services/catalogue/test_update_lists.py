"""What people type into the filters of updates."""

import pytest

from headgate.services.catalogue.update_lists import MOST_KBS, kb_numbers


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("", []),
        ("KB5034441", ["5034441"]),
        (
            "kb5034441,5034442;KB 5034443\tKB-5034444\n(5034445)",
            [str(5034441 + n) for n in range(5)],
        ),
        ("https://support.microsoft.com/help/5034441", ["5034441"]),
        ("article_KB5034441_x64.msu", ["5034441"]),
        ("KBKB", []),
        ("123", []),
        ("12345678901234567890", []),
        ("abc5034441", []),
        ("５０３４４４１", []),
        ("5034441 5034441", ["5034441"]),
    ],
)
def test_kb_numbers_are_taken_out_of_what_was_pasted(typed: str, numbers: list[str]) -> None:
    assert sorted(kb_numbers(typed)) == numbers


def test_an_endless_list_is_cut() -> None:
    assert len(kb_numbers(" ".join(str(5_000_000 + n) for n in range(3 * MOST_KBS)))) == MOST_KBS
