import signal
from collections.abc import Iterator

import pytest
from tests.commands import HeadgateCommand
from tests.holding_source import HoldingSource, holding_source
from tests.upstream_lab import RunningLab, running_upstream

from headgate.simulator.microsoft_update.weather import Weather

#: What DESIGN §4 promises programs.
HISTORY = {"id", "started", "ended", "by", "result", "problems"} | {
    *("new", "revised", "expired", "bytes"),
}


@pytest.fixture(scope="module")
def calm() -> Iterator[RunningLab]:
    with running_upstream() as running:
        yield running


@pytest.fixture
def slow() -> Iterator[RunningLab]:
    with running_upstream(weather=Weather.SLOW) as running:
        yield running


@pytest.fixture
def holding() -> Iterator[HoldingSource]:
    with holding_source() as source:
        yield source


def _point(headgate: HeadgateCommand, at: RunningLab | HoldingSource) -> None:
    source = ("source.kind=upstream", f"source.host={at.host}", f"source.port={at.port}")
    assert headgate("settings", "set", *source, "source.tls=false").code == 0


def test_a_synchronization_ends_with_what_it_brought(
    headgate: HeadgateCommand, calm: RunningLab
) -> None:
    _point(headgate, calm)

    first = headgate("sync", "now", "--json")
    again = headgate("sync", "now")

    assert first.code == 0
    assert first.json["result"] == "succeeded"
    assert first.json["new"] > 0
    assert (again.code, again.out.startswith("Synchronized: 0 new")) == (0, True)
    history = headgate("sync", "history", "--json").json
    assert [run["result"] for run in history] == ["succeeded", "succeeded"]
    assert history[1] == first.json
    assert {
        "id",
        "started",
        "ended",
        "by",
        "new",
        "revised",
        "expired",
        "bytes",
        "problems",
    } <= set(history[0])
    assert history[0]["started"].endswith("Z")
    assert "succeeded" in headgate("sync", "history").out
    status = headgate("sync", "status", "--json").json
    assert (status["state"], status["last"]) == ("idle", history[0])


def test_categories_come_alone_and_a_preview_tells_how_much_the_rest_is(
    headgate: HeadgateCommand, calm: RunningLab
) -> None:
    _point(headgate, calm)

    assert headgate("sync", "now", "--categories").code == 0
    assert "would bring" in headgate("sync", "preview").out
    assert headgate("sync", "preview", "--json").json["documents"] > 100


def test_a_source_nobody_hears_is_an_error_with_a_next_step(headgate: HeadgateCommand) -> None:
    headgate("settings", "set", "source.kind=upstream", "source.host=127.0.0.1", "source.port=9")

    ended = headgate("sync", "now")

    assert (ended.code, ended.out) == (1, "")
    assert "Error: " in ended.err
    (run,) = headgate("sync", "history", "--json").json
    assert run["result"] == "failed"
    assert run["reason"] in " ".join(ended.err.replace("Next: ", "").split())


def test_there_may_be_no_history_and_nothing_to_cancel(headgate: HeadgateCommand) -> None:
    assert headgate("sync", "history", "--json").json == []
    assert "sync now" in headgate("sync", "history").err
    assert headgate("sync", "cancel").code == 1
    assert headgate("sync", "status", "--json").json["state"] == "idle"


def test_a_second_synchronization_is_refused_and_the_first_is_cancelled_politely(
    headgate: HeadgateCommand, holding: HoldingSource
) -> None:
    _point(headgate, holding)
    with headgate.running("sync", "now") as first:
        first.wait_until(holding.asked.is_set)

        second = headgate("sync", "now")
        status = headgate("sync", "status", "--json").json
        first.send(signal.SIGINT)
        first.wait_until_it_says("Cancelling")
        holding.let_go()
        ended = first.ended()

    assert (second.code, "is under way" in second.err) == (1, True)
    assert (status["state"], status["phase"]) == ("running", "connecting")
    assert (ended.code, ended.out) == (1, "")
    (run,) = headgate("sync", "history", "--json").json
    assert run["result"] == "cancelled"


def test_another_command_cancels_the_run_under_way(
    headgate: HeadgateCommand, holding: HoldingSource
) -> None:
    _point(headgate, holding)
    with headgate.running("sync", "now") as first:
        first.wait_until(holding.asked.is_set)

        assert headgate("sync", "cancel").code == 0
        assert headgate("sync", "status", "--json").json["cancelling"]
        holding.let_go()
        ended = first.ended()

    assert (ended.code, "Cancelled" in ended.err) == (1, True)


def test_a_killed_command_leaves_nothing_running_and_is_resumed(
    headgate: HeadgateCommand, slow: RunningLab
) -> None:
    _point(headgate, slow)
    with headgate.running("sync", "now") as first:
        first.wait_until_it_says("updates:")
        first.kill()

    assert headgate("sync", "status", "--json").json["state"] == "queued"
    slow.set_weather("calm")
    resumed = headgate("sync", "now")

    assert (resumed.code, "interrupted" in resumed.err) == (0, True)
    (run,) = headgate("sync", "history", "--json").json
    assert run["result"] == "succeeded"


def test_a_command_told_to_end_leaves_its_job_to_the_next(
    headgate: HeadgateCommand, holding: HoldingSource
) -> None:
    _point(headgate, holding)
    with headgate.running("sync", "now") as first:
        first.wait_until(holding.asked.is_set)
        first.send(signal.SIGTERM)
        holding.let_go()
        ended = first.ended()

    assert (ended.code, "Paused" in ended.err) == (1, True)
    assert headgate("sync", "status", "--json").json["state"] == "queued"
    assert headgate("sync", "cancel", "--json").json == {"cancelled": True}
    assert headgate("sync", "status", "--json").json["state"] == "idle"
