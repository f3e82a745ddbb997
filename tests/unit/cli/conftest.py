from pathlib import Path

import pytest
from tests import databases
from tests.commands import HeadgateCommand, SameProcess


@pytest.fixture
def headgate(tmp_path: Path) -> HeadgateCommand:
    """The command line of a new installation."""
    return HeadgateCommand(tmp_path / "data")


@pytest.fixture
def quick(tmp_path: Path, sqlite_template: Path) -> SameProcess:
    """The command line of an installation that has been opened before, in this process."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    databases.sqlite_copy(sqlite_template, data)
    return SameProcess(data)
