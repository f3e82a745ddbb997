"""A server that is killed while computers report loses nothing it has answered."""

import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest
from tests import databases
from tests.reporting_child import COMPUTERS
from tests.reports import assert_counters_hold, register

from headgate.storage import client_events, transactions

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return databases.sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.mark.parametrize("answered", [1, 40, 300])
def test_what_was_answered_is_there_after_a_kill(
    template: Path, tmp_path: Path, answered: int
) -> None:
    url = databases.sqlite_copy(template, tmp_path)
    with databases.opened(url) as engine:
        register(engine, *COMPUTERS)

    with subprocess.Popen(
        [sys.executable, "-m", "tests.reporting_child", url],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        said = list(islice(child.stdout, answered))
        child.kill()
        said += [line for line in child.stdout if line.endswith("\n")]

    wanted = {line.strip() for line in said}
    with databases.opened(url) as engine:
        with transactions.read(engine) as conn:
            missing = wanted - client_events.known_instances(conn, wanted)
        assert_counters_hold(engine)
    assert len(wanted) >= answered
    assert not missing
