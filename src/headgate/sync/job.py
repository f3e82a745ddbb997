"""A synchronization as a job: put the tools together from the settings that count when it starts.

Settings changed meanwhile count from the next run.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from headgate import clock
from headgate.catalogue.categories import CategoryTree
from headgate.catalogue.files import DueFile
from headgate.catalogue.subscription import (
    ProductsMode,
    Subscription,
    classifications_to_send,
    products_to_send,
)
from headgate.content.store import ContentStore
from headgate.errors import SettingsError
from headgate.jobs.worker import JobContext
from headgate.services.catalogue.packers import open_packer
from headgate.services.files.chosen import chosen_files
from headgate.services.files.fetching import for_approvals
from headgate.services.files.readiness import Readiness
from headgate.services.synchronizing import connecting
from headgate.services.synchronizing.sync_control import EVERYTHING
from headgate.settings.shared import Shared
from headgate.storage import categories, runs, subscriptions, transactions
from headgate.storage.engine import Connection, Engine
from headgate.storage.installation import this_installation
from headgate.storage.runs import Problem
from headgate.sync.content import FileTools, addresses, fetch_due_files
from headgate.sync.importing import import_package
from headgate.sync.plan import Choice
from headgate.sync.preview import preview
from headgate.sync.progress import Progress
from headgate.sync.recording import recorded
from headgate.sync.run import FetchFiles, synchronize
from headgate.sync.working import Tools

#: Seconds between two looks whether a waiting synchronization was cancelled.
_GLANCE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class SynchronizationJobs:
    """Handlers for the jobs ``synchronize``, ``preview``, ``import`` and ``fetch files``."""

    engine: Engine
    directory: Path  #: the data directory
    settings: Callable[[], Shared]
    store: ContentStore

    def synchronize(self, context: JobContext) -> dict[str, Any]:
        """Payload: ``scope`` (everything, categories), ``confirmed``. Returns the history row."""
        scope = str(context.payload.get("scope", EVERYTHING))
        run = recorded(
            self.engine,
            scope=scope,
            source=self._source_name(),
            started_by=context.queued_by,
            now=clock.now,
        )
        with run as run_id:
            try:
                self._synchronize(context, run_id, scope)
            finally:
                # Before the run closes: what it brought is offered from then on.
                self._settle_readiness()
        with transactions.read(self.engine) as conn:
            return runs.runs(conn, limit=1)[0]

    def _synchronize(self, context: JobContext, run_id: int, scope: str) -> None:
        shared = self.settings()
        with self._tools(context, shared) as (tools, client):
            synchronize(
                tools,
                run_id,
                scope=scope,
                confirmed=bool(context.payload.get("confirmed")),
                fetch_files=self._files(tools, shared, client),
            )

    def _source_name(self) -> str:
        """Return how the history calls the source, even where the settings are wrong."""
        try:
            return connecting.base_url(self.settings().source)
        except SettingsError:
            return "the update source"

    def preview(self, context: JobContext) -> dict[str, Any]:
        """Ask the source how much a synchronization would bring; change nothing."""
        with self._tools(context, self.settings()) as (tools, _client):
            return preview(tools)

    def import_package(self, context: JobContext) -> dict[str, Any]:
        """Payload: ``path`` of an export package on this machine. Returns what it brought."""
        result = import_package(
            Path(str(context.payload["path"])),
            engine=self.engine,
            packer=open_packer(self.engine),
            progress=Progress(report=context.report),
            now=clock.now,
            check_stopped=context.check,
            settle=self._readiness.settle,
        )
        return result.as_json()

    def fetch_files(self, context: JobContext) -> dict[str, Any]:
        """Fetch what approved updates need. Returns ``files``, ``bytes`` and ``problems``.

        Whatever the end, approvals say truly whether their files are here.
        """
        came, shared = _Came(), self.settings()
        try:
            with self._tools(context, shared) as (tools, client):
                with transactions.read(self.engine) as conn:
                    choice = for_approvals(chosen_files(conn, shared))
                file_tools = self._file_tools(tools, shared, client, arrived=came.count)
                problems = fetch_due_files(file_tools, choice)
        finally:
            self._settle_readiness()
        return {
            "files": came.files,
            "bytes": came.size,
            "problems": [
                {"kind": one.kind, "subject": one.subject, "reason": one.reason} for one in problems
            ],
        }

    def _files(self, tools: Tools, shared: Shared, client: httpx2.Client) -> FetchFiles:
        """Return what fetches the files that are due, with the languages known by then."""

        def fetch(run_id: int) -> list[Problem]:
            def arrived(conn: Connection, file: DueFile) -> None:
                runs.add_to_run(conn, run_id, files=1, received=file.size)

            with transactions.read(self.engine) as conn:
                choice = chosen_files(conn, shared)
            return fetch_due_files(self._file_tools(tools, shared, client, arrived=arrived), choice)

        return fetch

    def _file_tools(
        self,
        tools: Tools,
        shared: Shared,
        client: httpx2.Client,
        *,
        arrived: Callable[[Connection, DueFile], None],
    ) -> FileTools:
        def settled(conn: Connection, file: DueFile) -> None:
            arrived(conn, file)
            self._readiness.settle_files(conn, [file.sha1])

        return FileTools(
            engine=self.engine,
            store=self.store,
            client=client,
            addresses=addresses(shared.source, lambda: tools.source.describe(None)),
            progress=tools.progress,
            now=tools.now,
            check_stopped=tools.check_stopped,
            arrived=settled,
        )

    @property
    def _readiness(self) -> Readiness:
        return Readiness(settings=self.settings)

    def _settle_readiness(self) -> None:
        with transactions.write(self.engine) as conn:
            self._readiness.settle(conn)

    @contextmanager
    def _tools(self, context: JobContext, shared: Shared) -> Iterator[tuple[Tools, httpx2.Client]]:
        with transactions.read(self.engine) as conn:
            server_id = this_installation(conn).server_id
            chosen = subscriptions.subscription(conn, ProductsMode(shared.products.mode))
        with connecting.open_source(
            shared, directory=self.directory, server_id=server_id, pause=_pause(context)
        ) as opened:
            tools = Tools(
                engine=self.engine,
                source=opened.source,
                source_name=connecting.base_url(shared.source),
                packer=open_packer(self.engine),
                progress=Progress(report=context.report),
                now=clock.now,
                check_stopped=context.check,
                choose=lambda conn: expanded(conn, chosen),
                new_languages_wanted=shared.languages.mode == "all",
            )
            yield tools, opened.client


@dataclass(slots=True)
class _Came:
    """Counts the files of a job."""

    files: int = 0
    size: int = 0  #: bytes

    def count(self, _conn: Connection, file: DueFile) -> None:
        """One more has come."""
        self.files += 1
        self.size += file.size


def _pause(context: JobContext) -> Callable[[float], None]:
    def pause(seconds: float) -> None:
        end = time.monotonic() + seconds
        context.check()
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _GLANCE))
            context.check()

    return pause


def expanded(conn: Connection, chosen: Subscription) -> Choice:
    """Return the products and classifications of a choice, from the tree as it is now."""
    known = categories.categories(conn)
    return Choice.of(
        products_to_send(CategoryTree(known), chosen),
        classifications_to_send(categories.classification_ids(conn), chosen),
    )
