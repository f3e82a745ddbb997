from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from headgate.wire import lexical


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-04T20:33:26.65455Z",
        "2026-10-04T16:09:27.1671234Z",
        "2026-10-04T13:16:35Z",
        "9999-12-31T23:59:59.9999999Z",
        "1753-01-01T00:00:00Z",
        "2026-10-04T13:16:35.0000001Z",
    ],
)
def test_times_leave_as_they_came(text: str) -> None:
    assert lexical.write_datetime(lexical.read_datetime(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-04T22:00:00+02:00", datetime(2026, 10, 4, 20, tzinfo=UTC)),
        ("2026-10-04T22:00:00.5-05:30", datetime(2026, 10, 5, 3, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-10-04T22:00:00", datetime(2026, 10, 4, 22, tzinfo=UTC)),
        (" 2026-10-04T22:00:00.123456789Z\n", datetime(2026, 10, 4, 22, 0, 0, 123456, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_utc(text: str, expected: datetime) -> None:
    assert lexical.read_datetime(text) == expected


def test_times_are_written_in_utc() -> None:
    summer = timezone(timedelta(hours=2))

    assert lexical.write_datetime(datetime(2026, 7, 1, 1, tzinfo=summer)) == "2026-06-30T23:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-10-04",
        "2026-13-04T00:00:00Z",
        "2026-10-04T00:00:00.Z",
        "9999-12-31T23:59:59-05:00",
        "2026-10-04T00:00:00+99:00",
        "٢٠٢٦-10-04T00:00:00Z",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|offset"):
        lexical.read_datetime(text)


@given(st.binary(max_size=200))
def test_base64_goes_both_ways(data: bytes) -> None:
    text = lexical.write_base64(data)

    assert lexical.read_base64(text) == data
    assert lexical.read_base64(f" {text[:5]}\r\n{text[5:]}\n") == data


@pytest.mark.parametrize("text", ["A", "AA=", "A*AA", "Ä===", "AA==AA=="])
def test_damaged_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not base64"):
        lexical.read_base64(text)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\r\n\t&<>'\"]")))
def test_escaped_text_comes_back_from_a_parser(text: str) -> None:
    try:
        written = lexical.escape(text)
    except ValueError:
        assert "\ufffe" in text or "\uffff" in text
        return

    assert (etree.fromstring(f"<a>{written}</a>".encode()).text or "") == text


def test_characters_that_xml_cannot_carry_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        lexical.escape("a\0b")


def test_booleans_have_two_spellings() -> None:
    spelled = [lexical.read_boolean(text) for text in ("true", "1", "false", " 0 ")]

    assert spelled == [True, True, False, False]
    with pytest.raises(ValueError, match="not a boolean"):
        lexical.read_boolean("yes")


@pytest.mark.parametrize("text", ["", "1.0", "2147483648", "-2147483649", "0x10", "1e3", "१"])
def test_numbers_outside_an_int_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        lexical.read_integer(text)


def test_guids_keep_their_letters() -> None:
    upper = "56309036-4C77-4DD9-951A-99EE9C246A94"

    assert lexical.read_guid(f" {upper} ") == upper
    with pytest.raises(ValueError, match="not a GUID"):
        lexical.read_guid("56309036-4C77-4DD9-951A-99EE9C246A9")
