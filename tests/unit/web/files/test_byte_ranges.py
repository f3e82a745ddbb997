import pytest

from headgate.web.files.byte_ranges import MOST_RANGES, NotSatisfiable, Piece, pieces


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-918943", [(0, 918_943)]),
        ("bytes=0-0", [(0, 0)]),
        ("bytes=100-", [(100, 918_943)]),
        ("bytes=-500", [(918_444, 918_943)]),
        ("bytes=-5000000", [(0, 918_943)]),
        ("bytes=900000-5000000", [(900_000, 918_943)]),
        ("BYTES = 1-2 , 5-6", [(1, 2), (5, 6)]),
        # in the order asked, unmerged, with what lies outside left out
        ("bytes=700-799,0-99,50-149,99999999-", [(700, 799), (0, 99), (50, 149)]),
    ],
)
def test_ranges_are_taken_as_they_were_asked(header: str, expected: list[tuple[int, int]]) -> None:
    assert pieces(header, 918_944) == [Piece(*one) for one in expected]


@pytest.mark.parametrize(
    "header", [None, "", "bytes", "bytes=", "bytes=a-b", "bytes=5-2", "bytes=-", "lines=1-2", "1-2"]
)
def test_what_is_no_range_asks_for_the_whole_file(header: str | None) -> None:
    assert pieces(header, 1000) is None


@pytest.mark.parametrize(
    "header",
    [
        "bytes=1000-",
        "bytes=5000-6000,1000-1001",
        "bytes=-0",
        "bytes=" + ",".join(["0-1"] * (MOST_RANGES + 1)),
        "bytes=" + ",".join(["0-999"] * 3),  # more bytes than twice the file: a flood
    ],
)
def test_ranges_nobody_can_serve_are_refused(header: str) -> None:
    with pytest.raises(NotSatisfiable):
        pieces(header, 1000)
