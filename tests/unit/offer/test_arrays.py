"""The compact shapes give back what was put in."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from headgate.offer.arrays import PIECE, Changes, Lists, NumbersById, sorted_in_pieces
from headgate.offer.update_numbers import UpdateNumbers

GUIDS = [
    "00000000-0000-0000-0000-000000000001",
    "00000000-0000-0001-0000-000000000000",  # stands across the first and a later one
    "00000000-0000-0001-0000-000000000001",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
]


def test_sorting_in_pieces_is_sorting() -> None:
    numbers = [(7 * n * n) % 99_991 for n in range(3 * PIECE + 5)]

    assert list(sorted_in_pieces(numbers)) == sorted(numbers)
    assert list(sorted_in_pieces(iter([]))) == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2**32 - 1))))
def test_lists_keep_what_belongs_to_each(pairs: list[tuple[int, int]]) -> None:
    lists = Lists.of(10, array("I", [k for k, _ in pairs]), array("I", [v for _, v in pairs]))

    assert len(lists) == 10
    for number in range(10):
        expected = [value for key, value in pairs if key == number]
        assert list(lists[number]) == expected
        assert lists.size(number) == len(expected)


@given(st.dictionaries(st.integers(0, 2**32 - 1), st.integers(0, 2**31 - 1)), st.integers())
def test_numbers_are_found_by_any_id(numbers: dict[int, int], other: int) -> None:
    by_id = NumbersById()
    for revision_id, number in numbers.items():
        by_id.put(revision_id, number)

    for revision_id, number in numbers.items():
        assert by_id.get(revision_id) == number
    assert by_id.get(other) == numbers.get(other, -1)


@given(st.lists(st.tuples(st.integers(0, 2**60), st.integers(0, 2**32 - 1))), st.integers(0, 2**60))
def test_changes_after_a_counter(stamps: list[tuple[int, int]], counter: int) -> None:
    changed = Changes(stamps).after(counter)

    assert set(changed) == {revision_id for since, revision_id in stamps if since > counter}


def test_updates_are_found_by_their_guid() -> None:
    """Also where the same bytes stand across two neighbours in the table."""
    updates = UpdateNumbers(
        [(50, GUIDS[3]), (41, GUIDS[0]), (2**32 - 1, GUIDS[2]), (40, GUIDS[0]), (7, GUIDS[1])]
    )

    assert [updates.number(guid) for guid in GUIDS] == [0, 1, 2, 3]
    assert list(updates.revisions(0)) == [40, 41]
    assert updates.number_of_revision.get(2**32 - 1) == 2
    assert updates.number_of_revision.get(8) == -1


def test_what_is_no_known_guid_has_no_number() -> None:
    known = UpdateNumbers([(1, GUIDS[0]), (2, GUIDS[2])])

    for other in (GUIDS[1], GUIDS[3], "", "-", "zz", GUIDS[0][:-1], GUIDS[0] + "00", "\u0661" * 32):
        assert known.number(other) is None
    assert known.number(GUIDS[0].replace("-", "").upper()) == 0
    assert UpdateNumbers([]).number(GUIDS[0]) is None


@given(st.sets(st.uuids(), max_size=60))
def test_every_guid_is_found_among_many(guids: set[object]) -> None:
    texts = sorted(str(guid) for guid in guids)
    updates = UpdateNumbers([(number, text) for number, text in enumerate(texts)])

    assert [updates.number(text) for text in texts] == list(range(len(texts)))
