"""Fixtures every test may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import PostgresServer, postgres_server
from tests.material import CAPTURES, SHARED


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder with specifications, WSDLs, facts and captures."""
    if SHARED is None:
        pytest.skip("no shared folder beside the repository (set HEADGATE_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def captures() -> Path:
    """Real exchanges and documents."""
    if CAPTURES is None:
        pytest.skip("no captures (set HEADGATE_CAPTURES)")
    return CAPTURES


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL of our own, started once for all tests of this process that want one."""
    with postgres_server(tmp_path_factory.mktemp("pg")) as server:
        yield server
