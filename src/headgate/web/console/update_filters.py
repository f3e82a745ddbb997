"""Reading the filters of the list of updates from its address.

What cannot be understood is left out and gets a sentence beside its field; the rest counts. What
was typed stays in the form, because the form shows the address.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from headgate.catalogue.update_list import NOT_DECLINED, Brought, UpdateSort, UpdateState
from headgate.sentences import Sentence
from headgate.services.catalogue.update_lists import UpdateFilter, kb_numbers
from headgate.web.console.update_address import Address
from headgate.web.console.update_choices import Choices
from headgate.web.console.update_text import short, shown
from headgate.web.console.update_words import SEVERITIES

T = TypeVar("T")

#: ``state=any``: declined ones too.
ANY = "any"

PER_PAGE = (50, 25, 100)  # the first is the usual one

#: Nobody searches for more, and every word costs.
LONGEST_SEARCH = 200

#: Orders whose natural beginning is the end: newest, highest, most severe first.
DESCENDING = frozenset(UpdateSort) - {UpdateSort.TITLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for, as far as it can be understood."""

    text: str = ""
    kbs: str = ""
    products: tuple[str, ...] = ()  #: ids
    classifications: tuple[str, ...] = ()  #: ids
    severities: tuple[str, ...] = ()
    states: frozenset[UpdateState] = NOT_DECLINED  #: empty: any
    superseded: bool | None = None
    released_since: date | None = None
    released_until: date | None = None
    arrived_since: date | None = None
    arrived_until: date | None = None
    run: int | None = None
    brought: Brought | None = None
    sort: UpdateSort = UpdateSort.ARRIVED
    descending: bool = True
    per_page: int = PER_PAGE[0]
    cursor: str | None = None
    problems: Mapping[str, str]  #: name of a field to what is wrong with it

    def filter(self, zone: ZoneInfo) -> UpdateFilter:
        """Return the question to the catalogue; days are the server's."""
        return UpdateFilter(
            text=self.text or None,
            kbs=self.kbs,
            products=self.products,
            classifications=self.classifications,
            severities=self.severities,
            states=self.states,
            superseded=self.superseded,
            released_since=_begin(self.released_since, zone),
            released_before=_end(self.released_until, zone),
            arrived_since=_begin(self.arrived_since, zone),
            arrived_before=_end(self.arrived_until, zone),
            run=self.run,
            brought=self.brought,
            sort=self.sort,
            descending=self.descending,
            cursor=self.cursor,
            limit=self.per_page,
        )


def read(address: Address, offered: Choices, knows_run: Callable[[int], bool]) -> Asked:
    """Read an address. ``knows_run``: whether the history has a synchronization."""
    reader = _Reader(address)
    run = reader.run(knows_run)
    sort = reader.one("sort", {str(each): each for each in UpdateSort}, UpdateSort.ARRIVED)
    orders = {"asc": False, "desc": True}
    sizes = {str(size): size for size in PER_PAGE}
    kinds = {option.id for option in offered.classifications}
    brought = reader.one("brought", {str(each): each for each in Brought}, None)
    return Asked(
        text=reader.text(),
        kbs=reader.kbs(),
        products=reader.categories("product", offered.products()),
        classifications=reader.categories("classification", kinds),
        severities=reader.several("severity", {name: name for name in SEVERITIES}),
        states=reader.states(),
        superseded=reader.one("superseded", {"yes": True, "no": False}, None),
        released_since=reader.day("released_since"),
        released_until=reader.day("released_until"),
        arrived_since=reader.day("arrived_since"),
        arrived_until=reader.day("arrived_until"),
        run=run,
        brought=brought if run is not None else None,
        sort=sort,
        descending=reader.one("order", orders, sort in DESCENDING),
        per_page=reader.one("per_page", sizes, PER_PAGE[0]),
        cursor=address.first("cursor") or None,
        problems=reader.problems,
    )


class _Reader:
    """Reads one address and writes down what is wrong with it."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self.problems: dict[str, str] = {}

    def text(self) -> str:
        typed = shown(self._address.first("text"))
        if len(typed) > LONGEST_SEARCH:
            self.problems["text"] = Sentence(
                "Only the first {most} characters are searched for.", most=LONGEST_SEARCH
            )
        return typed[:LONGEST_SEARCH]

    def kbs(self) -> str:
        typed = shown(self._address.first("kbs"))
        if typed and not kb_numbers(typed):
            self.problems["kbs"] = Sentence("There is no KB number in what was typed.")
            return ""
        return typed

    def one(self, name: str, values: Mapping[str, T], otherwise: T) -> T:
        """Return what the one value of a name stands for."""
        typed = self._address.first(name).lower()
        if not typed:
            return otherwise
        if typed not in values:
            self._unknown(name, typed)
        return values.get(typed, otherwise)

    def several(self, name: str, values: Mapping[str, T]) -> tuple[T, ...]:
        """Return what the values of a name stand for."""
        typed = [value.lower() for value in self._address.all(name)]
        for value in typed:
            if value not in values:
                self._unknown(name, value)
        return tuple(values[value] for value in typed if value in values)

    def states(self) -> frozenset[UpdateState]:
        """Return the states asked for; empty for any."""
        if not self._address.all("state"):
            return NOT_DECLINED
        named = {str(state): frozenset({state}) for state in UpdateState}
        found = self.several("state", {**named, ANY: frozenset(UpdateState)})
        states = frozenset().union(*found) if found else NOT_DECLINED
        return frozenset() if states == frozenset(UpdateState) else states

    def categories(self, name: str, known: frozenset[str] | set[str]) -> tuple[str, ...]:
        typed = [value.lower() for value in self._address.all(name)]
        for value in typed:
            if value in known:
                continue
            self.problems[name] = (
                Sentence("There is no product '{name}' here.", name=short(value, 40))
                if name == "product"
                else Sentence("There is no classification '{name}' here.", name=short(value, 40))
            )
        return tuple(value for value in typed if value in known)

    def day(self, name: str) -> date | None:
        typed = self._address.first(name)
        if not typed:
            return None
        try:
            found = date.fromisoformat(typed)
        except ValueError:
            found = None
        # Beyond these, moments in some time zone cannot be written.
        if found is None or not 1900 <= found.year <= 9000:
            self.problems[name] = Sentence(
                "'{typed}' is no date. Write it as 2026-11-20.", typed=short(typed, 40)
            )
            return None
        return found

    def run(self, knows_run: Callable[[int], bool]) -> int | None:
        typed = self._address.first("run")
        if not typed:
            return None
        # Longer numbers fit into no database.
        number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None
        if number is None or not knows_run(number):
            self.problems["run"] = Sentence(
                "There is no synchronization number {number}.", number=short(typed, 40)
            )
            return None
        return number

    def _unknown(self, name: str, typed: str) -> None:
        self.problems[name] = Sentence(
            "'{typed}' is nothing to choose here and was left out.", typed=short(typed, 40)
        )


def _begin(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone).astimezone(UTC)


def _end(day: date | None, zone: ZoneInfo) -> datetime | None:
    """Return when a day is over."""
    return _begin(None if day is None else day + timedelta(days=1), zone)
