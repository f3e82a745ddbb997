import csv
import io

import pytest

from headgate.web.console.csv_file import Cell, csv_file


def _read(*rows: list[Cell], language: str = "en") -> list[list[str]]:
    answer = csv_file("list.csv", ["Name", "Count"], rows, language=language)
    text = bytes(answer.body).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter="," if language == "en" else ";"))


def test_a_table_comes_back_as_it_was() -> None:
    found = _read(['Quote " and, comma', 3], ["Grüße från Åland", None])

    assert found == [["Name", "Count"], ['Quote " and, comma', "3"], ["Grüße från Åland", ""]]


def test_the_file_begins_with_the_mark_excel_knows_utf_8_by() -> None:
    answer = csv_file("list.csv", ["Name"], [], language="en")

    assert bytes(answer.body).startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-disposition"] == 'attachment; filename="list.csv"'


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t=", "\r=", " ="])
def test_what_a_spreadsheet_would_calculate_gets_an_apostrophe(beginning: str) -> None:
    found = _read([f"{beginning}HYPERLINK(1)", 1])

    assert found[1][0].startswith("'")


def test_numbers_are_left_alone() -> None:
    assert _read([-3, 4])[1] == ["-3", "4"]


@pytest.mark.parametrize("language", ["de", "sv"])
def test_cells_are_parted_as_excel_expects_in_the_readers_language(language: str) -> None:
    assert _read(["a", 1], language=language)[1] == ["a", "1"]
