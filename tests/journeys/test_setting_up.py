"""An empty installation is set up through the pages, without script, until updates are there."""

import socket
from collections.abc import Iterator

import pytest
from tests.console import Browser, ConsoleLab, Page, opened_console
from tests.installation import Installation
from tests.journeys.conftest import Install
from tests.upstream_lab import RunningLab, running_upstream

from headgate.services.synchronizing.setting_up import Standing, StepName

SET_UP = "/console/set-up"
STEPS = [f"{SET_UP}/{name.value}" for name in StepName]


@pytest.fixture
def installation(install: Install) -> Installation:
    return install(None)


@pytest.fixture
def console(installation: Installation) -> Iterator[ConsoleLab]:
    with opened_console(installation) as opened:
        yield opened


@pytest.fixture
def anna(console: ConsoleLab) -> Browser:
    return console.administrator()


def port_nobody_answers() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def name_source(page: Page, port: int) -> Page:
    """Fill in the source and go on."""
    return page.submit(
        {
            "source.kind": "upstream",
            "source.host": "127.0.0.1",
            "source.port": str(port),
            "source.tls": None,
        },
        press="Next",
    )


def connect(installation: Installation, browser: Browser) -> Page:
    browser.get(f"{SET_UP}/connect").submit(press="Start Connecting")
    installation.work()
    return browser.get(f"{SET_UP}/connect")


def standing(installation: Installation, name: StepName) -> Standing:
    return installation.home.setting_up.state().standings[name]


def chosen_group(page: Page, title: str) -> str:
    """Return the value of the box beside a title."""
    for label in page.document.cssselect("#products-tree label"):
        if label.text_content().strip() == title:
            return str(label.find("input").get("value"))
    raise AssertionError(f"no box {title!r}")


def test_an_empty_installation_is_set_up_step_by_step_until_updates_are_there(
    installation: Installation, anna: Browser, lab: RunningLab
) -> None:
    page = anna.get(SET_UP).follow("Begin")
    assert page.heading == "Update source"
    page = name_source(page, lab.port)
    assert page.heading == "Proxy server"
    page = page.submit({}, press="Next")
    assert page.heading == "Start Connecting"

    page = page.submit(press="Start Connecting")
    assert "A synchronization is about to begin." in page.words
    assert page.all("button").count("Stop Connecting") == 1
    installation.work()
    page = anna.get(page.address)
    assert "The source offers" in page.words

    page = page.follow("Next")
    assert page.heading == "Languages"
    page = page.submit(
        {"languages.mode": "selected", "languages.selected": ["de", "en"]}, press="Next"
    )
    assert page.heading == "Products"
    windows = chosen_group(page, "Windows")
    page = page.submit({"mode": "selected", "group": [windows]}, press="Next")
    assert page.heading == "Classifications"
    assert any("Selected: Windows." in said for said in page.told)
    page = page.submit({}, press="Next")
    assert page.heading == "Schedule"
    page = page.submit({"schedule.mode": "daily", "schedule.first": "04:30"}, press="Next")

    assert page.heading == "Begin initial synchronization"
    assert "Being counted" in page.words
    installation.work()
    page = anna.get(page.address)
    assert "Documents" in page.words
    assert "Not counted: updates that only come as members of a bundle." in page.words
    page = page.submit(press="Begin initial synchronization")
    assert "A synchronization is about to begin." in page.words
    installation.work()

    page = anna.get(page.address)
    assert "the set-up is complete" in page.words
    assert installation.updates()
    assert installation.home.configuring.shared().schedule.first == "04:30"
    assert not anna.get("/console/").document.cssselect("#set-up-missing")
    state = installation.home.setting_up.state()
    assert not state.is_needed
    assert not state.missing


def test_a_source_nobody_answers_at_is_told_in_words_and_mended(
    installation: Installation, anna: Browser, lab: RunningLab
) -> None:
    page = name_source(anna.get(f"{SET_UP}/source"), port_nobody_answers())
    page = connect(installation, anna)

    assert "Connecting has failed." in page.words
    assert "127.0.0.1" in page.all(".alert-danger")[0]
    assert standing(installation, StepName.CONNECT) is Standing.MISSING
    mended = name_source(page.follow("Update source"), lab.port)
    assert mended.heading == "Proxy server"
    page = connect(installation, anna)
    assert "Connecting has failed." not in page.words
    assert "The source offers" in page.words
    assert standing(installation, StepName.CONNECT) is Standing.DONE


def test_connecting_can_be_stopped(installation: Installation, anna: Browser) -> None:
    page = anna.get(f"{SET_UP}/connect").submit(press="Start Connecting")
    page = page.submit(press="Stop Connecting")

    assert page.address.endswith("/set-up/connect")
    assert installation.home.sync_control.status().job is None
    assert "Start Connecting" in page.all("main button")


def test_starting_twice_starts_once(installation: Installation, anna: Browser) -> None:
    page = anna.get(f"{SET_UP}/connect")
    page.submit(press="Start Connecting")
    again = page.submit(press="Start Connecting")

    assert again.status == 200
    assert any("already under way" in said for said in again.told)


def test_a_wrong_field_is_told_beside_it_and_what_was_typed_stays(anna: Browser) -> None:
    page = anna.get(f"{SET_UP}/source").submit(
        {"source.kind": "upstream", "source.host": "https://parent", "source.port": "70000"},
        press="Next",
    )

    assert page.status == 400
    assert page.form("source.host").fields["source.host"] == "https://parent"
    assert page.document.cssselect("#source-port-wrong")


def test_another_source_must_be_connected_to_first(
    installation: Installation, anna: Browser, lab: RunningLab
) -> None:
    installation.point_at(lab)
    connect(installation, anna)
    assert standing(installation, StepName.CONNECT) is Standing.DONE

    name_source(anna.get(f"{SET_UP}/source"), port_nobody_answers())

    assert standing(installation, StepName.CONNECT) is Standing.MISSING
    assert "has not connected" in anna.get(f"{SET_UP}/connect").words


def test_a_count_is_worth_nothing_once_the_choice_is_another(
    installation: Installation, anna: Browser, lab: RunningLab
) -> None:
    installation.point_at(lab)
    connect(installation, anna)
    page = anna.get(f"{SET_UP}/begin").submit(press="Count")
    assert "Being counted" in page.words
    installation.work()
    assert "Count again" in anna.get(f"{SET_UP}/begin").all("main button")

    installation.home.subscribing.select_products(["Windows"], actor="anna")

    assert "Not counted yet for this choice." in anna.get(f"{SET_UP}/begin").words


def test_counting_that_fails_says_why_and_where_to_go(
    installation: Installation, anna: Browser
) -> None:
    with running_upstream() as lab:
        installation.point_at(lab)
        connect(installation, anna)
    anna.get(f"{SET_UP}/begin").submit(press="Count")
    installation.work()
    page = anna.get(f"{SET_UP}/begin")

    assert "Check the way to the source:" in page.words
    assert "Count again" in page.all("main button")


def test_the_set_up_can_be_left_and_taken_up_where_it_was(
    installation: Installation, anna: Browser, lab: RunningLab
) -> None:
    name_source(anna.get(f"{SET_UP}/source"), lab.port)
    home = anna.get(f"{SET_UP}/connect").follow("Leave set-up")

    assert home.heading == "Home"
    assert home.follow("Start Connecting").address.endswith("/set-up/connect")
    assert anna.get(SET_UP).follow("Go on").heading == "Start Connecting"


@pytest.mark.parametrize("step", STEPS)
def test_every_step_works_directly_and_leads_on(anna: Browser, step: str) -> None:
    page = anna.get(step)

    assert page.status == 200
    assert "Leave set-up" in page.all("main a")
    assert set(page.all("main a, main button")) & {"Next", "Begin initial synchronization"} or (
        "First the server has to connect" in page.words
    )


@pytest.mark.parametrize("step", STEPS)
def test_a_reporter_sees_every_step_and_changes_none(console: ConsoleLab, step: str) -> None:
    rupert = console.reporter()
    page = rupert.get(step)
    refused = rupert.send("post", step, {})

    assert page.status == 200
    assert not page.document.cssselect("main form[method=post]")
    assert refused.status == 403
