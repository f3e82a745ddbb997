"""Home and the live part, as a browser without script sees them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from tests.cast import NOON
from tests.console import ConsoleLab, Page, opened_console
from tests.installation import Installation

from headgate import clock
from headgate.sentences import Sentence
from headgate.services.people.roles import Role
from headgate.storage import jobs, runs, transactions
from headgate.storage.runs import Problem

LIVE = {"HX_Request": "true", "Headgate_Timer": "yes"}


@pytest.fixture
def console(server: Installation) -> Iterator[ConsoleLab]:
    with opened_console(server) as opened:
        yield opened


def _synchronized(server: Installation) -> None:
    assert server.synchronize()["result"] == "succeeded"


class _Running:
    """A synchronization some worker is busy with."""

    def __init__(self, server: Installation, *, by: str = "alice") -> None:
        self.engine = server.engine
        server.home.sync_control.start(scope="everything", confirmed=False, by=by)
        with transactions.write(self.engine) as conn:
            job = jobs.claim(conn, at=clock.now())
            assert job is not None
            self.job_id = job.job_id
            self.run_id = runs.begin_run(
                conn, scope="everything", source="https://mu", started_by=by, at=clock.now()
            )

    def report(self, **progress: object) -> None:
        with transactions.write(self.engine) as conn:
            jobs.report(conn, self.job_id, progress)

    def note(self, kind: str) -> None:
        problem = Problem(kind=kind, subject="a.cab", reason="It is not there.")
        with transactions.write(self.engine) as conn:
            runs.note_problem(conn, self.run_id, problem, at=clock.now())

    def end(self) -> None:
        with transactions.write(self.engine) as conn:
            runs.end_run(conn, self.run_id, result="succeeded", reason=None, at=clock.now())
            jobs.finish(conn, self.job_id, state=jobs.DONE, at=clock.now())


def _part(page: Page) -> str:
    (said,) = page.all("#progress")
    return said


def _next_look(page: Page) -> str:
    """Return the address the live part asks for next."""
    return str(page.document.cssselect("#progress")[0].get("hx-get"))


def test_an_empty_server_says_what_to_do_first(console: ConsoleLab) -> None:
    home = console.administrator().get("/console/")

    assert home.heading == "Home"
    assert "This server has never synchronized updates." in home.words
    assert home.follow("Set up this server").status == 200


def test_a_reporter_sees_what_is_wrong_and_no_buttons(console: ConsoleLab) -> None:
    home = console.reporter().get("/console/")

    assert "This server has never synchronized updates." in home.words
    assert home.all("main button, main a.btn") == []


def test_what_is_filtered_by_a_classification_is_as_much_as_home_says(
    console: ConsoleLab, server: Installation
) -> None:
    _synchronized(server)
    home = console.administrator().get("/console/")

    (row, *_) = home.document.cssselect("#numbers tbody tr")
    title, count = (cell.text_content().strip() for cell in row.cssselect("th, td"))
    filtered = home.follow(title)

    assert int(count) > 0
    assert f"{count} update" in filtered.words


def test_the_picture_has_the_numbers_of_the_table(
    console: ConsoleLab, server: Installation
) -> None:
    _synchronized(server)
    home = console.administrator().get("/console/")

    in_table = home.all("#numbers tbody td")
    in_picture = home.all("#numbers svg .picture-value")
    assert in_picture == in_table[: len(in_picture)]
    assert in_picture


def test_classifications_are_called_as_readers_call_them(
    console: ConsoleLab, server: Installation
) -> None:
    _synchronized(server)

    titles = console.administrator("de").get("/console/").all("#numbers tbody th")

    assert "Sicherheitsupdates" in titles


def test_the_last_synchronization_leads_to_what_it_brought(
    console: ConsoleLab, server: Installation
) -> None:
    run = server.synchronize()
    home = console.administrator().get("/console/")

    listed = home.follow(f"{run['new']} new updates")

    assert f"{run['new']} updates" in listed.words


def test_synchronize_now_waits_for_a_worker_and_says_who_started_it(console: ConsoleLab) -> None:
    home = console.administrator().get("/console/").submit(press="Synchronize now")

    assert home.told == ["The synchronization has been started."]
    assert "A synchronization is about to begin. Started by alice." in _part(home)


def test_a_second_click_starts_nothing_twice(console: ConsoleLab) -> None:
    browser = console.administrator()
    twice = browser.get("/console/")
    twice.submit(press="Synchronize now")

    again = twice.submit(press="Synchronize now")

    assert again.told == ["A synchronization is already under way, started by alice."]


def test_stopping_what_has_ended_meanwhile_is_no_error(
    console: ConsoleLab, server: Installation
) -> None:
    running = _Running(server)
    home = console.administrator().get("/console/")
    running.end()

    assert home.submit(press="Stop").told == ["The synchronization had already ended."]


def test_stop_is_said_until_the_run_has_ended(console: ConsoleLab, server: Installation) -> None:
    _Running(server)

    home = console.administrator().get("/console/").submit(press="Stop")

    assert "The synchronization is being stopped" in _part(home)
    assert "Stop" not in home.all("#progress button")


def test_the_live_part_counts(console: ConsoleLab, server: Installation) -> None:
    running = _Running(server, by="schedule")
    running.note("file")
    running.note("notice")
    running.report(
        phase=Sentence("updates"), done=250, total=1000, rate=12.3, seconds_left=75, bytes=2_000_000
    )

    page = console.reporter().get("/console/")
    part = _part(page)
    (bar,) = page.document.cssselect("#progress progress")

    for said in (
        "Synchronizing: updates Started by the schedule.",
        "250 of 1,000",
        "12 per second",
        "2 MB received",
        "1 error so far",
    ):
        assert said in part
    assert (bar.get("value"), bar.get("max")) == ("250", "1000")


def test_without_script_the_page_loads_itself_again_while_something_goes_on(
    console: ConsoleLab, server: Installation
) -> None:
    browser = console.administrator()
    assert not browser.get("/console/").document.cssselect("noscript meta")

    _Running(server)

    (meta,) = browser.get("/console/").document.cssselect("noscript meta")
    assert (meta.get("http-equiv"), meta.get("content")) == ("refresh", "2")


def test_the_live_part_notices_what_was_started_elsewhere(
    console: ConsoleLab, server: Installation
) -> None:
    browser = console.administrator()
    idle = browser.get("/console/")

    _Running(server, by="bob")

    assert "Started by bob." in _part(browser.get(_next_look(idle), **LIVE))


def test_the_end_of_a_synchronization_is_told_once(
    console: ConsoleLab, server: Installation
) -> None:
    browser, running = console.administrator(), _Running(server)
    during = browser.get(_next_look(browser.get("/console/")), **LIVE)
    running.end()

    after = browser.get(_next_look(during), **LIVE)
    later = browser.get(_next_look(after), **LIVE)

    signs = [page.headers.get("hx-trigger") for page in (during, after, later)]
    assert signs == [None, "synchronization-ended", None]


def test_a_lost_session_leads_to_signing_in_instead_of_into_the_live_part(
    console: ConsoleLab,
) -> None:
    lost = console.nobody().get("/console/progress", **LIVE)

    assert lost.status == 401
    assert lost.headers["hx-redirect"].startswith("/console/sign-in")


def test_a_page_that_watches_by_itself_keeps_nobody_signed_in(console: ConsoleLab) -> None:
    with time_machine.travel(NOON, tick=False) as watch:
        browser = console.administrator()
        part = _next_look(browser.get("/console/"))

        for minutes in range(0, 50, 10):
            watch.move_to(NOON + timedelta(minutes=minutes))
            assert browser.get(part, **LIVE).status == 200
        watch.move_to(NOON + timedelta(minutes=61))

        assert browser.get(part, **LIVE).status == 401


def test_a_form_cannot_lead_to_another_site(console: ConsoleLab) -> None:
    home = console.administrator().get("/console/")

    back = home.submit(
        {"back": "//evil.example/"}, press="Synchronize now", action="synchronizations/start"
    )

    assert back.address.endswith("/console/")


def test_leading_to_https_is_offered_only_over_https(
    console: ConsoleLab, server: Installation
) -> None:
    server.set(console_plain_http="allow")
    home = console.administrator().get("/console/")

    assert "Signing in over plain HTTP is allowed" in home.words
    assert "Lead everybody to HTTPS" not in home.all("main button")


def test_help_lists_keys_and_licences(console: ConsoleLab) -> None:
    page = console.signed_in(Role.REPORTER).get("/console/help")

    assert page.all("kbd") == ["/", "j", "k", "?"]
    assert any(words.startswith("htmx.org 4.") for words in page.all("summary"))


def test_every_page_the_help_names_is_there(console: ConsoleLab) -> None:
    browser = console.administrator()
    page = browser.get("/console/help")

    for link in page.document.cssselect("main th a"):
        assert browser.get(str(link.get("href"))).status == 200


def test_an_address_that_is_no_page_says_so(console: ConsoleLab) -> None:
    page = console.reporter().get("/console/no/such?page=1")

    assert (page.status, page.heading) == (404, "There is no such page")
