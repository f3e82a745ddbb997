import signal
from collections.abc import Iterator

import pytest
from tests.commands import SameProcess, until
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


def _point(quick: SameProcess, at: RunningLab | HoldingSource) -> None:
    source = ("source.kind=upstream", f"source.host={at.host}", f"source.port={at.port}")
    assert quick("settings", "set", *source, "source.tls=false").code == 0


def test_a_synchronization_ends_with_what_it_brought(quick: SameProcess, calm: RunningLab) -> None:
    _point(quick, calm)

    first = quick("sync", "now", "--json")
    again = quick("sync", "now")

    assert first.code == 0
    assert first.json["result"] == "succeeded"
    assert first.json["new"] > 0
    assert (again.code, again.out.startswith("Synchronized: 0 new")) == (0, True)
    history = quick("sync", "history", "--json").json
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
    assert "succeeded" in quick("sync", "history").out
    status = quick("sync", "status", "--json").json
    assert (status["state"], status["last"]) == ("idle", history[0])


def test_categories_come_alone_and_a_preview_tells_how_much_the_rest_is(
    quick: SameProcess, calm: RunningLab
) -> None:
    _point(quick, calm)

    assert quick("sync", "now", "--categories").code == 0
    assert "would bring" in quick("sync", "preview").out
    assert quick("sync", "preview", "--json").json["documents"] > 100


def test_a_source_nobody_hears_is_an_error_with_a_next_step(quick: SameProcess) -> None:
    quick("settings", "set", "source.kind=upstream", "source.host=127.0.0.1", "source.port=9")

    ended = quick("sync", "now")

    assert (ended.code, ended.out) == (1, "")
    assert "Error: " in ended.err
    (run,) = quick("sync", "history", "--json").json
    assert run["result"] == "failed"
    assert run["reason"] in " ".join(ended.err.replace("Next: ", "").split())


def test_there_may_be_no_history_and_nothing_to_cancel(quick: SameProcess) -> None:
    assert quick("sync", "history", "--json").json == []
    assert "sync now" in quick("sync", "history").err
    assert quick("sync", "cancel").code == 1
    assert quick("sync", "status", "--json").json["state"] == "idle"


def _status(quick: SameProcess) -> tuple[str, str | None]:
    status = quick("sync", "status", "--json").json
    return status["state"], status["phase"]


def test_a_second_synchronization_is_refused_and_the_first_is_cancelled_politely(
    quick: SameProcess, holding: HoldingSource
) -> None:
    _point(quick, holding)
    with quick.running("sync", "now") as first:
        first.wait_until(holding.asked.is_set)

        second = quick("sync", "now")
        until(lambda: _status(quick) == ("running", "connecting"))  # progress is told now and then
        first.send(signal.SIGINT)
        first.wait_until_it_says("Cancelling")
        holding.let_go()
        ended = first.ended()

    assert (second.code, "is under way" in second.err) == (1, True)
    assert (ended.code, ended.out) == (1, "")
    (run,) = quick("sync", "history", "--json").json
    assert run["result"] == "cancelled"


def test_another_command_cancels_the_run_under_way(
    quick: SameProcess, holding: HoldingSource
) -> None:
    _point(quick, holding)
    with quick.running("sync", "now") as first:
        first.wait_until(holding.asked.is_set)

        assert quick("sync", "cancel").code == 0
        assert quick("sync", "status", "--json").json["cancelling"]
        holding.let_go()
        ended = first.ended()

    assert (ended.code, "Cancelled" in ended.err) == (1, True)


def test_a_killed_command_leaves_nothing_running_and_is_resumed(
    quick: SameProcess, slow: RunningLab
) -> None:
    _point(quick, slow)
    with quick.running("sync", "now") as first:
        first.wait_until_it_says("updates:")
        first.kill()

    assert quick("sync", "status", "--json").json["state"] == "queued"
    slow.set_weather("calm")
    resumed = quick("sync", "now")

    assert (resumed.code, "interrupted" in resumed.err) == (0, True)
    (run,) = quick("sync", "history", "--json").json
    assert run["result"] == "succeeded"


def test_a_command_told_to_end_leaves_its_job_to_the_next(
    quick: SameProcess, holding: HoldingSource
) -> None:
    _point(quick, holding)
    with quick.running("sync", "now") as first:
        first.wait_until(holding.asked.is_set)
        first.send(signal.SIGTERM)
        holding.let_go()
        ended = first.ended()

    assert (ended.code, "Paused" in ended.err) == (1, True)
    assert quick("sync", "status", "--json").json["state"] == "queued"
    assert quick("sync", "cancel", "--json").json == {"cancelled": True}
    assert quick("sync", "status", "--json").json["state"] == "idle"
