"""The active filters in words, each with the address of the list without it."""

from collections.abc import Iterator
from dataclasses import dataclass

from headgate.catalogue.update_list import NOT_DECLINED, UpdateState
from headgate.services.catalogue.update_lists import kb_numbers
from headgate.storage.run_history import RunLine
from headgate.web.console.update_address import Address
from headgate.web.console.update_choices import Choices
from headgate.web.console.update_filters import ANY, Asked
from headgate.web.console.update_text import short
from headgate.web.console.update_words import BROUGHT, SEVERITIES, STATES
from headgate.web.console.words import Words

#: KB numbers a chip names; pasted lists are long.
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter."""

    words: str
    without: Address  #: the list without this filter


def chips(
    asked: Asked, address: Address, offered: Choices, run: RunLine | None, words: Words
) -> list[Chip]:
    """Return the active filters in the order of the form."""
    return [
        *_searched(asked, address, words),
        *_state(asked, address, words),
        *_categories(asked, address, offered, words),
        *_nature(asked, address, words),
        *_days(asked, address, words),
        *_synchronization(asked, address, run, words),
    ]


def _searched(asked: Asked, address: Address, words: Words) -> Iterator[Chip]:
    if asked.text:
        said = words.t("Search: {words}", words=short(asked.text, 60))
        yield Chip(said, address.without("text"))
    if asked.kbs:
        yield Chip(_kbs(asked.kbs, words), address.without("kbs"))


def _kbs(typed: str, words: Words) -> str:
    numbers = sorted(kb_numbers(typed), key=lambda number: (len(number), number))
    named = tuple(f"KB{number}" for number in numbers[:_NAMED])
    more = len(numbers) - len(named)
    if not more:
        return words.t("KB: {numbers}", numbers=named)
    return words.tn(
        "KB: {numbers} and {count} more",
        "KB: {numbers} and {count} more",
        count=more,
        numbers=named,
    )


def _state(asked: Asked, address: Address, words: Words) -> Iterator[Chip]:
    if not asked.states:
        return
    if asked.states == NOT_DECLINED:
        yield Chip(words.t("State: everything but declined"), address.replacing(state=ANY))
        return
    named = tuple(STATES[state] for state in UpdateState if state in asked.states)
    yield Chip(words.t("State: {states}", states=named), address.without("state"))


def _categories(asked: Asked, address: Address, offered: Choices, words: Words) -> Iterator[Chip]:
    for one in asked.classifications:
        said = words.t("Classification: {title}", title=offered.titles[one])
        yield Chip(said, _less(address, "classification", one))
    for one in asked.products:
        said = words.t("Product: {title}", title=offered.titles[one])
        yield Chip(said, _less(address, "product", one))


def _nature(asked: Asked, address: Address, words: Words) -> Iterator[Chip]:
    for one in asked.severities:
        said = words.t("Severity: {severity}", severity=SEVERITIES[one])
        yield Chip(said, _less(address, "severity", one))
    if asked.superseded is not None:
        said = words.t("Only superseded") if asked.superseded else words.t("Without superseded")
        yield Chip(said, address.without("superseded"))


def _days(asked: Asked, address: Address, words: Words) -> Iterator[Chip]:
    if asked.released_since:
        said = words.t("Released from {date}", date=words.date(asked.released_since))
        yield Chip(said, address.without("released_since"))
    if asked.released_until:
        said = words.t("Released until {date}", date=words.date(asked.released_until))
        yield Chip(said, address.without("released_until"))
    if asked.arrived_since:
        said = words.t("Arrived from {date}", date=words.date(asked.arrived_since))
        yield Chip(said, address.without("arrived_since"))
    if asked.arrived_until:
        said = words.t("Arrived until {date}", date=words.date(asked.arrived_until))
        yield Chip(said, address.without("arrived_until"))


def _synchronization(
    asked: Asked, address: Address, run: RunLine | None, words: Words
) -> Iterator[Chip]:
    if run is None:
        return
    without = address.without("run", "brought")
    if asked.brought is None:
        said = words.t("Brought by the synchronization of {moment}", moment=run.started_at)
    else:
        said = words.t(
            "Brought by the synchronization of {moment}: {what}",
            moment=run.started_at,
            what=BROUGHT[asked.brought],
        )
    yield Chip(said, without)


def _less(address: Address, name: str, value: str) -> Address:
    """Return the address without one of a name's values, in whichever case it was written."""
    return Address(
        tuple(
            pair
            for pair in address.without().pairs
            if not (pair[0] == name and pair[1].lower() == value)
        )
    )
