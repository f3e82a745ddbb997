"""A database for tests that need just one; `tests/contract` runs on every kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate.storage.engine import Engine
from tests import databases


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return databases.sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    with databases.opened(databases.sqlite_copy(sqlite_template, tmp_path)) as engine:
        yield engine
