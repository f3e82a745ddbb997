"""Who is the worker, and who creates the tables, on every database."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from headgate.bootstrap import open_home
from headgate.jobs.worker_lock import worker_lock
from headgate.storage import installation, transactions
from headgate.storage.engine import Engine
from tests import databases


def test_only_one_can_be_the_worker(engine: Engine, database_url: str) -> None:
    with databases.opened(database_url) as other:
        ours, theirs = worker_lock(engine), worker_lock(other)

        assert ours.acquire()
        assert ours.acquire(), "asking again is no second lock"
        assert not theirs.acquire()
        ours.release()
        ours.release()
        assert theirs.acquire()
        assert not ours.acquire()
        theirs.release()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_start_at_once_make_one_installation(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    environment = {}
    if kind == "postgresql":
        postgres: databases.PostgresServer = request.getfixturevalue("postgres")
        environment["HEADGATE_DATABASE_URL"] = postgres.new_database(prepared=False)

    def opened(_: int) -> str:
        home = open_home(tmp_path / "data", environment)
        with ExitStack() as stack:
            stack.callback(home.engine.dispose)
            conn = stack.enter_context(transactions.read(home.engine))
            return installation.this_installation(conn).server_id

    with ThreadPoolExecutor(4) as pool:
        server_ids = set(pool.map(opened, range(4)))

    assert len(server_ids) == 1
