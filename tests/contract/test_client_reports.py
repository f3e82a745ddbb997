"""What reports leave behind, on every database (FACTS §9.5)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from headgate.catalogue.identity import RevisionIdentity
from headgate.fleet.computers import ComputerState
from headgate.fleet.events import ClientEvent
from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.services.catalogue.browser import NoSuchUpdateError
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.clients.report_recording import Dropped
from headgate.services.clients.reports import ClientReports
from headgate.services.computers.compliance import Compliance, UpdateCounts
from headgate.services.computers.listing import Computers
from headgate.storage import client_events, transactions
from headgate.storage.client_events import KeptEvent
from headgate.storage.engine import Engine
from tests.cast import NOON, a_guid, a_revision
from tests.published import publish
from tests.reports import ALICE, BOB, a_statement, an_event, register
from tests.said_states import said_by

WORD, OFFICE, DRIVER = a_guid(), a_guid(), a_guid()
CAROL = "ca201000-0000-4000-8000-000000000003"


@pytest.fixture
def reports(engine: Engine) -> Iterator[ClientReports]:
    register(engine, ALICE, BOB)
    made = ClientReports(engine)
    yield made
    made.close()


@pytest.fixture
def compliance(engine: Engine) -> Compliance:
    return Compliance(engine)


def report(
    reports: ClientReports, *events: ClientEvent, of: str = ALICE, at: datetime = NOON
) -> Mapping[Dropped, int]:
    return reports.report(of, events, at)


def states(engine: Engine, computer_id: str = ALICE) -> dict[str, State]:
    found = said_by(engine, computer_id)
    assert found is not None
    return {update_id: state for state, ids in found.updates.items() for update_id in ids}


def kept(engine: Engine, computer_id: str = ALICE) -> Sequence[ClientEvent]:
    with transactions.read(engine) as conn:
        rows = client_events.events_of(conn, computer_id, at_most=1000)
    return [one.event for one in reversed(rows)]


def test_a_statement_tells_the_state_of_every_update(
    reports: ClientReports, engine: Engine
) -> None:
    report(reports, a_statement(U=[WORD], V=[OFFICE], g=[DRIVER]))

    assert states(engine) == {
        WORD: State.NEEDED,
        OFFICE: State.INSTALLED,
        DRIVER: State.FAILED,
    }


def test_the_next_statement_replaces_all_of_it(reports: ClientReports, engine: Engine) -> None:
    report(reports, a_statement(U=[WORD], V=[OFFICE]))
    report(reports, a_statement(V=[WORD]))

    assert states(engine) == {WORD: State.INSTALLED}


def test_an_empty_statement_empties_everything(
    reports: ClientReports, compliance: Compliance, engine: Engine
) -> None:
    report(reports, a_statement(U=[WORD]))
    report(reports, a_statement(), at=NOON + timedelta(hours=1))

    assert states(engine) == {}
    assert compliance.counts([WORD])[WORD] == UpdateCounts(not_applicable=1, unknown=1)
    said = said_by(engine, ALICE)
    assert said is not None
    assert said.last_report == NOON + timedelta(hours=1)


def test_the_last_statement_of_a_batch_counts(reports: ClientReports, engine: Engine) -> None:
    # As captured: an empty scan first, then the whole one, at the same millisecond (FACTS §9.1).
    scans = [an_event(147), a_statement(), an_event(147), a_statement(U=[WORD])]
    report(reports, *scans)
    assert states(engine) == {WORD: State.NEEDED}

    report(reports, *reversed(scans))
    assert states(engine) == {}


def test_a_download_is_one_also_when_a_peer_gave_some_of_it(
    reports: ClientReports, engine: Engine
) -> None:
    report(reports, a_statement(U=[WORD]), an_event(164, WORD))

    assert states(engine) == {WORD: State.DOWNLOADED}


def test_events_are_taken_in_document_order(reports: ClientReports, engine: Engine) -> None:
    report(reports, a_statement(U=[WORD]), an_event(162, WORD), an_event(182, WORD))
    assert states(engine) == {WORD: State.FAILED}

    report(reports, an_event(182, WORD), an_event(183, WORD))
    assert states(engine) == {WORD: State.INSTALLED}

    report(reports, an_event(182, WORD), a_statement(U=[WORD]))
    assert states(engine) == {WORD: State.NEEDED}


def test_a_restart_completes_what_waited_for_it(reports: ClientReports, engine: Engine) -> None:
    report(reports, a_statement(U=[WORD, OFFICE]), an_event(201, WORD, hresult=2359301))
    assert states(engine) == {WORD: State.PENDING_REBOOT, OFFICE: State.NEEDED}

    report(reports, an_event(202))
    assert states(engine) == {WORD: State.INSTALLED, OFFICE: State.NEEDED}


def test_before_its_first_statement_everything_is_unknown_of_a_computer(
    reports: ClientReports, compliance: Compliance, engine: Engine
) -> None:
    publish(engine, a_revision(RevisionIdentity(WORD, 200), kb_articles=("5031234",)))
    report(reports, a_statement())
    report(reports, an_event(182, WORD, computer_id=BOB), of=BOB)

    assert compliance.counts([WORD])[WORD] == UpdateCounts(not_applicable=1, unknown=1)
    said = said_by(engine, BOB)
    assert said is not None
    assert said.last_report is None
    computers = Computers(engine=engine, now=lambda: NOON)
    assert not list(computers.list(missing=WORD))
    shown = computers.show(BOB)
    assert (shown.line.state, shown.updates) == (ComputerState.NOT_REPORTED, None)
    assert [event.update_id for event in shown.events] == [WORD]

    report(reports, a_statement(BOB, U=[OFFICE], g=[WORD]), of=BOB)
    assert compliance.counts([WORD])[WORD] == UpdateCounts(not_applicable=1, failed=1)


def test_a_failure_in_the_first_batch_counts_from_the_statement_on(
    reports: ClientReports, engine: Engine
) -> None:
    report(reports, an_event(182, OFFICE), a_statement(U=[WORD, DRIVER]), an_event(182, WORD))

    assert states(engine) == {WORD: State.FAILED, DRIVER: State.NEEDED}


def test_who_told_that_nothing_applies_has_told(reports: ClientReports, engine: Engine) -> None:
    report(reports, a_statement())  # FACTS trap 23

    shown = Computers(engine=engine, now=lambda: NOON).show(ALICE)

    assert shown.line.state is ComputerState.REPORTED
    assert shown.updates == dict.fromkeys(State, 0)
    assert shown.missing == ()


def test_nothing_is_known_before_the_first_statement(
    compliance: Compliance, engine: Engine
) -> None:
    register(engine, ALICE)

    assert compliance.counts([WORD])[WORD] == UpdateCounts(unknown=1)
    assert said_by(engine, BOB) is None


def test_counts_tell_who_needs_what(
    reports: ClientReports, compliance: Compliance, engine: Engine
) -> None:
    register(engine, CAROL)
    report(reports, a_statement(U=[WORD, OFFICE]))
    report(reports, a_statement(BOB, U=[WORD], V=[OFFICE]), of=BOB)

    counts = compliance.counts([WORD, OFFICE, DRIVER])

    assert counts[WORD] == UpdateCounts(needed=2, unknown=1)
    assert counts[OFFICE] == UpdateCounts(needed=1, installed=1, unknown=1)
    assert counts[DRIVER] == UpdateCounts(not_applicable=2, unknown=1)
    assert counts[WORD].missing == 2


def test_who_needs_what_is_listed_from_both_sides(reports: ClientReports, engine: Engine) -> None:
    register(engine, CAROL)
    article = {"kb_articles": ("5031234",)}
    publish(
        engine,
        a_revision(RevisionIdentity(WORD, 200), title="Word", **article),
        a_revision(RevisionIdentity(OFFICE, 200), title="Office", **article),
    )
    report(reports, a_statement(U=[OFFICE], g=[DRIVER], V=[WORD]))
    report(reports, a_statement(BOB, h=[WORD], W=[OFFICE]), of=BOB)
    computers = Computers(engine=engine, now=lambda: NOON)

    def missing(update: str) -> list[str]:
        return [line.id for line in computers.list(missing=update)]

    assert missing(WORD) == [BOB]
    assert missing(OFFICE) == missing("KB5031234") == [ALICE, BOB]
    with pytest.raises(NoSuchUpdateError):
        missing("KB4711000")
    assert [(one.title, one.state) for one in computers.show(ALICE).missing] == [
        ("Office", State.NEEDED),
        (None, State.FAILED),
    ]
    assert computers.show(CAROL).missing == ()


def test_events_about_updates_are_kept_each_repeats_included(
    reports: ClientReports, engine: Engine
) -> None:
    report(reports, an_event(181, WORD), an_event(182, WORD))
    report(reports, an_event(181, WORD), an_event(182, WORD))

    assert [event.event_id for event in kept(engine)] == [181, 182, 181, 182]


def test_of_other_events_only_the_latest_of_a_kind_is_kept(
    reports: ClientReports, engine: Engine
) -> None:
    report(reports, an_event(147, strings=("1",)), an_event(148), an_event(147, strings=("2",)))
    report(reports, an_event(147, strings=("3",)))
    report(reports, an_event(147, computer_id=BOB, strings=("4",)), of=BOB)

    assert [(event.event_id, event.strings) for event in kept(engine)] == [(148, ()), (147, ("3",))]
    assert [event.strings for event in kept(engine, BOB)] == [("4",)]


def test_a_statement_is_no_event(reports: ClientReports, engine: Engine) -> None:
    report(reports, a_statement(U=[WORD]))

    assert kept(engine) == []


def test_the_same_event_twice_is_one(reports: ClientReports, engine: Engine) -> None:
    failed = an_event(182, WORD)
    report(reports, failed, failed)
    report(reports, a_statement(V=[WORD]))
    report(reports, failed)  # the answer was lost and the agent sends it again

    assert len(kept(engine)) == 1
    assert states(engine) == {WORD: State.INSTALLED}


def test_an_event_comes_back_as_it_was(reports: ClientReports, engine: Engine) -> None:
    sent = an_event(
        182,
        WORD,
        source_id=102,
        hresult=-2145099769,
        app_name="<<PROCESS>>: powershell.exe",
        device_id=r"PCI\VEN_8086&DEV_15F3&SUBSYS_00008086",
        strings=("0x80246007", "Süßes 更新"),
        misc=("C=1", "F=-2145099769", "Q=1"),
        at_target=NOON - timedelta(minutes=3),
    )
    report(reports, sent)

    assert kept(engine) == [sent]


def test_events_about_another_computer_are_dropped_and_counted(
    reports: ClientReports, engine: Engine
) -> None:
    report(reports, a_statement())
    dropped = report(
        reports,
        an_event(182, WORD, computer_id=BOB),
        a_statement(BOB, V=[WORD]),
        an_event(183, OFFICE),
    )

    assert kept(engine, BOB) == []
    assert states(engine, BOB) == {}
    assert states(engine) == {OFFICE: State.INSTALLED}
    assert dropped == {Dropped.OF_ANOTHER: 2}


def test_events_only_a_server_has_are_dropped(reports: ClientReports, engine: Engine) -> None:
    report(reports, a_statement())
    dropped = report(reports, an_event(182, WORD, namespace_id=2), an_event(182, computer_id=""))

    assert kept(engine) == []
    assert states(engine) == {}
    assert dropped == {Dropped.UNFIT: 2}


def test_events_about_unknown_updates_are_kept(reports: ClientReports, engine: Engine) -> None:
    nobody_has_it = a_guid()
    report(reports, an_event(161, nobody_has_it))

    assert [event.update_id for event in kept(engine)] == [nobody_has_it]


def test_an_event_from_the_future_gets_the_time_of_its_arrival(
    reports: ClientReports, engine: Engine
) -> None:
    far, near = NOON + timedelta(days=40_000), NOON + timedelta(minutes=5)
    report(reports, an_event(181, WORD, at_target=far), an_event(182, WORD, at_target=near))

    assert [event.at_target for event in kept(engine)] == [NOON, near]


def test_long_texts_are_cut(reports: ClientReports, engine: Engine) -> None:
    report(reports, an_event(182, WORD, strings=("x" * 10**6,) * 3, misc=("a=1",) * 5000))

    (event,) = kept(engine)
    assert sum(map(len, event.strings)) < 10_000
    assert len(event.misc) < 100


def test_who_never_registered_is_told_to(reports: ClientReports, engine: Engine) -> None:
    register(engine, CAROL, at=None)
    for stranger in (CAROL, a_guid()):
        with pytest.raises(ComputerRefused) as refused:
            report(reports, an_event(182, WORD, computer_id=stranger), of=stranger)

        assert refused.value.code is Refusal.REGISTRATION_REQUIRED
        assert kept(engine, stranger) == []


def test_the_database_keeps_events_in_the_order_they_came(engine: Engine) -> None:
    register(engine, ALICE)
    one, other = an_event(183, WORD), an_event(182, WORD)
    with transactions.write(engine) as conn:
        client_events.keep_events(
            conn, [KeptEvent(event=event, received_at=NOON) for event in (one, other)]
        )

    assert kept(engine) == [one, other]
