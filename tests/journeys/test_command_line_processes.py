"""Processes that die, stop and meet at the command line; installations that are not as they were.

Nothing seems to run that does not, nothing is lost, and what cannot go on says why and what to do.
"""

import os
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.commands import Ended, HeadgateCommand, Running, SameProcess, until
from tests.databases import PostgresServer, postgres_server
from tests.holding_source import HoldingSource, holding_source
from tests.upstream_lab import RunningLab, running_upstream

#: DESIGN §4: SIGTERM to exit.
MOST_SECONDS_TO_STOP = 10.0


@pytest.fixture
def headgate(tmp_path: Path) -> HeadgateCommand:
    return SameProcess(tmp_path / "data")


@pytest.fixture
def holding() -> Iterator[HoldingSource]:
    with holding_source() as source:
        yield source


@pytest.fixture
def slow() -> Iterator[RunningLab]:
    with running_upstream(weather="slow") as lab:
        yield lab


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


def _point_at(headgate: HeadgateCommand, source: RunningLab | HoldingSource) -> None:
    changed = headgate(
        "settings",
        "set",
        "source.kind=upstream",
        f"source.host={source.host}",
        f"source.port={source.port}",
        "source.tls=false",
    )
    assert changed.code == 0, changed


@contextmanager
def _served(headgate: HeadgateCommand) -> Iterator[Running]:
    with headgate.running("serve", "--listen", "127.0.0.1:0") as server:
        server.wait_until_it_says("serves")
        yield server


def _history(headgate: HeadgateCommand) -> list[dict[str, object]]:
    found: list[dict[str, object]] = headgate("sync", "history", "--json").json
    return found


def _assert_said(ended: Ended, *words: str) -> None:
    """Check an error's face: no result, one sentence, the next step."""
    assert (ended.code, ended.out) == (1, ""), ended
    assert ended.err.startswith("Error: "), ended.err
    assert "\nNext:  " in ended.err
    assert "Traceback" not in ended.err
    for word in words:
        assert word in ended.err


def test_run_whose_worker_died_is_cancelled_and_does_not_seem_to_run(
    headgate: HeadgateCommand, holding: HoldingSource, lab: RunningLab
) -> None:
    _point_at(headgate, holding)
    with headgate.running("sync", "now") as command:
        command.wait_until(holding.asked.is_set)
        command.kill()

    assert headgate("sync", "cancel").code == 0

    (run,) = _history(headgate)
    assert (run["result"], run["ended"] is not None) == ("cancelled", True)
    assert headgate("sync", "status", "--json").json["state"] == "idle"
    _point_at(headgate, lab)
    assert headgate("sync", "now", "--categories", "--json").json["id"] == 2


def test_run_that_waits_for_a_worker_is_cancelled_and_does_not_seem_to_run(
    headgate: HeadgateCommand, holding: HoldingSource
) -> None:
    _point_at(headgate, holding)
    with headgate.running("sync", "now") as command:
        command.wait_until(holding.asked.is_set)
        command.kill()
    assert headgate("sync", "status", "--json").json["state"] == "queued"

    assert headgate("sync", "cancel").code == 0

    (run,) = _history(headgate)
    assert run["result"] == "cancelled"


def test_server_told_to_stop_in_the_middle_goes_on_where_it_was(
    headgate: HeadgateCommand, slow: RunningLab
) -> None:
    _point_at(headgate, slow)
    with _served(headgate) as server, headgate.running("sync", "now", "--yes") as command:
        command.wait_until_it_says("updates:")
        began = time.monotonic()
        server.send(signal.SIGTERM)
        assert server.ended().code == 0
        assert time.monotonic() - began < MOST_SECONDS_TO_STOP
        command.kill()  # else it would be the worker now
    before = headgate("sync", "status", "--json").json
    asked = slow.statistics()["identities_asked"]["GetUpdateData"]
    assert (before["state"], before["last"]) == ("queued", None)

    with _served(headgate):
        until(lambda: _history(headgate)[0]["ended"] is not None)

    (run,) = _history(headgate)
    assert (run["result"], run["problems"]) == ("succeeded", [])
    again = slow.statistics()["identities_asked"]["GetUpdateData"] - asked
    assert 0 < again < run["documents"], "what was here was not asked for again"  # type: ignore[operator]


def test_killed_worker_is_replaced_and_the_command_sees_its_run_through(
    headgate: HeadgateCommand, slow: RunningLab
) -> None:
    _point_at(headgate, slow)
    with (
        _served(headgate) as server,
        headgate.running("sync", "now", "--yes", "--json") as command,
    ):
        command.wait_until_it_says("updates:")
        (worker,) = _children(server.pid)
        os.kill(worker, signal.SIGKILL)
        ended = command.ended()

    assert ended.code == 0, ended.err
    assert (ended.json["result"], ended.json["problems"]) == ("succeeded", [])
    assert [run["id"] for run in _history(headgate)] == [ended.json["id"]]


def test_run_missed_while_the_server_was_down_happens_at_start(
    headgate: HeadgateCommand, lab: RunningLab
) -> None:
    _point_at(headgate, lab)
    hourly = headgate("settings", "set", "schedule.mode=daily", "schedule.per_day=24")
    assert (hourly.code, "time zone" in hourly.err) == (0, True)
    with closing(sqlite3.connect(headgate.data / "headgate.db")) as database, database:
        # chosen long ago (in microseconds), so that a time of the day has passed since
        database.execute("UPDATE settings SET changed_at = changed_at - 3 * 86400 * 1000000")

    with _served(headgate):
        until(lambda: bool(_history(headgate)) and _history(headgate)[0]["ended"] is not None)

    run = _history(headgate)[0]
    assert (run["by"], run["result"]) == ("schedule", "succeeded")
    assert headgate("sync", "status", "--json").json["next"] is not None


def test_database_of_a_newer_headgate_is_refused_by_both_numbers(
    headgate: HeadgateCommand,
) -> None:
    copy = _backed_up(headgate)
    with closing(sqlite3.connect(headgate.data / "headgate.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")

    for command in (("sync", "now"), ("settings", "show"), ("serve", "--listen", "127.0.0.1:0")):
        _assert_said(headgate(*command), "schema 9999", "schemas up to 0", "database restore")
    _assert_restored(headgate, copy)


def test_file_that_is_no_database_is_told(headgate: HeadgateCommand) -> None:
    copy = _backed_up(headgate)
    (headgate.data / "headgate.db").write_bytes(b"no database at all" * 1000)
    _assert_said(headgate("sync", "status"), "is damaged", "headgate database restore")
    _assert_restored(headgate, copy)


def _backed_up(headgate: HeadgateCommand) -> Path:
    """Return a backup of an installation that can be told by one of its settings."""
    assert headgate("settings", "set", "schedule.first=04:44").code == 0
    copy = headgate.data.with_name("copy.db")
    assert headgate("database", "backup", str(copy)).code == 0
    return copy


def _assert_restored(headgate: HeadgateCommand, copy: Path) -> None:
    """Take the step the sentence named."""
    restored = headgate("database", "restore", str(copy))
    assert restored.code == 0, restored.err
    assert headgate("settings", "get", "schedule.first").out == "04:44\n"


def test_key_others_can_read_is_refused(headgate: HeadgateCommand, lab: RunningLab) -> None:
    _point_at(headgate, lab)
    ours = ("proxy.use_credentials=true", "proxy.user=alice", "proxy.password")
    assert headgate("settings", "set", *ours, stdin="geheim\n").code == 0
    key = headgate.data / "secret.key"
    key.chmod(0o640)

    _assert_said(headgate("sync", "now"), "can be read by others", f"chmod 600 {key}")
    assert _history(headgate)[0]["result"] == "failed"

    key.chmod(0o600)
    assert headgate("sync", "now", "--categories").code == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_data_directory_of_somebody_else_is_refused(headgate: HeadgateCommand) -> None:
    headgate.data.mkdir(mode=0o700)
    os.chown(headgate.data, 65534, 65534)
    _assert_said(headgate("sync", "status"), "belongs to the user nobody", "sudo -u nobody")


def test_open_directory_with_other_things_is_left_alone(
    headgate: HeadgateCommand,
) -> None:
    headgate.data.mkdir(mode=0o755)
    headgate.data.chmod(0o755)
    (headgate.data / "notes.txt").touch()
    ended = headgate("sync", "status")
    _assert_said(ended, "open to others", "--data DIR")
    assert "chmod" not in ended.err, "advice that would spoil /etc"
    assert headgate.data.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("address", "words"),
    [("203.0.113.7:8530", "an address of this machine"), ("nowhere", "Write HOST:PORT")],
)
def test_address_that_cannot_be_listened_on_is_told(
    headgate: HeadgateCommand, address: str, words: str
) -> None:
    _assert_said(headgate("serve", "--listen", address), address, words)


def test_taken_port_names_the_way_to_who_has_it(headgate: HeadgateCommand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        _assert_said(headgate("serve", "--listen", address), "already in use", "ss -ltnp")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"HEADGATE_SOURCE_PORT": "abc"}, "HEADGATE_SOURCE_PORT: source.port cannot be 'abc'"),
        ({"HEADGATE_SOURCE_KIND": "upstream"}, "has no name yet"),
    ],
)
def test_settings_that_cannot_work_are_in_the_history_too(
    tmp_path: Path, variables: dict[str, str], words: str
) -> None:
    headgate = SameProcess(tmp_path / "data", **variables)
    _assert_said(headgate("sync", "now"), words)
    (run,) = _history(SameProcess(tmp_path / "data"))
    assert run["result"] == "failed"
    assert words in str(run["reason"])


def test_microsoft_out_of_reach_is_in_the_history(tmp_path: Path) -> None:
    """The root certificate cannot even be looked for; the run is noted all the same."""
    headgate = SameProcess(
        tmp_path / "data",
        HEADGATE_PROXY_ENABLED="true",
        HEADGATE_PROXY_HOST="proxy.invalid",
    )
    _assert_said(headgate("sync", "now"), "proxy.invalid:80 does not resolve")
    (run,) = _history(headgate)
    assert (run["result"], run["source"]) == ("failed", "https://sws.update.microsoft.com")


def test_everything_works_on_postgresql(
    postgres: PostgresServer, lab: RunningLab, tmp_path: Path
) -> None:
    url = postgres.new_database(prepared=False)
    headgate = SameProcess(tmp_path / "data", HEADGATE_DATABASE_URL=url)
    _point_at(headgate, lab)

    with _served(headgate):
        served = headgate("sync", "now", "--categories", "--json")
        assert (served.code, served.json["result"]) == (0, "succeeded"), served.err
    done = headgate("sync", "now", "--yes", "--json")

    assert (done.code, done.json["problems"]) == (0, []), done.err
    assert len(headgate("products", "list", "--json").json) > 50
    updates = headgate("updates", "list", "--limit", "0", "--json").json
    assert len(updates) == done.json["new"] + done.json["expired"]
    assert headgate("updates", "show", updates[0]["id"]).code == 0
    assert [run["id"] for run in _history(headgate)] == [2, 1]
    assert not (headgate.data / "headgate.db").exists()
    assert headgate("settings", "get", "source.port").out == f"{lab.port}\n"


def test_postgresql_nobody_answers_at_is_told_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://headgate:geheim@127.0.0.1:9/headgate"
    ended = SameProcess(tmp_path / "data", HEADGATE_DATABASE_URL=url)("sync", "status")
    _assert_said(ended, "does not answer")
    assert "geheim" not in ended.err


def _children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    told = " ".join((thread / "children").read_text() for thread in threads)
    return [int(child) for child in told.split()]
