"""The history of synchronizations: filtered, a page at a time, and as a table for spreadsheets."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from headgate.sentences import Sentence
from headgate.storage.run_history import RunFilter, RunLine
from headgate.web.console import progress, run_words
from headgate.web.console.csv_file import Cell, csv_file
from headgate.web.console.page import with_query
from headgate.web.console.visit import Console, Visit
from headgate.web.console.words import Words

HERE = "/console/synchronizations"
LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for: as typed, and understood as far as it makes sense."""

    result: str
    since: str
    until: str
    by: str
    problems: Mapping[str, Sentence]  #: field to what is wrong with it
    filter: RunFilter

    def address(self, path: str = HERE, **more: object) -> str:
        """Return the address of this view, on another page of it."""
        return with_query(
            path, result=self.result, since=self.since, until=self.until, by=self.by, **more
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything is asked for."""
        return self.filter != RunFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One run as the list shows it."""

    run: RunLine
    starter: str
    result: str
    colour: str
    extent: str


def show(console: Console, visit: Visit) -> Response:
    """Show a page of the history."""
    starters = console.sync_control.starters()
    asked = _asked(visit, starters)
    page = console.sync_control.runs(
        asked.filter,
        older_than=number(visit.query.get("older")),
        newer_than=number(visit.query.get("newer")),
        limit=LIMIT,
    )
    return visit.page(
        "synchronizations.html",
        asked=asked,
        page=page,
        lines=[line(visit.words, run) for run in page.lines],
        results=run_words.RESULTS,
        starters=[(name, run_words.starter(visit.words, name)) for name in starters],
        csv=asked.address(f"{HERE}.csv"),
        older=asked.address(older=page.older) if page.older else None,
        newer=asked.address(newer=page.newer) if page.newer else None,
        **progress.facts(console, visit, offers_start=True),
    )


def table(console: Console, visit: Visit) -> Response:
    """Answer with everything that fits the filters, for spreadsheets."""
    words, now = visit.words, console.now()
    asked = _asked(visit, console.sync_control.starters())
    found = console.sync_control.runs(asked.filter, limit=None)
    return csv_file(
        "synchronizations.csv",
        _headings(words),
        (list(_cells(words, run, now)) for run in found.lines),
        language=words.language,
    )


def line(words: Words, run: RunLine) -> Line:
    """Return a run as lists show it."""
    return Line(
        run=run,
        starter=run_words.starter(words, run.started_by),
        result=run_words.result(words, run),
        colour=run_words.COLOURS[run.result],
        extent=run_words.extent(words, run),
    )


def _headings(words: Words) -> list[str]:
    zone = words.zone.key
    return [
        words.t("Number"),
        words.t("Started ({zone})", zone=zone),
        words.t("Ended ({zone})", zone=zone),
        words.t("Seconds"),
        words.t("Started by"),
        words.t("Extent"),
        words.t("Result"),
        words.t("Reason"),
        words.t("New updates"),
        words.t("Revised updates"),
        words.t("Expired updates"),
        words.t("Documents"),
        words.t("Files"),
        words.t("Bytes"),
        words.t("Problems"),
        words.t("Update source"),
    ]


def _cells(words: Words, run: RunLine, now: datetime) -> Iterator[Cell]:
    yield run.run_id
    yield _moment(words, run.started_at)
    yield _moment(words, run.ended_at) if run.ended_at else None
    yield round(run.seconds(now))
    yield run_words.starter(words, run.started_by)
    yield run_words.extent(words, run)
    yield run_words.result(words, run)
    yield words.say(run.reason or "")
    yield from (run.new, run.revised, run.expired, run.documents, run.files, run.received)
    yield run.failures
    yield run.source


def _moment(words: Words, moment: datetime) -> str:
    """Return a moment the way every spreadsheet understands."""
    return f"{moment.astimezone(words.zone):%Y-%m-%d %H:%M:%S}"


def _asked(visit: Visit, starters: Collection[str]) -> Asked:
    typed = {name: visit.query.get(name, "").strip() for name in ("result", "since", "until", "by")}
    problems: dict[str, Sentence] = {}
    days = {name: _day(name, typed[name], problems) for name in ("since", "until")}
    if typed["result"] and typed["result"] not in run_words.RESULTS:
        problems["result"] = Sentence("There is no such result; choose one from the list.")
    if typed["by"] and typed["by"] not in starters:
        problems["by"] = Sentence("Nobody of that name has started a synchronization.")
    zone = visit.words.zone
    return Asked(
        **typed,
        problems=problems,
        filter=RunFilter(
            result=typed["result"] if typed["result"] in run_words.RESULTS else None,
            since=_begin(days["since"], zone),
            before=_begin(days["until"] + timedelta(days=1), zone) if days["until"] else None,
            started_by=typed["by"] if typed["by"] in starters else None,
        ),
    )


def _day(name: str, typed: str, problems: dict[str, Sentence]) -> date | None:
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = None
    # Zones reach a day beyond either end of the calendar.
    if day is None or not 1970 <= day.year <= 9998:
        problems[name] = Sentence("Write a day as year-month-day, such as 2026-03-31.")
        return None
    return day


def _begin(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone).astimezone(UTC)


def number(text: str | None) -> int | None:
    """Return the number of a run an address names; what is none asks nothing."""
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 9:
        return None
    return int(text)
