"""One installation, opened: everything commands, doors and the worker are built from.

It opens the data directory and the database, brings the schema up to date, and tells the worker
which function does which kind of job. Commands and ``serve`` start here.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from headgate import clock
from headgate.catalogue.subscription import ProductsMode
from headgate.content.local import LocalStore
from headgate.jobs.context import Signals
from headgate.jobs.worker import Handler, Worker
from headgate.jobs.worker_lock import worker_lock
from headgate.services.catalogue import fragment_work, settling, word_index
from headgate.services.catalogue.browser import CatalogueBrowser
from headgate.services.catalogue.fragment_work import FragmentWork
from headgate.services.catalogue.overview import Overview
from headgate.services.catalogue.packers import Unpacker
from headgate.services.catalogue.subscribing import PRODUCTS_MODE, Subscribing
from headgate.services.catalogue.word_index import WordIndex
from headgate.services.files import fetching
from headgate.services.files.readiness import Readiness
from headgate.services.files.update_files import UpdateFiles
from headgate.services.people.accounts import Accounts
from headgate.services.people.open_sessions import SessionLimits
from headgate.services.people.sessions import Sessions
from headgate.services.people.telling import Telling
from headgate.services.settings.configuring import Configuring
from headgate.services.settings.recent import RecentSettings
from headgate.services.synchronizing import sync_control
from headgate.services.synchronizing.sync_control import SyncControl
from headgate.services.upkeep.databases import Databases
from headgate.services.way_in.addresses import Addresses
from headgate.services.way_in.own_certificates import OwnCertificates
from headgate.services.way_in.server_names import ServerNames
from headgate.settings import directory
from headgate.settings.directory import DataDirectory
from headgate.settings.keys import SHARED
from headgate.settings.local import Local, local_settings
from headgate.settings.secrets import SecretKey
from headgate.storage import advisory_lock, installation, transactions
from headgate.storage.engine import Engine, open_engine, sqlite_url

if TYPE_CHECKING:
    from headgate.services.computers.compliance import Compliance
    from headgate.services.deciding.approving import Approving
    from headgate.services.synchronizing.setting_up import SettingUp
    from headgate.services.upkeep.attention import Attention
    from headgate.services.upkeep.health import Health
    from headgate.sync.job import SynchronizationJobs
    from headgate.web.clients import ClientDoors
    from headgate.web.console.visit import Console


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One installation, opened: everything a command or a door is built from."""

    directory: DataDirectory
    environment: Mapping[str, str]
    local: Local
    engine: Engine
    store: LocalStore
    configuring: Configuring
    sync_control: SyncControl
    sessions: Sessions  #: one for the process: it counts failed sign-ins
    addresses: Addresses  #: one for the process: it remembers where this one listens
    certificates: OwnCertificates
    catalogue_browser: CatalogueBrowser  #: one for the process: it remembers answers

    @property
    def accounts(self) -> Accounts:
        """Return what adds and changes the users of the console."""
        return Accounts(engine=self.engine)

    @property
    def subscribing(self) -> Subscribing:
        """Return what chooses products and classifications."""
        variable = SHARED[PRODUCTS_MODE].variable
        return Subscribing(
            engine=self.engine,
            mode=lambda: ProductsMode(self.configuring.shared().products.mode),
            now=clock.now,
            mode_locked_by=variable if self.environment.get(variable) else None,
            memory=self.catalogue_browser.memory,
        )

    @property
    def setting_up(self) -> "SettingUp":
        """Return what tells how far the set-up is."""
        from headgate.services.synchronizing.setting_up import SettingUp

        return SettingUp(
            engine=self.engine,
            configuring=self.configuring,
            sync_control=self.sync_control,
            subscribing=lambda: self.subscribing,
        )

    @property
    def update_files(self) -> UpdateFiles:
        """Return what keeps, verifies and adopts update files."""
        return UpdateFiles(
            engine=self.engine,
            store=self.store,
            now=clock.now,
            memory=self.catalogue_browser.memory,
            readiness=Readiness(settings=self.configuring.shared),
        )

    @property
    def approving(self) -> "Approving":
        """Return what decides about updates."""
        from headgate.services.deciding.approving import Approving

        return Approving(
            engine=self.engine,
            settings=self.configuring.shared,
            store=self.store,
            now=clock.now,
        )

    @property
    def compliance(self) -> "Compliance":
        """Return what tells which computers need or have which updates."""
        from headgate.services.computers.compliance import Compliance

        return Compliance(self.engine)

    @property
    def fragment_work(self) -> FragmentWork:
        """Return what brings the fragments of an upgraded catalogue up to date."""
        return FragmentWork(engine=self.engine, now=clock.now)

    def client_doors(self) -> "ClientDoors":
        """Return the doors of Windows computers; one for the process, to be closed."""
        from headgate.bootstrap.clients import client_doors

        return client_doors(
            engine=self.engine,
            secret_key=SecretKey(self.directory.secret_file),
            settings=RecentSettings(self.configuring.shared),
            addresses=self.addresses,
            store=self.store,
            update_files=self.update_files,
        )

    def console(self, health: "Health") -> "Console":
        """Return what the pages of the console ask."""
        from headgate.web.console.visit import Console

        return Console(
            configuring=self.configuring,
            sync_control=self.sync_control,
            catalogue=lambda: self.catalogue_browser,
            subscribing=lambda: self.subscribing,
            setting_up=self.setting_up,
            update_files=lambda: self.update_files,
            approving=lambda: self.approving,
            compliance=lambda: self.compliance,
            accounts=self.accounts,
            sessions=self.sessions,
            telling=Telling(self.engine),
            addresses=self.addresses,
            certificates=self.certificates,
            health=health,
            attention=self._attention(health),
            overview=Overview(engine=self.engine, catalogue=self.catalogue_browser),
            local=self.local,
            directory=self.directory.path,
            environment=self.environment,
            now=clock.now,
        )

    @property
    def word_index(self) -> WordIndex:
        """Return what brings the words of an upgraded catalogue up to date."""
        return WordIndex(engine=self.engine, unpack=Unpacker(self.engine), now=clock.now)

    def _attention(self, health: "Health") -> "Attention":
        from headgate.services.upkeep.attention import Attention

        return Attention(
            engine=self.engine,
            configuring=self.configuring,
            certificates=self.certificates,
            addresses=self.addresses,
            health=health,
            directory=self.directory.path,
            room_for_files=self.store.space,
        )

    def worker(self, signals: Signals) -> Worker:
        """Return a worker of this installation; it works when told to and holds no lock yet."""
        return Worker(
            engine=self.engine,
            lock=worker_lock(self.engine),
            handlers=handlers(self),
            signals=signals,
        )

    def settle_readiness(self) -> None:
        """Say anew which approved updates have their files; settings may have changed unseen."""
        with transactions.write(self.engine) as conn:
            Readiness(settings=self.configuring.shared).settle(conn)

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
    store = LocalStore(place.content, keep_free=local.keep_free)
    names = ServerNames(lambda: configuring.shared().server.names)
    home = Home(
        directory=place,
        environment=environment,
        local=local,
        engine=engine,
        store=store,
        configuring=configuring,
        sync_control=SyncControl(engine=engine, configuring=configuring),
        sessions=Sessions(engine=engine, limits=lambda: _session_limits(configuring)),
        addresses=Addresses(
            file=place.serving_file,
            names=names,
            local=lambda: local_settings(place.settings_file, environment),
            trusted_proxies=local.trusted_proxies,
        ),
        certificates=OwnCertificates(
            folder=place.tls,
            certificate=local.certificate,
            key=local.key,
            names=names,
            now=clock.now,
        ),
        catalogue_browser=CatalogueBrowser(engine=engine, unpack=Unpacker(engine), store=store),
    )
    settling.settle_if_never(engine)
    home.word_index.queue_if_due()
    home.fragment_work.queue_if_due()
    return home


def find_database(data: Path | None, environment: Mapping[str, str] | None = None) -> Databases:
    """Return the database of an installation as it is, whatever its schema."""
    environment = dict(os.environ if environment is None else environment)
    place = _find(data, environment)
    local = local_settings(place.settings_file, environment)
    engine = open_engine(local.database_url or sqlite_url(place.database_file))
    return _databases(engine, place)


def _session_limits(configuring: Configuring) -> SessionLimits:
    console = configuring.shared().console
    return SessionLimits(
        idle=timedelta(minutes=console.idle_minutes),
        absolute=timedelta(hours=console.session_hours),
    )


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
        word_index.INDEX_WORDS: lambda context: home.word_index.work(context),
        sync_control.IMPORT: lambda context: _synchronization(home).import_package(context),
        fetching.FETCH_FILES: lambda context: _synchronization(home).fetch_files(context),
        fragment_work.CUT_FRAGMENTS: lambda context: home.fragment_work.work(context),
    }


def _synchronization(home: Home) -> "SynchronizationJobs":
    from headgate.sync.job import SynchronizationJobs

    return SynchronizationJobs(
        engine=home.engine,
        directory=home.directory.path,
        settings=home.configuring.shared,
        store=home.store,
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
