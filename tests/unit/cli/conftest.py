from pathlib import Path

import pytest
from tests.commands import HeadgateCommand


@pytest.fixture
def headgate(tmp_path: Path) -> HeadgateCommand:
    """The command line of a new installation."""
    return HeadgateCommand(tmp_path / "data")
