"""Fixtures every test may use."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher

from headgate.services.people import passwords
from tests.databases import PostgresServer, postgres_server
from tests.material import CAPTURES, SHARED

_COSTLY = (passwords._HASHER, passwords._DUMMY)


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Hash passwords at the least cost there is, unless a test wants ``costly_passwords``."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with (
        patch.object(passwords, "_HASHER", quick),
        patch.object(passwords, "_DUMMY", quick.hash("nobody knows it")),
    ):
        yield


@pytest.fixture
def costly_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords at their real cost."""
    monkeypatch.setattr(passwords, "_HASHER", _COSTLY[0])
    monkeypatch.setattr(passwords, "_DUMMY", _COSTLY[1])


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
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of our own, started once for all tests of this process that want one."""
    with postgres_server() as server:
        yield server
