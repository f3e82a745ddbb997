"""Installations in temporary directories, and the lab they synchronize with."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest
from tests import client_world
from tests.catalogue_picture import Picture
from tests.client_world import Shelf
from tests.commands import ANY_DISK
from tests.databases import lay_schema
from tests.installation import Installation
from tests.soap_door import OpenDoor, open_door, serving
from tests.upstream_lab import RunningLab, running_upstream

from headgate.bootstrap import open_home
from headgate.jobs.context import JobContext
from headgate.storage.engine import Engine


class Install(Protocol):
    """Opens a new installation that points at a lab, or a copy of a data directory."""

    def __call__(
        self, lab: RunningLab | None = None, *, copy_of: Path | None = None
    ) -> Installation: ...


def impatient(context: JobContext) -> Callable[[float], None]:
    """Look whether the job was cancelled, as between two tries, but wait for nothing."""
    return lambda _seconds: context.check()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    monkeypatch.setattr("headgate.sync.job._pause", impatient)
    opened: list[Installation] = []
    numbers = count(1)

    def new(lab: RunningLab | None = None, *, copy_of: Path | None = None) -> Installation:
        data = tmp_path / f"data{next(numbers)}"
        if copy_of is not None:
            shutil.copytree(copy_of, data)
        else:
            lay_schema(data)
        installation = Installation(open_home(data, ANY_DISK))
        opened.append(installation)
        if lab is not None:
            installation.point_at(lab)
        return installation

    yield new
    for installation in opened:
        installation.engine.dispose()


@pytest.fixture
def lab() -> Iterator[RunningLab]:
    """The built-in world in calm weather."""
    with running_upstream() as running:
        yield running


@pytest.fixture
def server(install: Install, lab: RunningLab) -> Installation:
    """An installation that points at the built-in world and has not synchronized yet."""
    return install(lab)


@pytest.fixture(scope="session")
def calm_picture(tmp_path_factory: pytest.TempPathFactory) -> Picture:
    """What the built-in world looks like in a catalogue after one undisturbed synchronization."""
    installation = Installation(
        open_home(lay_schema(tmp_path_factory.mktemp("calm") / "data"), ANY_DISK)
    )
    with running_upstream() as running:
        installation.point_at(running)
        assert installation.synchronize()["result"] == "succeeded"
    whole = installation.picture()
    installation.engine.dispose()
    return whole


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """The world of computers, in a database to copy."""
    return client_world.shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def engine(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A copy of that world, for all tests of a file."""
    with shelf.copy(tmp_path_factory.mktemp("copy")) as engine:
        yield engine


@pytest.fixture(scope="module")
def door(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDoor]:
    """The SOAP door before it, over HTTP."""
    with serving(open_door(engine, tmp_path_factory.mktemp("door"))) as door:
        yield door
