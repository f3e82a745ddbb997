"""Addresses of the list of updates: read, shortened, changed by one filter."""

import pytest

from headgate.web.console.update_address import Address
from headgate.web.console.update_tidy import tidy


def test_removing_one_value_keeps_the_others_and_leaves_the_page() -> None:
    address = Address((("product", "a"), ("product", "b"), ("text", "edge"), ("cursor", "xyz")))

    assert str(address.without("product", value="a")) == "/console/updates?product=b&text=edge"
    assert str(address.without("product", "text")) == "/console/updates"


def test_replacing_a_filter_puts_one_value_for_all() -> None:
    address = Address((("state", "expired"), ("state", "approved"), ("text", "edge")))

    assert str(address.replacing(state="any")) == "/console/updates?text=edge&state=any"
    assert str(address.replacing(state="")) == "/console/updates?text=edge"


def test_any_characters_survive_in_an_address() -> None:
    address = Address((("text", "a&b=c#d é\N{SNOWMAN}"),))

    assert str(address) == "/console/updates?text=a%26b%3Dc%23d+%C3%A9%E2%98%83"


@pytest.mark.parametrize(
    ("asked", "short"),
    [
        ("not_approved approved expired", ""),
        ("not_approved approved expired declined", "?state=any"),
        ("declined", "?state=declined"),
    ],
)
def test_ticked_states_that_are_usual_need_not_be_said(asked: str, short: str) -> None:
    address = Address(tuple(("state", state) for state in asked.split()))

    assert str(tidy(address)) == f"/console/updates{short}"


def test_a_tidy_address_stays_at_its_page() -> None:
    columns = (("columns", "title"), ("columns", "kb"))
    address = Address((("per_page", "50"), *columns, ("cursor", "x")))

    assert str(tidy(address)) == "/console/updates?cursor=x&columns=title,kb"
