"""The history of synchronizations in the console."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.console import ConsoleLab, Page, opened_console
from tests.installation import Installation
from tests.journeys.conftest import Install

from headgate.sentences import Sentence
from headgate.storage import runs, transactions
from headgate.storage.runs import Problem

DAY = datetime(2026, 3, 10, 12, tzinfo=UTC)


class _History:
    """Runs written into the history of a server that never asked a source."""

    def __init__(self, server: Installation) -> None:
        self.engine = server.engine

    def add(
        self, day: int = 0, *, by: str = "alice", result: str = "succeeded", reason: str = ""
    ) -> int:
        at = DAY + timedelta(days=day)
        with transactions.write(self.engine) as conn:
            run_id = runs.begin_run(
                conn, scope="everything", source="https://parent", started_by=by, at=at
            )
            runs.end_run(
                conn,
                run_id,
                result=result,
                reason=Sentence("{said}", said=reason) if reason else None,
                at=at + timedelta(minutes=2),
            )
        return run_id

    def note(self, run_id: int, kind: str, subject: str, reason: str, detail: str = "") -> None:
        problem = Problem(kind=kind, subject=subject, reason=reason, detail=detail or None)
        with transactions.write(self.engine) as conn:
            runs.note_problem(conn, run_id, problem, at=DAY)


@pytest.fixture
def empty(install: Install) -> Installation:
    installation = install(None)
    installation.set(schedule_zone="UTC")
    return installation


@pytest.fixture
def console(empty: Installation) -> Iterator[ConsoleLab]:
    with opened_console(empty) as opened:
        yield opened


@pytest.fixture
def history(empty: Installation) -> _History:
    return _History(empty)


def _rows(page: Page) -> list[str]:
    return page.all("#history tbody tr")


def _table(page: Page, delimiter: str = ",") -> list[dict[str, str]]:
    text = page.text.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def test_a_server_without_history_says_what_to_do(console: ConsoleLab) -> None:
    page = console.administrator().get("/console/synchronizations")

    assert "Nothing has been synchronized yet." in page.words
    assert page.follow("Set up this server").status == 200


def test_a_run_of_the_history_tells_when_who_and_how(
    console: ConsoleLab, history: _History
) -> None:
    history.add(by="schedule")

    (row,) = _rows(console.reporter().get("/console/synchronizations"))

    assert row.startswith("10 Mar 2026, 12:00 2 mins the schedule Succeeded")


def test_the_list_is_filtered_as_the_form_says(console: ConsoleLab, history: _History) -> None:
    history.add(0, by="alice")
    history.add(1, by="bob", result="failed", reason="The parent is away.")
    history.add(2, by="bob")
    page = console.reporter().get("/console/synchronizations")

    failed = page.submit({"result": "failed"}, with_field="result")
    bobs = page.submit({"by": "bob", "until": "2026-03-11"}, with_field="result")
    late = page.submit({"since": "2026-03-12"}, with_field="result")

    found = [[row.split(",")[0] for row in _rows(one)] for one in (failed, bobs, late)]
    assert found == [["11 Mar 2026"], ["11 Mar 2026"], ["12 Mar 2026"]]


def test_a_day_that_is_none_is_told_beside_its_field_and_kept(
    console: ConsoleLab, history: _History
) -> None:
    history.add()

    page = console.reporter().get("/console/synchronizations?since=soon&result=nonsense&by=nobody")

    (since,) = page.document.cssselect("input[name=since]")
    assert since.get("value") == "soon"
    assert page.all(f"#{since.get('aria-describedby')}") == [
        "Write a day as year-month-day, such as 2026-03-31."
    ]
    assert len(page.all(".invalid-feedback")) == 3
    assert len(_rows(page)) == 1


def test_nothing_that_fits_is_told(console: ConsoleLab, history: _History) -> None:
    history.add()

    page = console.reporter().get("/console/synchronizations?result=failed")

    assert "No synchronization fits these filters." in page.words
    assert len(_rows(page.follow("Show all"))) == 1


def test_pages_keep_the_filters(console: ConsoleLab, history: _History) -> None:
    for day in range(60):
        history.add(day, by="bob" if day % 15 else "alice", result="failed", reason="No.")
    newest = console.reporter().get("/console/synchronizations?by=bob")

    older = newest.follow("Older")
    again = older.follow("Newer")

    assert [len(_rows(page)) for page in (newest, older, again)] == [50, 6, 50]
    assert not any("alice" in row for row in _rows(older))
    assert _rows(again) == _rows(newest)


def test_the_table_for_spreadsheets_has_what_is_filtered(
    console: ConsoleLab, history: _History
) -> None:
    history.add(0, by="alice")
    history.add(1, by="bob", result="failed", reason='=HYPERLINK("http://evil")')
    page = console.reporter().get("/console/synchronizations?result=failed")

    (row,) = _table(page.follow("Save as CSV"))

    assert (row["Started (UTC)"], row["Seconds"]) == ("2026-03-11 12:00:00", "120")
    assert (row["Started by"], row["Result"]) == ("bob", "Failed")
    assert row["Reason"] == '\'=HYPERLINK("http://evil")'


def test_a_run_tells_every_problem_in_words_by_kind(console: ConsoleLab, history: _History) -> None:
    run_id = history.add(result="failed", reason="The parent is away.")
    history.note(run_id, "call", "https://parent", "It hung up.", "ReadError: reset")
    history.note(run_id, "file", "a.cab", "It is not there.")
    history.note(run_id, "notice", "language", "Klingon is new.")

    page = console.reporter().get(f"/console/synchronizations/{run_id}")

    assert page.all("#problems h3") == [
        "The conversation with the update source 1",
        "Update files 1",
        "Worth knowing 1",
    ]
    assert page.all("#call li") == ["https://parent: It hung up. Details ReadError: reset"]
    assert "The parent is away." in page.words


def test_many_problems_come_a_hundred_at_a_time(console: ConsoleLab, history: _History) -> None:
    run_id = history.add()
    for number in range(150):
        history.note(run_id, "file", f"{number}.cab", "It is not there.")
    history.note(run_id, "document", "1", "It is damaged.")
    first = console.reporter().get(f"/console/synchronizations/{run_id}")

    rest = first.follow("Next page")
    back = rest.follow("First page")

    assert [len(page.all("#file li")) for page in (first, rest, back)] == [100, 50, 100]
    assert rest.all("#file li")[0].startswith("100.cab")
    assert len(rest.all("#document li")) == 1  # other kinds stay where they were


def test_what_others_wrote_stays_text(console: ConsoleLab, history: _History) -> None:
    bad = "<script>alert(1)</script>"
    run_id = history.add(by=bad, result="failed", reason=bad)
    history.note(run_id, "file", bad, bad, bad)
    browser = console.reporter()

    for path in ("", f"/{run_id}"):
        page = browser.get(f"/console/synchronizations{path}")
        assert page.status == 200
        assert bad not in page.text
        assert bad in page.words


@pytest.mark.parametrize("number", ["4711", "0", "99999999999999999999"])
def test_a_run_nobody_knows_is_not_found(console: ConsoleLab, number: str) -> None:
    page = console.reporter().get(f"/console/synchronizations/{number}")

    assert (page.status, page.heading) == (404, "There is no such synchronization")


def test_a_run_shows_its_first_updates_and_leads_to_all(server: Installation) -> None:
    run = server.synchronize()
    with opened_console(server) as console:
        page = console.reporter().get(f"/console/synchronizations/{run['id']}")

        new = page.all("[aria-label='New updates'] li")
        assert len(new) == min(run["new"], 25)
        listed = page.follow(f"Show all {run['new']} in the list of updates")
        assert f"{run['new']} updates" in listed.words


def test_a_german_reader_gets_german_cells(console: ConsoleLab, history: _History) -> None:
    history.add(by="schedule")

    (row,) = _table(console.signed_in(language="de").get("/console/synchronizations.csv"), ";")

    assert "2026-03-10 12:00:00" in row.values()
