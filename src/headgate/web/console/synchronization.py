"""One synchronization: how it went, what it brought, and everything that went wrong in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from headgate.catalogue.update_list import Brought, UpdateLine
from headgate.sentences import Sentence
from headgate.services.catalogue.update_lists import UpdateFilter
from headgate.services.synchronizing.sync_control import NoSuchRunError
from headgate.storage.run_history import RUNNING, NotedProblem, RunLine
from headgate.web.console import progress, run_words, synchronizations, update_address
from headgate.web.console.page import with_query
from headgate.web.console.update_text import languages_for, title_in_list
from headgate.web.console.visit import Console, Visit

#: Updates shown of each kind; the list of updates shows all.
UPDATES = 25
#: Problems of one kind on a page.
PROBLEMS = 100

_BROUGHT = {
    Brought.NEW: Sentence("New updates"),
    Brought.REVISED: Sentence("Revised updates"),
    Brought.EXPIRED: Sentence("Expired updates"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The first updates of one kind that a run brought."""

    title: Sentence
    total: int
    all_of_them: str  #: address
    updates: tuple[tuple[str, UpdateLine, str], ...]  #: address, update, title for the reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A page of the problems of one kind."""

    kind: str
    title: str
    count: int
    problems: list[NotedProblem]
    more: str | None  #: address of the next page
    first: str | None  #: address of the first page; None: this is it


def show(console: Console, visit: Visit) -> Response:
    """Show one run of the history."""
    run_id = synchronizations.number(str(visit.path["id"]))
    if run_id is None:
        raise NoSuchRunError(visit.path["id"])
    run = console.sync_control.run(run_id)
    return visit.page(
        "synchronization.html",
        line=synchronizations.line(visit.words, run),
        run=run,
        is_running=run.result == RUNNING,
        groups=list(_groups(console, visit, run)),
        troubles=list(_troubles(console, visit, run)),
        **progress.facts(console, visit),
    )


def _groups(console: Console, visit: Visit, run: RunLine) -> Iterator[Group]:
    catalogue, languages = console.catalogue(), languages_for(visit.words)
    for brought, title in _BROUGHT.items():
        page = catalogue.updates(UpdateFilter(run=run.run_id, brought=brought, limit=UPDATES))
        if not page.lines:
            continue
        titles = catalogue.titles([line.revision_id for line in page.lines], languages)
        yield Group(
            title=title,
            total=page.total,
            all_of_them=with_query(update_address.HERE, run=run.run_id, brought=brought.value),
            updates=tuple(_update(line, titles) for line in page.lines),
        )


def _update(line: UpdateLine, titles: Mapping[int, str]) -> tuple[str, UpdateLine, str]:
    address = f"{update_address.HERE}/{line.identity.update_id}"
    return address, line, title_in_list(line, titles)


def _troubles(console: Console, visit: Visit, run: RunLine) -> Iterator[Trouble]:
    counts = console.sync_control.problem_counts(run.run_id)
    here = visit.request.url.path
    for kind, title in run_words.KINDS.items():
        if not counts.get(kind):
            continue
        after = synchronizations.number(visit.query.get(f"{kind}_after")) or 0
        found = console.sync_control.problems(run.run_id, kind, after=after, limit=PROBLEMS + 1)
        shown = found[:PROBLEMS]
        yield Trouble(
            kind=kind,
            title=title,
            count=counts[kind],
            problems=shown,
            more=_beginning(here, kind, shown[-1].problem_id) if len(found) > PROBLEMS else None,
            first=_beginning(here, kind, None) if after else None,
        )


def _beginning(here: str, kind: str, after: int | None) -> str:
    return with_query(here, **{f"{kind}_after": after}) + f"#{kind}"
