"""A catalogue of 150,000 ordinary revisions: time, whether memory grows, and the lists on it."""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.figures import MILLISECONDS, SECONDS, TIMES, Figure
from benchmarks.laboratory import Installation
from benchmarks.synchronization import Growth, cost, synchronize
from headgate.bootstrap import open_home
from headgate.catalogue.subscription import ProductsMode
from headgate.catalogue.update_list import UpdateSort
from headgate.services.catalogue.update_lists import UpdateFilter

TITLE = "Synchronizing 150,000 ordinary revisions"
REVISIONS = 150_000
_PAGE = 300.0  #: milliseconds a page of the console may take
_GROWTH = 1.1  #: how we read "does not grow", once caches of fixed size are full
_LIST_ROUNDS = 7
_PRODUCT, _CLASSIFICATION = "Windows 11", "Security Updates"


def measure(scratch: Path) -> list[Figure]:
    """Measure the first synchronization, one with nothing new, and lists of the catalogue."""
    growth = Growth(_marks(REVISIONS))
    done = synchronize(f"large:{REVISIONS}", REVISIONS, scratch, growth)
    return [
        *cost(done, seconds=480, memory=None),
        *growth.figures(),
        *_memory_ratio(growth),
        *_pages(done.installation),
        *_commands(done.installation),
    ]


def _marks(revisions: int) -> tuple[int, ...]:
    return tuple(revisions * share // 30 for share in (2, 10, 20, 29))


def _memory_ratio(growth: Growth) -> Iterator[Figure]:
    """Yield how much more memory a catalogue takes that is three times as large."""
    if len(growth.found) == len(growth.marks):
        _, early, _, last = growth.found
        yield Figure(
            what=f"{last:,} against {early:,}",
            value=growth.found[last] / growth.found[early],
            unit=TIMES,
            limit=_GROWTH,
        )


def _pages(installation: Installation) -> Iterator[Figure]:
    """Yield what the services behind pages take, in the median, on an open installation."""
    home = open_home(installation.data, {})
    browser = home.catalogue_browser
    far = browser.updates(UpdateFilter(limit=20_000)).next_cursor
    questions: dict[str, Callable[[], object]] = {
        "products list": lambda: browser.products(ProductsMode.ALL),
        "updates, first page": lambda: browser.updates(UpdateFilter()),
        "updates, page at 20,000": lambda: browser.updates(UpdateFilter(cursor=far)),
        "updates by title": lambda: browser.updates(UpdateFilter(sort=UpdateSort.TITLE)),
        "updates with a word": lambda: browser.updates(UpdateFilter(text="cumulative")),
        "updates of a product": lambda: browser.updates(UpdateFilter(products=(_PRODUCT,))),
        "updates of a classification": lambda: browser.updates(
            UpdateFilter(classifications=(_CLASSIFICATION,))
        ),
        "updates not superseded": lambda: browser.updates(UpdateFilter(superseded=False)),
    }
    for what, ask in questions.items():
        yield Figure(what=what, value=_median(ask) * 1000, unit=MILLISECONDS, limit=_PAGE)
    home.engine.dispose()


def _commands(installation: Installation) -> Iterator[Figure]:
    for words in (("updates", "list", "--json"), ("products", "list", "--json")):
        seconds = min(installation.run(*words).seconds for _ in range(3))
        yield Figure(what=f"`headgate {' '.join(words)}`", value=seconds, unit=SECONDS)


def _median(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(_LIST_ROUNDS):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return statistics.median(times)
