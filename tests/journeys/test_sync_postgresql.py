"""The key journeys on PostgreSQL, compared with what SQLite has after an undisturbed run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.catalogue_picture import Picture
from tests.commands import ANY_DISK
from tests.databases import PostgresServer
from tests.installation import BY, Installation, Moment
from tests.journeys.conftest import impatient
from tests.upstream_lab import RunningLab

from headgate.bootstrap import open_home
from headgate.jobs.worker import Signals
from headgate.storage import jobs


@pytest.fixture
def server(
    postgres: PostgresServer, lab: RunningLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """An installation whose database is a new, empty one in PostgreSQL."""
    monkeypatch.setattr("headgate.sync.job._pause", impatient)
    url = postgres.new_database(prepared=False)
    server = Installation(open_home(tmp_path / "data", {**ANY_DISK, "HEADGATE_DATABASE_URL": url}))
    assert server.engine.dialect.name == "postgresql"
    server.point_at(lab)
    yield server
    server.engine.dispose()


def test_first_second_and_later_synchronization(
    lab: RunningLab, server: Installation, calm_picture: Picture
) -> None:
    first = server.synchronize()
    assert (first["result"], first["problems"]) == ("succeeded", [])
    assert first["documents"] == len(calm_picture)
    assert server.picture().differences(calm_picture) == []

    second = server.synchronize()
    assert (second["documents"], second["new"]) == (0, 0)

    lab.advance()
    third = server.synchronize()
    assert (third["result"], third["revised"], third["expired"]) == ("succeeded", 1, 1)
    assert third["new"] > 1


@pytest.mark.parametrize("how", ["cancelled", "paused"])
def test_interrupted_synchronization_resumes_from_its_list(
    how: str, lab: RunningLab, server: Installation, calm_picture: Picture
) -> None:
    def stop(signals: Signals) -> None:
        if how == "cancelled":
            server.home.sync_control.cancel(by=BY)
        else:
            signals.stop.set()

    row = server.synchronize(moment=Moment("updates", 200, stop, stops=True))
    assert row["result"] == ("cancelled" if how == "cancelled" else None)
    here, asked = len(server.picture()), _asked(lab)

    if how == "cancelled":
        server.synchronize()
    else:
        assert server.work().state == jobs.DONE

    assert server.history()[0]["result"] == "succeeded"
    assert _asked(lab) - asked == len(calm_picture) - here
    assert server.picture().differences(calm_picture) == []


def test_damaged_documents_are_settled_by_the_next_run(
    lab: RunningLab, server: Installation, calm_picture: Picture
) -> None:
    lab.set_weather("damaged")
    first = server.synchronize()
    assert first["result"] == "succeeded"
    assert len(first["problems"]) == len(lab.statistics()["damaged"]) > 0

    lab.set_weather("calm")
    assert server.synchronize()["problems"] == []
    assert server.picture().differences(calm_picture) == []


def _asked(lab: RunningLab) -> int:
    return int(lab.statistics()["identities_asked"]["GetUpdateData"])
