"""Each item is there exactly while its reason is."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests import deciding
from tests.cast import a_category, a_guid, an_identity
from tests.catalogue_rows import below, store
from tests.commands import ANY_DISK

from headgate import clock
from headgate.approvals.decisions import Action, Ready
from headgate.bootstrap import Home, open_home
from headgate.catalogue.files import FilePresence
from headgate.catalogue.revisions import CategoryType
from headgate.content.store import Space
from headgate.sentences import Sentence
from headgate.services.files.fetching import queue_fetching
from headgate.services.synchronizing.sync_control import ASKS_FIRST, IMPORT
from headgate.services.upkeep.attention import Attention, Deed, Item
from headgate.services.upkeep.health import Health
from headgate.services.way_in.addresses import Serving
from headgate.services.way_in.certificate_making import make_authority, make_server_certificate
from headgate.services.way_in.own_certificates import OwnCertificates
from headgate.services.way_in.server_names import ServerNames
from headgate.storage import decisions, jobs, runs, transactions
from headgate.storage.runs import Problem
from headgate.sync.working import FirstRunTooLargeError

ROOMY = Space(total=2_000_000_000_000, free=1_000_000_000_000)
FULL = Space(total=2_000_000_000_000, free=5_000_000_000)
NAME = "updates.example.com"


class _Place:
    """An installation that is well, until a test does something to it."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home = home
        self.folder = folder
        self.space = ROOMY
        self.worker_is_alive = True
        self.certificates = home.certificates
        home.configuring.change({"schedule.mode": "daily"}, by="alice")
        self.run()

    def items(self) -> list[Item]:
        home = self.home
        attention = Attention(
            engine=home.engine,
            configuring=home.configuring,
            certificates=self.certificates,
            addresses=home.addresses,
            health=Health(engine=home.engine, worker_is_alive=lambda: self.worker_is_alive),
            directory=home.directory.path,
            room_for_files=lambda: self.space,
        )
        return attention.items(clock.now())

    def kinds(self) -> list[str]:
        return [item.kind for item in self.items()]

    def only(self) -> Item:
        (item,) = self.items()
        return item

    def set(self, key: str, value: str) -> None:
        self.home.configuring.change({key: value}, by="alice")

    def run(
        self,
        result: str = "succeeded",
        *,
        reason: str | None = None,
        problems: tuple[str, ...] = (),
        error: str = "",
    ) -> int:
        """A synchronization that has come to its end."""
        self.home.sync_control.start(scope="everything", confirmed=False, by="alice")
        now = clock.now()
        states = {"succeeded": jobs.DONE, "failed": jobs.FAILED, "cancelled": jobs.CANCELLED}
        with transactions.write(self.home.engine) as conn:
            job = jobs.claim(conn, at=now)
            assert job is not None
            run_id = runs.begin_run(
                conn, scope="everything", source="https://parent", started_by="alice", at=now
            )
            for kind in problems:
                problem = Problem(kind=kind, subject="a.cab", reason="It is not there.")
                runs.note_problem(conn, run_id, problem, at=now)
            runs.end_run(conn, run_id, result=result, reason=reason, at=now)
            told = {"error": error, "message": reason} if error else None
            jobs.finish(conn, job.job_id, state=states[result], at=now, result=told)
        return run_id

    def forget_runs(self) -> None:
        with transactions.write(self.home.engine) as conn:
            conn.exec_driver_sql("DELETE FROM sync_runs")
            conn.exec_driver_sql("DELETE FROM jobs")

    def use_certificate(self, *, days_left: int) -> None:
        """The administrator's own certificate, which ends in so many days."""
        year_and_more = timedelta(days=400)
        made = clock.now() - year_and_more
        pem = make_server_certificate(make_authority("here", at=made), [NAME], at=made)
        file = self.folder / "own.pem"
        file.write_bytes(pem)
        names = ServerNames(lambda: (NAME,))

        def certificates(at: datetime) -> OwnCertificates:
            return OwnCertificates(
                folder=self.folder, certificate=file, key=None, names=names, now=lambda: at
            )

        facts = certificates(clock.now()).describe()
        assert facts is not None
        self.certificates = certificates(facts.not_after - timedelta(days=days_left, hours=-1))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[_Place]:
    home = open_home(tmp_path / "data", ANY_DISK)
    yield _Place(home, tmp_path)
    home.engine.dispose()


def test_a_server_that_is_well_needs_nobody(place: _Place) -> None:
    assert place.items() == []


def test_a_server_that_never_synchronized_is_led_to_the_set_up(place: _Place) -> None:
    place.forget_runs()

    item = place.only()

    assert (item.kind, item.deed) == ("never synchronized", Deed.SET_UP)


def test_a_server_filled_from_a_package_has_what_it_needs(place: _Place) -> None:
    place.forget_runs()
    with transactions.write(place.home.engine) as conn:
        jobs.enqueue(conn, kind=IMPORT, payload={}, by="alice", at=clock.now())
        job = jobs.claim(conn, at=clock.now())
        assert job is not None
        jobs.finish(conn, job.job_id, state=jobs.DONE, at=clock.now())

    assert place.items() == []


def test_a_failed_synchronization_says_why(place: _Place) -> None:
    run_id = place.run("failed", reason=Sentence("The proxy wants a password."))

    item = place.only()

    assert (item.kind, item.deed, item.run_id) == ("failed", Deed.LOOK_AT_RUN, run_id)
    assert "The proxy wants a password." in item.sentence
    place.run()
    assert place.items() == []


def test_a_failure_is_no_news_while_the_next_one_is_under_way(place: _Place) -> None:
    place.run("failed", reason="No.")
    place.home.sync_control.start(scope="everything", confirmed=False, by="alice")

    assert place.items() == []


def test_a_first_run_that_is_too_large_can_be_agreed_to(place: _Place) -> None:
    place.forget_runs()
    place.run("failed", reason="It would bring 90,000 documents.", error=ASKS_FIRST)

    item = place.only()

    assert (item.deed, item.sentence) == (Deed.AGREE, "It would bring 90,000 documents.")


def test_the_failure_that_can_be_agreed_to_is_still_called_so() -> None:
    assert FirstRunTooLargeError.__name__ == ASKS_FIRST


def test_problems_of_the_last_run_are_counted_without_notices(place: _Place) -> None:
    run_id = place.run(problems=("file", "document", "notice"))

    item = place.only()

    assert (item.kind, item.run_id) == ("problems", run_id)
    assert item.sentence == "The last synchronization met 2 problems."


def test_a_notice_alone_needs_nobody(place: _Place) -> None:
    place.run(problems=("notice",))

    assert place.items() == []


def test_a_stopped_synchronization_waits_to_be_gone_on_with(place: _Place) -> None:
    place.run("cancelled")

    assert place.only().deed is Deed.SYNCHRONIZE


def _appear(place: _Place, *titles: str) -> dict[str, str]:
    """New products, here since noon of the cast."""
    ids = {title: a_guid() for title in titles}
    store(
        place.home.engine,
        *(
            a_category(title, CategoryType.PRODUCT, identity=an_identity(update_id))
            for title, update_id in ids.items()
        ),
    )
    with transactions.write(place.home.engine) as conn:
        microseconds = int((clock.now() + timedelta(seconds=5)).timestamp() * 1_000_000)
        conn.exec_driver_sql(
            f"UPDATE revisions SET arrived_at = ? WHERE title IN ({', '.join('?' * len(titles))})",
            (microseconds, *titles),
        )
    return ids


def test_products_that_appeared_after_the_choice_are_named(place: _Place) -> None:
    store(place.home.engine, a_category("Windows 11", CategoryType.PRODUCT))
    place.home.subscribing.select_products(["Windows 11"], actor="alice")
    assert place.items() == []

    _appear(place, "Windows 12", "Office 2030")

    item = place.only()
    assert item.deed is Deed.CHOOSE_PRODUCTS
    assert item.sentence == (
        "2 products have appeared since products were chosen, among them Office 2030, Windows 12"
    )


def test_a_new_product_of_a_chosen_family_is_chosen_already(place: _Place) -> None:
    family = a_guid()
    store(
        place.home.engine,
        a_category("Windows", CategoryType.FAMILY, identity=an_identity(family)),
        a_category("Windows 11", CategoryType.PRODUCT, prerequisites=below(family)),
    )
    place.home.subscribing.select_products(["Windows"], actor="alice")

    store(
        place.home.engine,
        a_category("Windows 12", CategoryType.PRODUCT, prerequisites=below(family)),
    )
    with transactions.write(place.home.engine) as conn:
        later = int((clock.now() + timedelta(seconds=5)).timestamp() * 1_000_000)
        conn.exec_driver_sql(
            "UPDATE revisions SET arrived_at = ? WHERE title = 'Windows 12'", (later,)
        )

    assert place.items() == []


def test_whoever_takes_all_products_is_not_told_of_new_ones(place: _Place) -> None:
    store(place.home.engine, a_category("Windows 11", CategoryType.PRODUCT))
    place.home.subscribing.select_all_products(actor="alice")

    _appear(place, "Windows 12")

    assert place.items() == []


def test_a_full_disk_for_update_files_is_told(place: _Place) -> None:
    place.space = FULL

    assert place.only().kind == "room for files"


def test_a_full_disk_matters_only_where_files_are_kept(place: _Place) -> None:
    place.space = FULL
    place.set("content.store", "microsoft")

    assert place.items() == []


def test_a_worker_that_does_not_run_is_the_first_thing_told(place: _Place) -> None:
    place.set("schedule.mode", "manual")
    place.worker_is_alive = False

    assert place.kinds() == ["worker", "schedule"]


def test_plain_http_is_told_while_it_is_allowed(place: _Place) -> None:
    place.set("console.plain_http", "allow")
    assert place.only().deed is Deed.LEAD_TO_HTTPS

    place.set("console.plain_http", "redirect")
    assert place.items() == []


def test_a_manual_schedule_is_worth_a_note(place: _Place) -> None:
    place.set("schedule.mode", "manual")

    assert place.only().deed is Deed.CHOOSE_SCHEDULE


def test_an_address_that_changes_with_the_next_start_is_told(place: _Place) -> None:
    place.home.addresses.begin(
        Serving(
            http="127.0.0.1:9530",
            https=None,
            http_setting="127.0.0.1:9530",
            https_setting=None,
        )
    )

    item = place.only()
    assert item.kind == "address"
    assert "8530" in item.sentence


def test_an_own_certificate_is_watched_before_its_end(place: _Place) -> None:
    place.use_certificate(days_left=31)
    assert place.items() == []

    place.use_certificate(days_left=29)
    assert (place.only().kind, place.only().deed) == ("certificate", Deed.LOOK_AT_CERTIFICATE)


def test_an_expired_certificate_is_told_as_expired(place: _Place) -> None:
    place.use_certificate(days_left=-2)

    assert "has expired" in place.only().sentence


def test_approved_updates_that_wait_for_files_are_counted(place: _Place) -> None:
    engine = place.home.engine
    one, another = a_guid(), a_guid()
    with transactions.write(engine) as conn:
        deciding.approve(conn, one, another, ready=False)
        deciding.approve(conn, a_guid(), ready=True)

    item = place.only()
    assert (item.kind, item.deed) == ("waiting for files", Deed.SYNCHRONIZE)
    assert item.sentence.startswith("2 approved updates wait for their files")

    with transactions.write(engine) as conn:
        decisions.decline(conn, [one], by="alice", at=clock.now())
        decisions.note_readiness(conn, {another: Ready(True, True)})
    assert place.items() == []


def test_approved_updates_with_a_new_licence_are_counted_apart(place: _Place) -> None:
    engine = place.home.engine
    waiting = sorted([a_guid(), a_guid()])
    with transactions.write(engine) as conn:
        deciding.approve(conn, *waiting, a_guid())
        decisions.note_readiness(conn, dict.fromkeys(waiting, Ready(files=True, licences=False)))
        # Removing needs no licence.
        deciding.approve(conn, removed := a_guid(), action=Action.UNINSTALL)
        decisions.note_readiness(conn, {removed: Ready(files=True, licences=False)})

    item = place.only()
    assert (item.kind, item.deed) == ("waiting for licences", Deed.ACCEPT_LICENCE)
    assert item.update_id == waiting[0]
    assert item.sentence.startswith("2 approved updates have a new licence")

    with transactions.write(engine) as conn:
        decisions.withdraw(conn, waiting[:1], by="alice", at=clock.now())
        decisions.note_readiness(conn, {waiting[1]: Ready(files=False, licences=True)})
    assert place.kinds() == ["waiting for files"]


def test_files_under_way_need_nobody(place: _Place) -> None:
    with transactions.write(place.home.engine) as conn:
        deciding.approve(conn, a_guid(), ready=False)
        queue_fetching(conn, by="alice", at=clock.now())

    assert place.items() == []


def test_a_licence_that_is_not_here_is_counted(place: _Place) -> None:
    identity = an_identity()
    store(place.home.engine, a_category("Windows 11", CategoryType.PRODUCT, identity=identity))
    with transactions.write(place.home.engine) as conn:
        revision_id = conn.exec_driver_sql("SELECT revision_id FROM revisions").scalar_one()
        conn.exec_driver_sql(
            "INSERT INTO files (sha1, size, presence) VALUES (?, 100, ?)",
            (b"a" * 20, FilePresence.WANTED.value),
        )
        conn.exec_driver_sql(
            "INSERT INTO revision_files (revision_id, sha1, name, is_eula) VALUES (?, ?, ?, 1)",
            (revision_id, b"a" * 20, "eula.txt"),
        )

    item = place.only()
    assert (item.kind, item.deed) == ("licences", Deed.SYNCHRONIZE)

    with transactions.write(place.home.engine) as conn:
        conn.exec_driver_sql("UPDATE files SET presence = 'present'")
    assert place.items() == []
