"""Home: what needs attention, how synchronizing goes, and the catalogue in numbers."""

from dataclasses import dataclass

from starlette.responses import Response

from headgate.sentences import Sentence
from headgate.services.catalogue.overview import Numbers
from headgate.services.deciding.rules import Verb
from headgate.services.people.telling import Told, Tone
from headgate.services.upkeep.attention import Deed, Item
from headgate.web.console import pictures, progress, set_up_steps
from headgate.web.console.category_names import category_names
from headgate.web.console.own_paths import HOME
from headgate.web.console.page import with_query
from headgate.web.console.pictures import Bar
from headgate.web.console.update_address import HERE
from headgate.web.console.visit import Console, Visit
from headgate.web.console.words import Words

PLAIN_HTTP = "/console/plain-http"

#: Bars of the picture; the table beside it has all.
_BARS = 12

_OPTIONS = "/console/options/synchronization"

_OF_THE_SET_UP = frozenset({Deed.SET_UP, Deed.CHOOSE_SCHEDULE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a deed is done with one click: a link, or a button that sends a form."""

    address: str
    words: Sentence
    is_form: bool = False
    confirmed: bool = False  #: agrees to a large first run


_WAYS = {
    Deed.SET_UP: Way(address="/console/set-up", words=Sentence("Set up this server")),
    Deed.SYNCHRONIZE: Way(address=progress.START, words=Sentence("Synchronize now"), is_form=True),
    Deed.AGREE: Way(
        address=progress.START,
        words=Sentence("Synchronize all the same"),
        is_form=True,
        confirmed=True,
    ),
    Deed.CHOOSE_PRODUCTS: Way(address=f"{_OPTIONS}/products", words=Sentence("Choose products")),
    Deed.CHOOSE_FILES: Way(address=f"{_OPTIONS}/advanced", words=Sentence("Choose update files")),
    Deed.CHOOSE_SCHEDULE: Way(
        address=f"{_OPTIONS}#schedule-heading", words=Sentence("Choose a schedule")
    ),
    Deed.LEAD_TO_HTTPS: Way(
        address=PLAIN_HTTP, words=Sentence("Lead everybody to HTTPS"), is_form=True
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One classification and how many updates it has."""

    address: str
    title: str
    updates: int


def show(console: Console, visit: Visit) -> Response:
    """Show the home page."""
    numbers = console.overview.numbers()
    kinds = _kinds(numbers, category_names(console, visit))
    missing = set_up_steps.missing(console)
    # What the set-up leads through is said once, above everything else.
    said_above = _OF_THE_SET_UP if missing else frozenset[Deed]()
    items = [one for one in console.attention.items(console.now()) if one.deed not in said_above]
    return visit.page(
        "home.html",
        items=[(item, _way(visit, item)) for item in items],
        numbers=numbers,
        kinds=kinds,
        missing=missing,
        picture=_picture(visit.words, kinds) if kinds else None,
        **progress.facts(console, visit, offers_start=True),
    )


def lead_to_https(console: Console, visit: Visit) -> Response:
    """Stop allowing sign-ins over plain HTTP; asked for over HTTPS, which proves that it works."""
    if visit.caller.scheme != "https":
        return visit.go(
            HOME,
            Told(
                Tone.PROBLEM,
                Sentence("Do this over HTTPS, so that nobody is led to where nothing answers."),
            ),
        )
    console.configuring.change({"console.plain_http": "redirect"}, by=visit.actor)
    return visit.done(HOME, [Sentence("Whoever signs in over HTTP is led to HTTPS from now on.")])


def _way(visit: Visit, item: Item) -> Way | None:
    """Return the click that helps, as far as this visitor may and this connection can."""
    if item.deed is Deed.LOOK_AT_CERTIFICATE:
        return Way(address="/console/certificate", words=Sentence("See the certificate"))
    if item.deed is Deed.LOOK_AT_RUN:
        return Way(
            address=f"/console/synchronizations/{item.run_id}#problems",
            words=Sentence("See what went wrong"),
        )
    may = visit.visitor is not None and visit.visitor.may_change
    if not may or (item.deed is Deed.LEAD_TO_HTTPS and visit.caller.scheme != "https"):
        return None
    if item.deed is Deed.ACCEPT_LICENCE:
        return Way(
            address=with_query(f"{HERE}/{item.update_id}/decision", verb=str(Verb.INSTALL)),
            words=Sentence("Read the licence"),
        )
    return _WAYS.get(item.deed)


def _kinds(numbers: Numbers, names: dict[str, str]) -> list[Kind]:
    """Return the classifications that have updates, most first."""
    found = [
        Kind(
            address=with_query("/console/updates", classification=update_id),
            title=names.get(update_id, update_id),
            updates=updates,
        )
        for update_id, updates in numbers.by_classification.items()
        if updates
    ]
    return sorted(found, key=lambda kind: (-kind.updates, kind.title))


def _picture(words: Words, kinds: list[Kind]) -> str:
    shown = kinds[:_BARS]
    return pictures.bar_chart(
        [
            Bar(label=kind.title, value=kind.updates, said=words.number(kind.updates))
            for kind in shown
        ],
        name="by-classification",
        title=words.t("Updates by classification"),
        description=words.t(
            "Most updates: {title}, {count}. The table has all numbers.",
            title=shown[0].title,
            count=shown[0].updates,
        ),
    )
