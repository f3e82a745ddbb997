"""Fixtures every test may use."""

from pathlib import Path

import pytest

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
