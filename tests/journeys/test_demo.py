"""The demo: the whole story, with numbers that the server said, and nothing left behind."""

import re
import signal
import socket
import tempfile
from io import StringIO
from pathlib import Path

import pytest
from tests.commands import HeadgateCommand, fetched, until

from headgate.simulator import demo
from headgate.simulator.children import LOOPBACK, free_port


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def test_the_demo_tells_its_story_with_numbers_of_the_server_and_stays_until_ctrl_c(
    tmp_path: Path, scratch: Path
) -> None:
    real = HeadgateCommand(tmp_path / "real")
    real("settings", "set", "proxy.port=3128")
    asked = HeadgateCommand(tmp_path / "data", TMPDIR=str(scratch))
    misled = HeadgateCommand(
        asked.data,
        TMPDIR=str(scratch),
        # What is set for a real server must not lead the demo there.
        HEADGATE_DATABASE_URL=f"sqlite:///{real.data / 'headgate.db'}",
        HEADGATE_SOURCE_KIND="microsoft",
    )
    with misled.running("demo") as running:
        running.wait_until(lambda: "until Ctrl-C" in running.said())
        address = next(word for word in running.said().split() if word.startswith("http://"))
        console = next(word for word in running.said().split() if word.endswith("/WSUSAdmin"))
        url = console.removesuffix("WSUSAdmin")
        assert fetched(f"{url}health/ready")[0] == 200
        link = next(word for word in running.said().split() if "/console/link?token=" in word)
        assert "signs you in" in fetched(link)[1]
        running.send(signal.SIGINT)
        ended = running.ended()

    assert ended.code == 0, ended.err
    until(lambda: fetched(url)[0] == 0 and fetched(f"{address}/lab/ready")[0] == 0)
    assert list(scratch.iterdir()) == []
    assert real("sync", "history", "--json").json == []
    _assert_its_numbers_are_the_servers(ended.out, asked)


def _assert_its_numbers_are_the_servers(said: str, asked: HeadgateCommand) -> None:
    assert said.count("$ headgate sync now") == 3
    third, second, first = asked("sync", "history", "--json").json
    for run in (first, second, third):
        assert (
            f"{run['new']:,} new, {run['revised']:,} revised, {run['expired']:,} expired updates; "
            f"{run['documents']:,} documents"
        ) in said
    assert first["new"] > 100
    assert (second["new"], second["documents"]) == (0, 0)
    assert 0 < third["new"] < first["new"]
    everything = asked("updates", "list", "--limit", "0", "--json").json
    arrived_last = asked(
        "updates", "list", "--limit", "0", "--since", third["started"], "--json"
    ).json
    assert f"{len(arrived_last):,} updates arrived with it" in said
    assert f"{len(everything) - third['new']:,} updates in the catalogue" in said
    _assert_so_of_its_computers(said.splitlines(), asked)


def _assert_so_of_its_computers(said: list[str], asked: HeadgateCommand) -> None:
    """Both sentences the demo ends with, counted anew from what the server knows."""
    reported = [one for one in asked("computers", "list", "--json").json if one["last_report"]]
    assert len(reported) == demo.COMPUTERS
    assert f"   {len(reported)} computers have reported to the server" in said

    listed = ("updates", "list", "--limit", "0", "--state", "approved", "--computers", "--json")
    approved = [one["computers"] for one in asked(*listed).json]
    missing = ("needed", "downloaded", "failed", "pending_reboot")
    done = [counts for counts in approved if not any(counts[state] for state in missing)]
    everywhere = sum(counts["installed"] > 0 for counts in done)
    assert everywhere > 0
    assert (
        f"   {everywhere} of {len(approved)} approved updates are installed everywhere they were "
        f"needed, {len(done) - everywhere} nobody needed; among the installed:"
    ) in said


def test_once_it_ends_when_the_story_is_told(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The story itself is told above; here only its servers are started."""
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    for part in ("tell_story", "tell_of_computers"):
        monkeypatch.setattr(demo, part, lambda _story, _address: None)
    out = StringIO()
    demo.run_demo(once=True, data=tmp_path / "data", out=out)

    assert out.getvalue().endswith("That was the demo.\n")
    answered = re.findall(r"answers at (http://\S+?)/?$", out.getvalue(), re.MULTILINE)
    assert len(answered) == 2
    assert all(fetched(one)[0] == 0 for one in answered)
    assert list(scratch.iterdir()) == []


def test_nothing_answers_any_more_when_the_demo_is_killed(tmp_path: Path, scratch: Path) -> None:
    killed = HeadgateCommand(tmp_path / "data", TMPDIR=str(scratch))
    with killed.running("demo") as running:
        running.wait_until(lambda: "Headgate answers at" in running.said())
        peer, server = (word for word in running.said().split() if word.startswith("http://"))
        running.kill()

    until(lambda: fetched(server)[0] == 0 and fetched(f"{peer}/lab/ready")[0] == 0)


def test_a_taken_port_is_left_for_the_next_but_never_for_the_one_of_tls() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        other = free_port(port, but=(port + 1,))

    assert other > port + 1
