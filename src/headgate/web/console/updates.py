"""The list of updates. Everything it shows is asked for in its address; nothing is changed here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.responses import RedirectResponse, Response

from headgate.catalogue.update_list import UpdateLine, UpdatePage
from headgate.sentences import Sentence
from headgate.services.catalogue.update_lists import UpdateFilter
from headgate.services.synchronizing.sync_control import NoSuchRunError
from headgate.storage.listing_order import CursorError
from headgate.storage.run_history import RunLine
from headgate.web.console import update_address, update_filters
from headgate.web.console.update_address import FILTERS
from headgate.web.console.update_chips import chips
from headgate.web.console.update_choices import LONGEST_CATEGORY, Choices, choices
from headgate.web.console.update_columns import COLUMNS, heading, shown_columns
from headgate.web.console.update_filters import ANY, PER_PAGE, Asked
from headgate.web.console.update_pictures import supersedence_picture
from headgate.web.console.update_text import languages_for, short, title_in_list
from headgate.web.console.update_tidy import tidy
from headgate.web.console.update_words import SEVERITIES, STATES, SUPERSEDENCE, severity, state_of
from headgate.web.console.visit import Console, Visit

#: Characters of all products of a line together; the page of the update names all.
_PRODUCTS = 500

#: KB numbers that are named as missing.
_KBS = 50

#: Parameters whose field in the form says what is wrong; a live answer has no form.
_WITH_FIELD = frozenset(FILTERS) - {"run", "brought"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The answer of the catalogue to an address."""

    page: UpdatePage
    titles: Mapping[int, str]  #: revision id to title in the reader's language
    is_damaged: bool  #: the address named a page that cannot be; this is the first


def show(console: Console, visit: Visit) -> Response:
    """Show the list, or its part below the filters when htmx asks."""
    address = tidy(update_address.address_of(visit))
    if not visit.is_live and not update_address.is_as_asked(address, visit):
        # Forms send empty and usual values too; addresses that are shared should be short.
        return RedirectResponse(str(address), status_code=303)
    offered, runs = choices(visit), _Runs(console)
    asked = update_filters.read(address, offered, runs.knows)
    found = _found(visit, asked)
    template = "updates_results.html" if visit.is_live else "updates.html"
    answer = visit.page(
        template,
        asked=asked,
        address=address,
        offered=offered,
        found=found,
        chips=chips(asked, address, offered, runs.found, visit.words),
        headings=[heading(column, asked, address) for column in shown_columns(address)],
        columns=COLUMNS,
        sizes=sorted(PER_PAGE),
        missing=_missing(visit, asked),
        why=None if found.page.lines else _why_empty(visit, asked),
        everything=address.without(*FILTERS).replacing(state=ANY),
        beside=() if visit.is_live else _WITH_FIELD,
        lines=[
            _line(line, offered, found.titles, asked.run is not None) for line in found.page.lines
        ],
        STATES=STATES,
        state_of=state_of,
        SEVERITIES=SEVERITIES,
        SUPERSEDENCE=SUPERSEDENCE,
        severity=severity,
        picture=supersedence_picture,
    )
    if visit.is_live:
        answer.headers["HX-Replace-Url"] = str(address)
    return answer


class _Runs:
    """The synchronization an address names, looked up once."""

    def __init__(self, console: Console) -> None:
        self._control = console.sync_control
        self.found: RunLine | None = None

    def knows(self, run: int) -> bool:
        """Whether the history has it; then it is ``found``."""
        try:
            self.found = self._control.run(run)
        except NoSuchRunError:
            return False
        return True


def _found(visit: Visit, asked: Asked) -> _Found:
    catalogue, wanted = visit.console.catalogue(), asked.filter(visit.words.zone)
    is_damaged = False
    try:
        page = catalogue.updates(wanted)
    except CursorError:
        page, is_damaged = catalogue.updates(replace(wanted, cursor=None)), True
    ids = [line.revision_id for line in page.lines]
    titles = catalogue.titles(ids, languages_for(visit.words))
    return _Found(page=page, titles=titles, is_damaged=is_damaged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as the reader sees it."""

    update: UpdateLine
    title: str
    classification: str | None
    product: str  #: the first one; empty: none
    more_products: int
    all_products: str
    address: str  #: the page of the update


def _line(update: UpdateLine, offered: Choices, titles: Mapping[int, str], is_dated: bool) -> Line:
    """``is_dated``: the list tells of revisions as they once came, newer ones may have followed."""
    kind, identity = update.classification, update.identity
    products = sorted((offered.title_of(own) for own in update.products), key=str.casefold)
    return Line(
        update=update,
        title=title_in_list(update, titles),
        classification=short(offered.title_of(kind), LONGEST_CATEGORY) if kind else None,
        product=short(products[0], LONGEST_CATEGORY) if products else "",
        more_products=max(0, len(products) - 1),
        all_products=short("; ".join(products), _PRODUCTS),
        address=f"{update_address.HERE}/{identity if is_dated else identity.update_id}",
    )


def _missing(visit: Visit, asked: Asked) -> str | None:
    """Return which of the pasted KB numbers are not in the catalogue."""
    if not asked.kbs:
        return None
    numbers = visit.console.catalogue().kbs_not_here(asked.kbs)
    named, more = tuple(f"KB{number}" for number in numbers[:_KBS]), len(numbers) - _KBS
    if more > 0:
        return visit.words.t(
            "Not in the catalogue: {numbers} and {more} more.", numbers=named, more=more
        )
    return visit.words.t("Not in the catalogue: {numbers}.", numbers=named) if named else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyEmpty:
    """Why there is nothing to list, and what to do about it."""

    sentence: Sentence
    link: Sentence | None = None
    address: str = ""


def _why_empty(visit: Visit, asked: Asked) -> WhyEmpty:
    if visit.console.catalogue().updates(UpdateFilter(limit=1)).total:
        if asked.run is not None:
            return WhyEmpty(
                sentence=Sentence(
                    "That synchronization brought no update that fits the other filters."
                )
            )
        return WhyEmpty(sentence=Sentence("No update fits all of these filters. Remove one."))
    glance = visit.console.sync_control.glance()
    if glance.job is not None:
        return WhyEmpty(
            sentence=Sentence("A synchronization is under way; updates appear as they arrive."),
            link=Sentence("Watch the synchronization"),
            address="/console/synchronizations",
        )
    if glance.last is None:
        return WhyEmpty(
            sentence=Sentence("This server has not synchronized yet, so it knows no updates."),
            link=Sentence("Go to Synchronization Options to synchronize now"),
            address="/console/options/synchronization",
        )
    return WhyEmpty(
        sentence=Sentence(
            "The catalogue holds no updates: no synchronization has brought any of the chosen "
            "products and classifications."
        ),
        link=Sentence("Choose products and classifications"),
        address="/console/options/synchronization",
    )
