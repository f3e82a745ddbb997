"""What is set and chosen at present, each in one line: for pages that lead to where it is set."""

from collections.abc import Iterable, Mapping

from headgate.services.catalogue.subscribing import Choice
from headgate.settings.shared import Proxy, Schedule, Source
from headgate.web.console import language_choices, setting_words
from headgate.web.console.category_names import category_names
from headgate.web.console.update_text import short
from headgate.web.console.visit import Console, Visit
from headgate.web.console.words import Words

#: Titles that are named; more are counted.
_NAMED = 6


def said(console: Console, visit: Visit) -> Mapping[str, str]:
    """Return the lines by what they tell of.

    The keys: ``source``, ``proxy``, ``files``, ``languages``, ``products``, ``classifications``,
    ``schedule``.
    """
    shared, words = console.configuring.shared(), visit.words
    choice = console.subscribing().choice()
    names = category_names(console, visit)
    return {
        "source": _source(words, shared.source),
        "proxy": _proxy(words, shared.proxy),
        "files": words.say(setting_words.said("content.store", shared.content.store)),
        "languages": language_choices.chosen(
            words, shared.languages, console.configuring.source_languages()
        ),
        "products": _products(words, choice, names),
        "classifications": _classifications(words, choice, names),
        "schedule": _schedule(words, shared.schedule),
    }


def _source(words: Words, source: Source) -> str:
    if source.kind == "microsoft":
        return words.t("Microsoft Update")
    return words.t("{name}, port {port}", name=source.host or "", port=str(source.port))


def _proxy(words: Words, proxy: Proxy) -> str:
    if not proxy.enabled:
        return words.t("No proxy server")
    return words.t("{name}, port {port}", name=proxy.host or "", port=str(proxy.port))


def _schedule(words: Words, schedule: Schedule) -> str:
    if schedule.mode == "manual":
        return words.t("Synchronize manually")
    return words.tn(
        "Once a day at {first}",
        "{count} times a day from {first}",
        count=schedule.per_day,
        first=schedule.first,
    )


def _products(words: Words, choice: Choice, names: Mapping[str, str]) -> str:
    if choice.products is None:
        return words.t("All products, including future ones")
    chosen = len(choice.tree.products_below(choice.products))
    counted = words.tn("{count} product selected", "{count} products selected", count=chosen)
    titles = [
        names.get(node) or short(choice.tree.node(node).title)
        for node in choice.products
        if node in choice.tree
    ]
    return _with_titles(words, counted, titles)


def _classifications(words: Words, choice: Choice, names: Mapping[str, str]) -> str:
    chosen = choice.subscription.classifications
    counted = words.tn(
        "{count} classification selected",
        "{count} classifications selected",
        count=len(chosen),
    )
    known = (one for one in choice.classifications if one.update_id in chosen)
    return _with_titles(
        words, counted, (names.get(one.update_id) or short(one.title) for one in known)
    )


def _with_titles(words: Words, counted: str, titles: Iterable[str]) -> str:
    """Return a count with what it counts, cut."""
    named = sorted(titles, key=str.casefold)
    if not named:
        return counted
    if len(named) <= _NAMED:
        return words.t("{counted}: {titles}", counted=counted, titles=words.listed(named))
    return words.t(
        "{counted}: {titles} and {more} more",
        counted=counted,
        titles=tuple(named[:_NAMED]),
        more=len(named) - _NAMED,
    )
