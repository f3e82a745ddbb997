"""The composition root: the only place that knows everybody and reads the environment.

It opens the data directory and the database, brings the schema up to date, and tells the worker
which function does which kind of job. Commands and ``serve`` start here.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate import clock
from headgate.catalogue.subscription import ProductsMode
from headgate.content.local import LocalStore
from headgate.jobs.context import Signals
from headgate.jobs.worker import Handler, Worker
from headgate.jobs.worker_lock import worker_lock
from headgate.services import sync_control
from headgate.services.catalogue_browser import CatalogueBrowser
from headgate.services.configuring import Configuring
from headgate.services.databases import Databases
from headgate.services.packers import open_packer
from headgate.services.subscribing import PRODUCTS_MODE, Subscribing
from headgate.services.sync_control import SyncControl
from headgate.services.update_files import UpdateFiles
from headgate.settings import directory
from headgate.settings.directory import DataDirectory
from headgate.settings.keys import SHARED
from headgate.settings.local import Local, local_settings
from headgate.settings.secrets import SecretKey
from headgate.storage import advisory_lock, installation, transactions
from headgate.storage.engine import Engine, open_engine, sqlite_url

if TYPE_CHECKING:
    from headgate.sync.job import SynchronizationJobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One installation, opened: everything a command or a door is built from."""

    directory: DataDirectory
    environment: Mapping[str, str]
    local: Local
    engine: Engine
    configuring: Configuring
    sync_control: SyncControl

    @property
    def catalogue_browser(self) -> CatalogueBrowser:
        """Return what lists and shows the catalogue."""
        return CatalogueBrowser(engine=self.engine, unpack=open_packer(self.engine).unpack)

    @property
    def subscribing(self) -> Subscribing:
        """Return what chooses products and classifications."""
        variable = SHARED[PRODUCTS_MODE].variable
        return Subscribing(
            engine=self.engine,
            mode=lambda: ProductsMode(self.configuring.shared().products.mode),
            now=clock.now,
            mode_locked_by=variable if self.environment.get(variable) else None,
        )

    @property
    def update_files(self) -> UpdateFiles:
        """Return what keeps, verifies and adopts update files."""
        return UpdateFiles(
            engine=self.engine, store=LocalStore(self.directory.content), now=clock.now
        )

    def worker(self, signals: Signals) -> Worker:
        """Return a worker of this installation; it works when told to and holds no lock yet."""
        return Worker(
            engine=self.engine,
            lock=worker_lock(self.engine),
            handlers=handlers(self),
            signals=signals,
        )

    def put_back_abandoned(self) -> bool:
        """Queue again what a dead worker left "running"; False when a worker is alive."""
        worker = self.worker(Signals())
        nobody_works = worker.settle()
        if nobody_works:
            self.sync_control.close_run_without_job()
        worker.release()
        return nobody_works


def open_home(data: Path | None, environment: Mapping[str, str] | None = None) -> Home:
    """Open the installation in a data directory, making it if need be.

    ``data``: the command option; None for HEADGATE_DATA or the default. Raises SettingsError or
    StorageError, among them SchemaTooNewError.
    """
    environment = dict(os.environ if environment is None else environment)
    place = _find(data, environment)
    local = local_settings(place.settings_file, environment)
    engine = open_engine(local.database_url or sqlite_url(place.database_file))
    _bring_up_to_date(_databases(engine, place))
    configuring = Configuring(
        engine=engine, secret_key=SecretKey(place.secret_file), environment=environment
    )
    return Home(
        directory=place,
        environment=environment,
        local=local,
        engine=engine,
        configuring=configuring,
        sync_control=SyncControl(engine=engine, configuring=configuring),
    )


def find_database(data: Path | None, environment: Mapping[str, str] | None = None) -> Databases:
    """Return the database of an installation as it is, whatever its schema."""
    environment = dict(os.environ if environment is None else environment)
    place = _find(data, environment)
    local = local_settings(place.settings_file, environment)
    engine = open_engine(local.database_url or sqlite_url(place.database_file))
    return _databases(engine, place)


def _find(data: Path | None, environment: Mapping[str, str]) -> DataDirectory:
    place = directory.locate(data, environment)
    directory.prepare(place)
    return place


def _databases(engine: Engine, place: DataDirectory) -> Databases:
    return Databases(
        engine=engine, secret_file=place.secret_file, backups=place.backups, now=clock.now
    )


def handlers(home: Home) -> dict[str, Handler]:
    """Return which function does which kind of job; what a job needs is imported when it runs."""
    return {
        sync_control.SYNCHRONIZE: lambda context: _synchronization(home).synchronize(context),
        sync_control.PREVIEW: lambda context: _synchronization(home).preview(context),
        sync_control.IMPORT: lambda context: _synchronization(home).import_package(context),
    }


def _synchronization(home: Home) -> "SynchronizationJobs":
    from headgate.sync.job import SynchronizationJobs

    return SynchronizationJobs(
        engine=home.engine,
        directory=home.directory.path,
        settings=home.configuring.shared,
        store=LocalStore(home.directory.content),
    )


def _bring_up_to_date(databases: Databases) -> None:
    """Upgrade the schema, a copy taken first, and make the installation's one row."""
    engine = databases.engine
    with advisory_lock.one_upgrade_at_a_time(engine):
        databases.upgrade()
    with transactions.read(engine) as conn:
        made = installation.is_made(conn)
    if not made:
        with transactions.write(engine) as conn:
            installation.make_installation(conn, at=clock.now())
