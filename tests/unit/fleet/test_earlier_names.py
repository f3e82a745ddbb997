"""The names an id had before tell of copies."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.cast import NOON

from headgate.fleet import earlier_names
from headgate.fleet.earlier_names import EarlierName

DAY = timedelta(days=1)


def _after(*names: str, days: float = 1) -> tuple[EarlierName, ...]:
    """What is remembered after an id came under these names, one after the other."""
    earlier: tuple[EarlierName, ...] = ()
    for number, (left, name) in enumerate(pairwise(names)):
        one = EarlierName(name=left, last_used=NOON + number * days * DAY)
        earlier = earlier_names.after_leaving(earlier, one, name=name)
    return earlier


def test_each_machine_is_remembered_once_and_the_present_name_not_at_all() -> None:
    earlier = _after("a", "b.example", "a.example", "c", "b", "a")

    assert [one.name for one in earlier] == ["b", "c"]


def test_a_name_that_comes_back_within_thirty_days_tells_of_copies() -> None:
    earlier = _after("a", "b", "c")

    assert earlier_names.tell_of_copies(earlier, "a.example", at=NOON + 29.9 * DAY)
    assert not earlier_names.tell_of_copies(earlier, "a", at=NOON + 30 * DAY)
    assert not earlier_names.tell_of_copies(earlier, "d", at=NOON + 2 * DAY)


def test_more_names_than_are_remembered_within_thirty_days_tell_of_copies() -> None:
    names = [f"pc{number}" for number in range(earlier_names.MOST + 1)]

    assert earlier_names.tell_of_copies(_after(*names), "new", at=NOON + 10 * DAY)
    assert not earlier_names.tell_of_copies(_after(*names[1:]), "new", at=NOON + 10 * DAY)
    assert not earlier_names.tell_of_copies(_after(*names, days=10), "new", at=NOON + 90 * DAY)


@given(st.lists(st.text(min_size=1, max_size=20), min_size=2, max_size=40))
def test_what_is_kept_comes_back_and_has_an_end(names: list[str]) -> None:
    earlier = _after(*names)

    assert earlier_names.restored(earlier_names.kept(earlier)) == earlier
    assert len(earlier) <= earlier_names.MOST
    assert earlier_names.restored(None) == ()
