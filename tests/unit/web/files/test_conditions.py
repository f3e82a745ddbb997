"""Conditions of requests for files, as RFC 9110 13 has them."""

from datetime import UTC, datetime

import pytest

from headgate.web.files.conditions import unmet

ETAG = '"0A1B"'
STORED_AT = datetime(2026, 11, 21, 9, 30, 0, 123_456, tzinfo=UTC)
AFTERWARDS = "Sat, 21 Nov 2026 09:30:01 GMT"
BEFORE = "Sat, 21 Nov 2026 09:29:59 GMT"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, None),
        # Weak comparison, lists and the star.
        ({"if-none-match": ETAG}, 304),
        ({"if-none-match": f"W/{ETAG}"}, 304),
        ({"if-none-match": f'"other,one" ,, W/"x",\t{ETAG}'}, 304),
        ({"if-none-match": "*"}, 304),
        ({"if-none-match": '"other"'}, None),
        ({"if-none-match": ETAG.lower()}, None),
        # The date as a cache was told it, in the three ways HTTP knows; ours has fractions.
        ({"if-modified-since": "Sat, 21 Nov 2026 09:30:00 GMT"}, 304),
        ({"if-modified-since": "Saturday, 21-Nov-26 09:30:00 GMT"}, 304),
        ({"if-modified-since": "Sat Nov 21 09:30:00 2026"}, 304),
        ({"if-modified-since": AFTERWARDS}, 304),
        ({"if-modified-since": BEFORE}, None),
        # Strong comparison.
        ({"if-match": ETAG}, None),
        ({"if-match": f'"other", {ETAG}'}, None),
        ({"if-match": "*"}, None),
        ({"if-match": f"W/{ETAG}"}, 412),
        ({"if-match": '"other"'}, 412),
        # In order: a tag counts for more than a date, If-Match for more than all.
        ({"if-none-match": '"other"', "if-modified-since": AFTERWARDS}, None),
        ({"if-none-match": ETAG, "if-modified-since": BEFORE}, 304),
        ({"if-none-match": ETAG, "if-match": '"other"'}, 412),
        ({"if-none-match": ETAG, "if-match": ETAG}, 304),
    ],
)
def test_a_condition_decides_whether_the_file_is_sent(
    asked: dict[str, str], status: int | None
) -> None:
    assert unmet({k.encode(): v for k, v in asked.items()}, ETAG, STORED_AT) == status


@pytest.mark.parametrize(
    "asked",
    [
        {"if-none-match": ""},
        {"if-none-match": "0A1B"},
        {"if-none-match": f"{ETAG} and more"},
        {"if-none-match": f"*, {ETAG}"},
        {"if-none-match": "0A1B", "if-modified-since": AFTERWARDS},
        {"if-match": "0A1B"},
        {"if-match": '"0A1C'},
        {"if-modified-since": ""},
        {"if-modified-since": "tomorrow"},
        {"if-modified-since": "Sat, 21 Nov 2026 09:30:00 +9999999999999999"},
        {"if-modified-since": f"{AFTERWARDS}, {AFTERWARDS}"},
    ],
)
def test_what_is_malformed_is_passed_over(asked: dict[str, str]) -> None:
    assert unmet({k.encode(): v for k, v in asked.items()}, ETAG, STORED_AT) is None
