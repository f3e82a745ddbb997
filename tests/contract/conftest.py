"""One suite, every database: a test that takes ``engine`` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from headgate.catalogue.subscription import ProductsMode
from headgate.services.catalogue.subscribing import PRODUCTS_MODE, Subscribing
from headgate.services.computers.listing import Computers
from headgate.storage import settings_rows, transactions, upgrade
from headgate.storage.engine import Engine, sqlite_url
from tests import databases
from tests.cast import NOON
from tests.catalogue_rows import Shelf, fill
from tests.client_door import ClientDoor
from tests.databases import Older


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return databases.sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the schema of this program and an installation, and nothing else."""
    if request.param == "sqlite":
        return databases.sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path)
    server: databases.PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    with databases.opened(database_url) as engine:
        yield engine


@pytest.fixture
def door(engine: Engine, tmp_path: Path) -> Iterator[ClientDoor]:
    """The services of computers, on a clock that is turned by hand."""
    door = ClientDoor(engine, tmp_path / "secret.key")
    yield door
    door.close()


@pytest.fixture
def people(door: ClientDoor) -> Computers:
    """The computers, as those see them who look after them."""
    return Computers(engine=door.engine, now=door.clock)


@pytest.fixture
def older(engine: Engine, request: pytest.FixtureRequest, tmp_path: Path) -> Older:
    """Opens an empty database of the same kind with the schema of an earlier version."""

    @contextmanager
    def open_older(version: str) -> Iterator[Engine]:
        if engine.dialect.name == "sqlite":
            url = sqlite_url(tmp_path / "old.db")
        else:
            url = request.getfixturevalue("postgres").new_database(prepared=False)
        with databases.opened(url) as before:
            upgrade.upgrade(before, to=version)
            yield before

    return open_older


def products_mode(engine: Engine) -> ProductsMode:
    """Return how products are chosen at present."""
    with transactions.read(engine) as conn:
        row = settings_rows.chosen_settings(conn).get(PRODUCTS_MODE)
    return ProductsMode(row.value) if row else ProductsMode.ALL


@pytest.fixture
def subscribing(engine: Engine) -> Subscribing:
    return Subscribing(engine=engine, mode=lambda: products_mode(engine), now=lambda: NOON)


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    """A small catalogue of products and classifications."""
    return fill(engine)
