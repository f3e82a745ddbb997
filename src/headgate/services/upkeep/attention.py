"""What needs somebody's attention, and what to do about each.

Every item is there exactly as long as its reason is. Pages decide how a deed is done with one
click; this decides which deed helps.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from headgate.catalogue.categories import CategoryTree
from headgate.catalogue.files import FileChoice
from headgate.catalogue.subscription import ProductsMode, selected_nodes
from headgate.content.store import Space
from headgate.sentences import Bytes, Sentence, counted
from headgate.services.files.fetching import FETCH_FILES
from headgate.services.findings import Verdict
from headgate.services.settings.configuring import Configuring
from headgate.services.synchronizing.setting_up import has_been_filled
from headgate.services.synchronizing.sync_control import ASKS_FIRST, EVERYTHING, SYNCHRONIZE
from headgate.services.upkeep.doctor import LITTLE_ROOM, NO_ROOM
from headgate.services.upkeep.health import RUNS, Health
from headgate.services.way_in.addresses import Addresses
from headgate.services.way_in.own_certificates import DAYS_BEFORE_END, OwnCertificates
from headgate.settings.shared import Shared
from headgate.storage import (
    audit,
    catalogue_numbers,
    categories,
    decisions,
    file_records,
    jobs,
    run_history,
    subscriptions,
    transactions,
)
from headgate.storage.engine import Connection, Engine
from headgate.storage.run_history import CANCELLED, FAILED, SUCCEEDED

#: Titles of new products that are named; more are counted.
_NAMED = 3

#: How long a product is new.
NEW_FOR = timedelta(days=30)

#: What the audit trail calls a choice of products.
_CHOSEN = "products."


class Deed(StrEnum):
    """What helps."""

    SET_UP = "set_up"
    SYNCHRONIZE = "synchronize"
    AGREE = "agree"  #: synchronize although a first run is large
    LOOK_AT_RUN = "look_at_run"
    ACCEPT_LICENCE = "accept_licence"
    CHOOSE_PRODUCTS = "choose_products"
    CHOOSE_FILES = "choose_files"
    CHOOSE_SCHEDULE = "choose_schedule"
    LEAD_TO_HTTPS = "lead_to_https"
    LOOK_AT_CERTIFICATE = "look_at_certificate"
    BY_HAND = "by_hand"  #: outside the console; the next step says how


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that needs attention."""

    kind: str
    verdict: Verdict
    sentence: str
    next_step: str = ""
    deed: Deed = Deed.BY_HAND
    run_id: int | None = None  #: with LOOK_AT_RUN
    update_id: str | None = None  #: with ACCEPT_LICENCE


class Attention:
    """Looks for what needs attention in one installation."""

    def __init__(
        self,
        *,
        engine: Engine,
        configuring: Configuring,
        certificates: OwnCertificates,
        addresses: Addresses,
        health: Health,
        directory: Path,
        room_for_files: Callable[[], Space],
    ) -> None:
        """``directory``: the data directory."""
        self._engine = engine
        self._configuring = configuring
        self._certificates = certificates
        self._addresses = addresses
        self._health = health
        self._directory = directory
        self._room_for_files = room_for_files

    def items(self, now: datetime) -> list[Item]:
        """Return what needs attention now, the worst first; nothing for a server that is well."""
        shared = self._configuring.shared()
        with transactions.read(self._engine) as conn:
            found = [
                *_synchronizing(conn),
                *_new_products(conn, ProductsMode(shared.products.mode), now),
                *_licences(conn),
                *_waiting_for_files(conn),
                *_waiting_for_licences(conn),
            ]
        found += [*self._server(), *self._room(shared), *self._certificate(), *_settings(shared)]
        order = list(Verdict)
        return sorted(found, key=lambda item: order.index(item.verdict), reverse=True)

    def _server(self) -> Iterator[Item]:
        if self._health.readiness().worker != RUNS:
            yield Item(
                kind="worker",
                verdict=Verdict.FAILED,
                sentence=Sentence("The worker does not run: nothing is synchronized."),
                next_step=Sentence(
                    "It is started again by itself. If this stays, look into the log of the "
                    "service."
                ),
            )
        change = self._addresses.present().change
        if change is not None:
            yield Item(
                kind="address",
                verdict=Verdict.WARNING,
                sentence=change,
                next_step=Sentence("Restart the service when it suits you."),
            )

    def _room(self, shared: Shared) -> Iterator[Item]:
        free = shutil.disk_usage(self._directory).free
        if free <= LITTLE_ROOM:
            yield Item(
                kind="room for the database",
                verdict=Verdict.FAILED if free < NO_ROOM else Verdict.WARNING,
                sentence=Sentence(
                    "Only {size} are free in {place}.",
                    size=Bytes(free),
                    place=str(self._directory),
                ),
                next_step=Sentence(
                    "Free space there, or move the data directory to a larger disk."
                ),
            )
        if shared.content.is_kept_here and not self._room_for_files().usable:
            yield Item(
                kind="room for files",
                verdict=Verdict.WARNING,
                sentence=Sentence("The disk for update files is full: no more files are fetched."),
                next_step=Sentence(
                    "Free space, run `headgate content purge`, or choose fewer files."
                ),
                deed=Deed.CHOOSE_FILES,
            )

    def _certificate(self) -> Iterator[Item]:
        if not self._addresses.present().https:
            return  # nobody is shown it
        facts = self._certificates.describe()
        # Ours is made anew in time; only its CA's end, which nothing outlives, shows up here.
        if facts is None or facts.days_left >= (0 if facts.is_ours else DAYS_BEFORE_END):
            return
        yield Item(
            kind="certificate",
            verdict=Verdict.FAILED if facts.days_left < 0 else Verdict.WARNING,
            sentence=_end_of_certificate(facts.not_after, facts.days_left),
            next_step=Sentence("Restart the service; it makes a new one.")
            if facts.is_ours
            else Sentence("Replace the files that listen.certificate and listen.key name."),
            deed=Deed.LOOK_AT_CERTIFICATE,
        )


def _end_of_certificate(end: datetime, days_left: int) -> Sentence:
    if days_left < 0:
        return Sentence("The certificate for HTTPS has expired at {moment}.", moment=end)
    return counted(
        "The certificate for HTTPS expires within {count} day, at {moment}.",
        "The certificate for HTTPS expires within {count} days, at {moment}.",
        count=days_left + 1,
        moment=end,
    )


def _synchronizing(conn: Connection) -> Iterator[Item]:
    """Yield the most that can be said of synchronizing: one item at most while it goes on."""
    if jobs.unfinished(conn, [SYNCHRONIZE]):
        return
    last = run_history.newest_ended(conn)
    if last is not None and last.result == FAILED:
        yield _failed(conn, last.reason or "", last.run_id)
    elif last is not None and last.failures:
        yield Item(
            kind="problems",
            verdict=Verdict.WARNING,
            sentence=counted(
                "The last synchronization met {count} problem.",
                "The last synchronization met {count} problems.",
                count=last.failures,
            ),
            next_step=Sentence("What it could not get is asked for again by the next one."),
            deed=Deed.LOOK_AT_RUN,
            run_id=last.run_id,
        )
    elif last is not None and last.result == CANCELLED and last.scope == EVERYTHING:
        yield Item(
            kind="stopped",
            verdict=Verdict.NOTE,
            sentence=Sentence("The last synchronization was stopped before its end."),
            next_step=Sentence("The next one goes on from there."),
            deed=Deed.SYNCHRONIZE,
        )
    if not has_been_filled(conn) and (last is None or last.result == SUCCEEDED):
        yield Item(
            kind="never synchronized",
            verdict=Verdict.WARNING,
            sentence=Sentence("This server has never synchronized updates."),
            next_step=Sentence(
                "The set-up leads through it: source, proxy, languages, products, schedule."
            ),
            deed=Deed.SET_UP,
        )


def _failed(conn: Connection, reason: str, run_id: int) -> Item:
    job = jobs.newest_ended(conn, SYNCHRONIZE)
    if job is not None and job.result.get("error") == ASKS_FIRST:
        return Item(
            kind="first run",
            verdict=Verdict.WARNING,
            sentence=job.result.get("message") or reason,
            next_step=Sentence("Choose fewer products or classifications, or agree to it."),
            deed=Deed.AGREE,
        )
    return Item(
        kind="failed",
        verdict=Verdict.FAILED,
        sentence=Sentence("The last synchronization has failed: {reason}", reason=reason),
        deed=Deed.LOOK_AT_RUN,
        run_id=run_id,
    )


def _new_products(conn: Connection, mode: ProductsMode, now: datetime) -> Iterator[Item]:
    """Yield the products that appeared lately, after the choice, and are not part of it."""
    chosen = audit.newest_line(conn, action_begins=_CHOSEN)
    if mode is ProductsMode.ALL or chosen is None:
        return  # all includes new ones; a choice nobody made cannot have grown old
    since = max(chosen.at, now - NEW_FOR)
    appeared = catalogue_numbers.products_first_seen_since(conn, since)
    if not appeared:
        return
    tree = CategoryTree(categories.categories(conn))
    selected = selected_nodes(tree, subscriptions.subscription(conn, mode))
    titles = [node.title for node in tree if node.update_id in {*appeared} - selected]
    if not titles:
        return
    yield Item(
        kind="new products",
        verdict=Verdict.NOTE,
        sentence=counted(
            "{count} product has appeared since products were chosen: {titles}",
            "{count} products have appeared since products were chosen, among them {titles}",
            count=len(titles),
            titles=tuple(sorted(titles)[:_NAMED]),
        ),
        next_step=Sentence("Choose those whose updates you want."),
        deed=Deed.CHOOSE_PRODUCTS,
    )


def _licences(conn: Connection) -> Iterator[Item]:
    """Yield licences that are not here: they are due whatever is chosen."""
    only_licences = FileChoice(everything=False, languages=None, express=False)
    missing = file_records.due_total(conn, only_licences).count
    if missing and not jobs.unfinished(conn, [SYNCHRONIZE]):
        yield Item(
            kind="licences",
            verdict=Verdict.NOTE,
            sentence=counted(
                "{count} licence text is not here yet. Nobody can agree to what cannot be read, so "
                "its updates cannot be approved.",
                "{count} licence texts are not here yet. Nobody can agree to what cannot be read, "
                "so their updates cannot be approved.",
                count=missing,
            ),
            next_step=Sentence("The next synchronization fetches them."),
            deed=Deed.SYNCHRONIZE,
        )


def _waiting_for_files(conn: Connection) -> Iterator[Item]:
    """Yield approved updates whose files are not all here, unless they are being fetched."""
    waiting = decisions.count_waiting(conn)
    if waiting and not jobs.unfinished(conn, [SYNCHRONIZE, FETCH_FILES]):
        yield Item(
            kind="waiting for files",
            verdict=Verdict.WARNING,
            sentence=counted(
                "{count} approved update waits for its files: no computer installs it yet.",
                "{count} approved updates wait for their files: no computer installs them yet.",
                count=waiting,
            ),
            next_step=Sentence(
                "The next synchronization asks for them again, and says why one does not come."
            ),
            deed=Deed.SYNCHRONIZE,
        )


def _waiting_for_licences(conn: Connection) -> Iterator[Item]:
    """Yield approved updates with a licence nobody has accepted, and where to begin."""
    waiting = decisions.waiting_for_licences(conn)
    if waiting:
        yield Item(
            kind="waiting for licences",
            verdict=Verdict.WARNING,
            sentence=counted(
                "{count} approved update has a new licence that nobody has accepted: no computer "
                "installs it yet.",
                "{count} approved updates have a new licence that nobody has accepted: no computer "
                "installs them yet.",
                count=len(waiting),
            ),
            next_step=Sentence("Approve again what you still want, and accept the licence."),
            deed=Deed.ACCEPT_LICENCE,
            update_id=waiting[0],
        )


def _settings(shared: Shared) -> Iterator[Item]:
    if shared.console.plain_http == "allow":
        yield Item(
            kind="plain HTTP",
            verdict=Verdict.WARNING,
            sentence=Sentence(
                "Signing in over plain HTTP is allowed: others on the network can read passwords."
            ),
            next_step=Sentence(
                "Lead everybody to HTTPS: `headgate settings set console.plain_http=redirect`."
            ),
            deed=Deed.LEAD_TO_HTTPS,
        )
    if shared.schedule.mode == "manual":
        yield Item(
            kind="schedule",
            verdict=Verdict.NOTE,
            sentence=Sentence("Synchronizations begin only when somebody starts them."),
            next_step=Sentence("A daily schedule keeps the catalogue current by itself."),
            deed=Deed.CHOOSE_SCHEDULE,
        )
