"""Reports of real agents lead to the states a real server made of them (FACTS §9.5)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests import databases
from tests.cast import NOON, a_guid
from tests.reports import ALICE, a_statement, register
from tests.said_states import said_by

from headgate.fleet.events import ClientEvent
from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.services.clients.reports import ClientReports
from headgate.storage import client_events, transactions
from headgate.storage.engine import Engine
from headgate.wire import soap
from headgate.wire.clientsync import report_event_batch

DOTNET = "88661612-7dd9-49d4-bb34-1e54802c99b9"
MSI_TEST = "b3201129-7087-42ee-a3f7-2a3b44965ee5"
FAIL_TEST = "d2f6f81e-0633-41dc-a073-9975148ca7a2"
REAL_COMPUTER = "e1da06a3-5601-43c9-bac3-52d5db701494"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return databases.sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def engine(template: Path, tmp_path: Path) -> Iterator[Engine]:
    with databases.opened(databases.sqlite_copy(template, tmp_path)) as engine:
        register(engine, ALICE, REAL_COMPUTER)
        yield engine


@pytest.fixture
def reports(engine: Engine) -> Iterator[ClientReports]:
    made = ClientReports(engine)
    yield made
    made.close()


@pytest.fixture
def folder(captures: Path) -> Path:
    return captures / "native" / "reports"


def batches(folder: Path, name: str, exchange: int) -> tuple[ClientEvent, ...]:
    """The events of one captured report, sent by Alice; lists were cut to their sizes there."""
    captured = json.loads((folder / name).read_text("utf-8"))
    (batch,) = (one for one in captured["batches"] if one["exchange"] == exchange)
    return tuple(map(_event, batch["events"]))


def _event(captured: dict[str, Any]) -> ClientEvent:
    update_id, _, revision = captured["update"].partition("@")
    return ClientEvent.as_sent(
        computer_id=ALICE,
        instance_id=a_guid(),
        namespace_id=captured["namespace_id"],
        event_id=captured["event_id"],
        source_id=captured["source_id"],
        at_target=datetime.fromisoformat(captured["time_at_target"]),
        update_id=update_id,
        revision_number=int(revision),
        hresult=captured["win32_hresult"],
        app_name=captured["basic_app_name"],
        strings=captured["replacement_strings"],
        misc=captured["misc_data"],
    )


def states(engine: Engine, computer_id: str = ALICE) -> dict[State, set[str]]:
    found = said_by(engine, computer_id)
    assert found is not None
    return {state: set(ids) for state, ids in found.updates.items() if ids}


def test_the_lists_of_a_real_statement_are_needed_and_installed(
    engine: Engine, reports: ClientReports, folder: Path
) -> None:
    captured = json.loads((folder / "native-156-lists.json").read_text("utf-8"))["native"]
    reports.report(ALICE, [a_statement(U=captured["U"], V=captured["V"])], NOON)

    assert states(engine) == {
        State.NEEDED: set(map(str.lower, captured["U"])),
        State.INSTALLED: set(map(str.lower, captured["V"])),
    }
    assert (len(captured["U"]), len(captured["V"])) == (22, 38)


def test_an_update_that_needs_a_restart_waits_for_it(
    engine: Engine, reports: ClientReports, folder: Path
) -> None:
    statement = a_statement(U=[DOTNET])
    before = batches(folder, "native-install-events.json", 79)
    reports.report(ALICE, [statement, *(one for one in before if not one.is_statement)], NOON)
    assert states(engine) == {State.DOWNLOADED: {DOTNET}}

    reports.report(ALICE, batches(folder, "native-install-events.json", 80), NOON)
    assert states(engine) == {State.PENDING_REBOOT: {DOTNET}}

    # After the restart the next statement lists it as installed (FACTS §9.4).
    reports.report(ALICE, [a_statement(V=[DOTNET])], NOON)
    assert states(engine) == {State.INSTALLED: {DOTNET}}


def test_a_failed_installation_fails_at_once_and_stays_failed_by_the_next_statement(
    engine: Engine, reports: ClientReports, folder: Path
) -> None:
    failed = batches(folder, "native-install-events.json", 163)
    reports.report(ALICE, [a_statement(U=[MSI_TEST, FAIL_TEST]), *failed], NOON)
    assert states(engine) == {State.FAILED: {MSI_TEST}, State.NEEDED: {FAIL_TEST}}

    # The agent lists it under g, no longer under U (whose ids the capture left out).
    after = batches(folder, "native-install-events.json", 165)
    reports.report(ALICE, after, NOON)
    assert states(engine) == {State.FAILED: {MSI_TEST}}

    reports.report(ALICE, batches(folder, "native-install-events.json", 166), NOON)
    assert states(engine) == {State.FAILED: {MSI_TEST, FAIL_TEST}}


def test_a_failed_download_changes_nothing(
    engine: Engine, reports: ClientReports, folder: Path
) -> None:
    events = batches(folder, "native-install-events.json", 162)
    reports.report(ALICE, [a_statement(U=[MSI_TEST])], NOON)
    about_it = [one for one in events if one.update_id == MSI_TEST]
    reports.report(ALICE, about_it, NOON)

    assert [one.event_id for one in about_it] == [167, 161, 181]
    assert states(engine) == {State.NEEDED: {MSI_TEST}}


def test_removals_are_kept_and_change_nothing_before_the_next_statement(
    engine: Engine, reports: ClientReports, folder: Path
) -> None:
    events = batches(folder, "our-client-events.json", 1020)
    reports.report(ALICE, [a_statement(V=[DOTNET]), *events], NOON)

    assert states(engine) == {State.INSTALLED: {DOTNET}}
    with transactions.read(engine) as conn:
        rows = client_events.events_of(conn, ALICE, at_most=10)
    assert [one.event.event_id for one in rows] == [224, 226]


def test_a_real_report_is_kept_by_the_rules(
    engine: Engine, reports: ClientReports, captures: Path
) -> None:
    """Four events without an update, three of them failed scans: the latest of each kind stays."""
    body = (captures / "native/flow/000016/request.body").read_bytes()
    request = report_event_batch.decode_request(soap.read_request(body))
    events = []
    for one in request.event_batch:
        basic, extended = one.basic_data, one.extended_data
        assert extended is not None
        assert basic.update_id is not None
        events.append(
            ClientEvent.as_sent(
                computer_id=basic.target_id or "",
                instance_id=basic.event_instance_id,
                namespace_id=basic.namespace_id,
                event_id=basic.event_id,
                source_id=basic.source_id,
                at_target=basic.time_at_target,
                update_id=basic.update_id.update_id,
                revision_number=basic.update_id.revision_number,
                hresult=basic.win32_hresult,
                app_name=basic.app_name,
                strings=extended.replacement_strings or (),
                misc=extended.misc_data or (),
            )
        )
    reports.report(REAL_COMPUTER, events, NOON)

    with transactions.read(engine) as conn:
        rows = client_events.events_of(conn, REAL_COMPUTER, at_most=10)
    latest, first = (one.event for one in rows)
    assert (first.event_id, first.strings, first.app_name) == (147, ("0",), "OOBE ZDP")
    assert (latest.event_id, latest.hresult) == (148, -2145123272)
    assert latest.misc_value("AppName") == "<<PROCESS>>: powershell.exe"
    assert latest.at_target == datetime(2026, 10, 4, 15, 20, 47, 397000, tzinfo=UTC)
