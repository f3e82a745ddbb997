"""How far the set-up of an installation is: seen from what is set, known and done, never counted.

Steps have WSUS's order. Nothing is remembered about the set-up itself: whoever leaves it, changes
things elsewhere and comes back finds every step as it really is.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from headgate import clock
from headgate.catalogue.revisions import CategoryType
from headgate.errors import SettingsError
from headgate.services.catalogue.subscribing import Choice, Subscribing
from headgate.services.settings.configuring import Configuring
from headgate.services.synchronizing import connecting
from headgate.services.synchronizing.sync_control import (
    EVERYTHING,
    IMPORT,
    PREVIEW,
    SYNCHRONIZE,
    SyncControl,
)
from headgate.storage import jobs, run_history, subscriptions, transactions
from headgate.storage.engine import Connection, Engine
from headgate.storage.jobs import Job
from headgate.storage.run_history import FAILED, SUCCEEDED, RunLine

#: How long a count of what is to come is worth showing; a catalogue grows every day.
_COUNT_IS_GOOD_FOR = timedelta(days=1)


class StepName(StrEnum):
    """The steps, in order."""

    SOURCE = "source"
    PROXY = "proxy"
    CONNECT = "connect"
    LANGUAGES = "languages"
    PRODUCTS = "products"
    CLASSIFICATIONS = "classifications"
    SCHEDULE = "schedule"
    BEGIN = "begin"


class Standing(StrEnum):
    """How a step stands."""

    DONE = "done"  #: somebody chose, or it has happened
    DEFAULT = "default"  #: nobody chose; the default counts and is fine
    MISSING = "missing"  #: the set-up is not complete without it
    WAITING = "waiting"  #: cannot be done before the source was connected to


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpState:
    """How far the set-up is."""

    standings: dict[StepName, Standing]  #: in the order of the steps
    is_connected: bool  #: the present source has said what it offers
    is_needed: bool  #: neither a synchronization nor a package has ever brought updates
    products: int  #: the source has named so many
    classifications: int
    languages: int

    @property
    def missing(self) -> tuple[StepName, ...]:
        """The steps an installation without updates still lacks."""
        if not self.is_needed:
            return ()
        still = (Standing.MISSING, Standing.WAITING)
        return tuple(name for name, standing in self.standings.items() if standing in still)

    @property
    def next(self) -> StepName | None:
        """The first step that was neither done nor left to its default by going on."""
        begun = Standing.DONE in self.standings.values()
        unready = (Standing.MISSING, Standing.WAITING)
        if not begun:
            return StepName.SOURCE
        return next((name for name, how in self.standings.items() if how in unready), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What a first synchronization would bring, as far as it was counted for the present choice."""

    job: Job | None  #: None: never counted, or for another choice

    @property
    def is_under_way(self) -> bool:
        """Whether it is being counted, or waits for that."""
        return self.job is not None and not self.job.has_ended

    @property
    def result(self) -> dict[str, Any] | None:
        """``documents``, ``bytes``, ``minutes``, ``products``, ``classifications`` once counted."""
        return (
            dict(self.job.result) if self.job is not None and self.job.state == jobs.DONE else None
        )

    @property
    def failure(self) -> tuple[str, str] | None:
        """What went wrong, and the next step, when it could not be counted."""
        if self.job is None or self.job.state != jobs.FAILED:
            return None
        told = self.job.result
        return told.get("message") or self.job.error or "", told.get("next_step") or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingUp:
    """Tells how far the set-up of one installation is, and counts before it begins."""

    engine: Engine
    configuring: Configuring
    sync_control: SyncControl
    subscribing: Callable[[], Subscribing]
    now: Callable[[], datetime] = clock.now

    def state(self) -> SetUpState:
        """Return how every step stands now."""
        choice, chosen = self.subscribing().choice(), self._chosen_sections()
        with transactions.read(self.engine) as conn:
            succeeded = run_history.newest_ended(conn, result=SUCCEEDED)
            is_filled = has_been_filled(conn)
            has_classifications = subscriptions.has_classifications(conn)
        products = sum(node.category_type is CategoryType.PRODUCT for node in choice.tree)
        is_connected = bool(choice.classifications) and self._is_present(succeeded)
        asked = Standing.DEFAULT if choice.classifications else Standing.WAITING
        standings = dict.fromkeys(StepName, Standing.DEFAULT)
        standings |= {StepName(name): Standing.DONE for name in chosen & set(StepName)}
        standings[StepName.CONNECT] = Standing.DONE if is_connected else Standing.MISSING
        standings[StepName.PRODUCTS] = Standing.DONE if "products" in chosen else asked
        standings[StepName.CLASSIFICATIONS] = Standing.DONE if has_classifications else asked
        standings[StepName.BEGIN] = Standing.DONE if is_filled else Standing.MISSING
        return SetUpState(
            standings=standings,
            is_connected=is_connected,
            is_needed=not is_filled,
            products=products,
            classifications=len(choice.classifications),
            languages=len(self.configuring.source_languages()),
        )

    def failure(self) -> RunLine | None:
        """Return the newest synchronization with the present source if it has failed."""
        with transactions.read(self.engine) as conn:
            newest = run_history.newest_ended(conn)
        has_failed = newest is not None and newest.result == FAILED
        return newest if has_failed and self._is_present(newest) else None

    def count(self, *, by: str) -> None:
        """Have counted what a synchronization would bring, unless that is being done."""
        if not self.counted().is_under_way:
            self.sync_control.preview(by=by, about=self._about())

    def counted(self) -> Count:
        """Return the newest count for the present choice that no synchronization has outdated."""
        about, since = self._about(), self.now() - _COUNT_IS_GOOD_FOR
        with transactions.read(self.engine) as conn:
            counts = jobs.queued_since(conn, PREVIEW, since)
            outdated = jobs.newest_ended(conn, SYNCHRONIZE)
        ours = [job for job in counts if job.payload.get("about") == about]
        job = ours[-1] if ours else None
        if job and outdated and outdated.ended_at and outdated.ended_at > job.queued_at:
            job = None
        return Count(job=job)

    def _about(self) -> str:
        """Return which question a count answers: of which source, for which choice."""
        choice = self.subscribing().choice()
        said = [self._present_source(), _text(choice)]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]

    def _is_present(self, run: RunLine | None) -> bool:
        """Whether what is known comes from the present source; an import comes from any."""
        return run is None or run.source == self._present_source()

    def _present_source(self) -> str:
        try:
            return connecting.base_url(self.configuring.shared().source)
        except SettingsError:
            return ""

    def _chosen_sections(self) -> set[str]:
        """Return the sections of settings in which somebody chose something."""
        return {
            setting.key.partition(".")[0]
            for setting in self.configuring.show()
            if setting.origin != "default"
        }


def has_been_filled(conn: Connection) -> bool:
    """Whether updates were brought, by a synchronization or by a package."""
    if run_history.newest_ended(conn, scope=EVERYTHING, result=SUCCEEDED) is not None:
        return True
    imported = jobs.newest_ended(conn, IMPORT)
    return imported is not None and imported.state == jobs.DONE


def _text(choice: Choice) -> str:
    nodes = "all" if choice.products is None else ",".join(sorted(choice.products))
    return f"{nodes}\n{','.join(sorted(choice.subscription.classifications))}"
