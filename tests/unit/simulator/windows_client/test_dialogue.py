"""An honest server, and one that hiccups: the agent goes the whole way by itself."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from headgate.simulator.windows_client.client import Outcome, WindowsClient
from headgate.simulator.windows_client.state import AgentState
from headgate.wire.clientsync.get_extended_update_info import ExtendedUpdateInfo
from tests.unit.simulator.windows_client.machines import CLIENT_ID, a_machine
from tests.unit.simulator.windows_client.tiny_server import (
    FIX,
    WINDOWS,
    Revision,
    TinyServer,
    fix,
    renumbered,
    three_levels,
    tiny_server,
)

KEY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Lab"
NO_UPDATE = "00000000-0000-0000-0000-000000000000"


def visit(server: TinyServer, state: AgentState | None = None) -> tuple[Outcome, AgentState]:
    state = state or AgentState(machine=a_machine())
    return WindowsClient(state, server.address).run(), state


def reported(server: TinyServer) -> list[int]:
    return [event.basic_data.event_id for event in server.events]


def misc(server: TinyServer, number: int) -> dict[str, str]:
    data = server.events[number].extended_data
    assert data is not None
    return dict(one.split("=", 1) for one in data.misc_data or ())


def test_first_contact_goes_in_the_order_of_a_real_agent_and_ends_installed() -> None:
    with tiny_server() as server:
        outcome, state = visit(server)

    assert server.operations()[:10] == [
        "GetConfig",
        "GetAuthorizationCookie",
        "GetCookie",
        "RegisterComputer",
        "SyncUpdates",
        "SyncUpdates",
        "SyncUpdates",
        "SyncUpdates",
        "ReportEventBatch",
        "GetExtendedUpdateInfo",
    ]
    assert [one.update_id for one in outcome.installed] == [FIX]
    assert outcome.error == ""
    assert state.machine.registry_value(KEY, "Fixed") == "yes"


def test_the_installed_list_grows_and_the_driver_pass_names_no_others() -> None:
    with tiny_server() as server:
        visit(server)

    asked = [one.parameters for one in server.requests("SyncUpdates")]
    installed = [one.installed_non_leaf_update_ids for one in asked[:4]]
    others = [one.other_cached_update_ids for one in asked[:4]]
    assert installed == [None, (1,), (1, 2), (1, 2)]
    assert others == [None, None, None, None], "the software loop ends with a leaf"
    assert [one.skip_software_sync for one in asked[:4]] == [False, False, False, True]
    assert asked[0].system_spec is None
    assert asked[3].feature_score_matching_key == "AMD64.10.0"


def test_requests_look_like_those_of_an_agent() -> None:
    with tiny_server() as server:
        visit(server)

    first = server.headers[0]
    assert first["User-Agent"] == "Windows-Update-Agent/1507.2601.30012.0 Client-Protocol/2.90"
    assert first["Accept-Encoding"] == "xpress"
    assert first["SOAPAction"].startswith('"http://') and first["SOAPAction"].endswith('GetConfig"')
    cookie = server.requests("GetCookie")[0]
    assert cookie.old_cookie.encrypted_data == b""
    assert cookie.old_cookie.expiration == cookie.current_time
    assert cookie.protocol_version == "2.90"


def test_reports_tell_scan_download_installation_and_the_new_status() -> None:
    with tiny_server() as server:
        outcome, _ = visit(server)

    assert reported(server) == [147, 156, 167, 162, 181, 183, 147, 156]
    assert outcome.events == 8
    assert misc(server, 1)["U"] == FIX.upper() and "V" not in misc(server, 1)
    assert misc(server, 7)["V"] == FIX.upper() and "U" not in misc(server, 7)
    data = [event.basic_data for event in server.events]
    assert {one.target_id for one in data} == {CLIENT_ID}
    assert {one.update_id.update_id for one in data if one.update_id} == {NO_UPDATE, FIX}
    for batch in server.requests("ReportEventBatch"):
        times = {one.basic_data.time_at_target for one in batch.event_batch}
        assert times == {batch.client_time}


def test_a_file_is_fetched_in_aligned_pieces_of_one_mebibyte() -> None:
    with tiny_server() as server:
        visit(server)

    size = 8 * 400_000
    mebibyte = 1 << 20
    starts = range(0, size, mebibyte)
    assert sorted(server.ranges) == sorted(
        f"bytes={start}-{min(start + mebibyte, size) - 1}" for start in starts
    )


def test_a_restart_completes_the_installation() -> None:
    revisions = [*three_levels()[:2], fix(restart="CanRequestReboot")]
    with tiny_server(revisions) as server:
        outcome, state = visit(server)

    assert outcome.restarts == 1
    assert reported(server) == [147, 156, 167, 162, 181, 201, 202, 147, 156]
    assert server.events[5].basic_data.win32_hresult == 2359301
    assert state.machine.registry_value(KEY, "Fixed") == "yes"
    assert state.pending == ()


def test_what_is_not_approved_is_reported_and_left_alone() -> None:
    revisions = [*three_levels()[:2], fix(action="PreDeploymentCheck")]
    with tiny_server(revisions) as server:
        outcome, state = visit(server)

    assert outcome.offered == 0 and outcome.installed == [] and outcome.needed == 1
    assert reported(server) == [147, 156]
    assert misc(server, 1)["U"] == FIX.upper()
    assert state.machine.registry_value(KEY, "Fixed") is None
    assert server.ranges == []


def test_a_bundle_is_installed_through_the_member_that_fits() -> None:
    wrong = "22222222-0000-4000-8000-000000000001"
    right = "22222222-0000-4000-8000-000000000002"
    bundle = fix(
        number=40,
        rules="",
        files=(),
        bundled="<BundledUpdates><AtLeastOne>"
        f'<UpdateIdentity UpdateID="{wrong}" RevisionNumber="100" />'
        f'<UpdateIdentity UpdateID="{right}" RevisionNumber="100" />'
        "</AtLeastOne></BundledUpdates>",
    )
    other = fix(
        number=41,
        update_id=wrong,
        action="Bundle",
        files=(("wrong.exe", b"wrong"),),
        rules="<IsInstalled><False /></IsInstalled>"
        '<IsInstallable><b.Processor Architecture="12" /></IsInstallable>',
    )
    member = fix(number=42, update_id=right, action="Bundle", files=(("right.exe", b"right"),))
    with tiny_server([*three_levels()[:2], bundle, other, member]) as server:
        outcome, _ = visit(server)

    assert [one.update_id for one in outcome.installed] == [FIX]
    assert server.ranges == ["bytes=0-4"], "the other member's file is not fetched"
    numbers = [one.revision_ids for one in server.requests("GetExtendedUpdateInfo")]
    assert numbers == [(40, 42)]
    assert misc(server, 1)["U"] == FIX.upper(), "members are not reported"


def test_a_second_visit_asks_nothing_the_cookie_still_answers() -> None:
    with tiny_server() as server:
        _, state = visit(server)
        before = len(server.asked)
        outcome, _ = visit(server, state)

    assert server.operations()[before:] == ["SyncUpdates", "SyncUpdates", "ReportEventBatch"]
    assert outcome.received == 0 and outcome.present == 1


def test_an_uninstall_approval_takes_the_update_away() -> None:
    with tiny_server() as server:
        _, state = visit(server)
        gone = three_levels()[2]
        server.revisions[2] = replace(gone, number=31, action="Uninstall")
        outcome, _ = visit(server, state)

    assert [one.update_id for one in outcome.uninstalled] == [FIX]
    assert state.machine.registry_value(KEY, "Fixed") is None
    assert 222 in reported(server)


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        ("CookieExpired", ["GetAuthorizationCookie", "GetCookie", "SyncUpdates"]),
        ("ConfigChanged", ["GetConfig", "GetAuthorizationCookie", "GetCookie", "SyncUpdates"]),
        ("RegistrationRequired", ["RegisterComputer", "SyncUpdates"]),
        (
            "InvalidCookie",
            ["GetConfig", "GetAuthorizationCookie", "GetCookie", "RefreshCache", "SyncUpdates"],
        ),
        (
            "ServerChanged",
            ["GetConfig", "GetAuthorizationCookie", "GetCookie", "RefreshCache", "SyncUpdates"],
        ),
    ],
)
def test_each_error_code_has_its_reaction(code: str, calls: list[str]) -> None:
    with tiny_server() as server:
        _, state = visit(server)
        before = len(server.asked)
        server.faults["SyncUpdates"].append(code)
        outcome, _ = visit(server, state)

    assert server.operations()[before : before + 1 + len(calls)] == ["SyncUpdates", *calls]
    assert outcome.error == ""
    old = server.requests("GetCookie")[-1].old_cookie
    if code in {"InvalidCookie", "ServerChanged"}:
        assert old.encrypted_data == b"", "a refused cookie is not shown again"
    elif "GetCookie" in calls:
        assert old.encrypted_data != b"", "the old cookie lets the server go on where it was"


def test_another_server_renumbers_the_cache_and_nothing_is_sent_twice() -> None:
    with tiny_server() as server:
        _, state = visit(server)
        server.revisions = renumbered(server.revisions)
        server.faults["SyncUpdates"].append("ServerChanged")
        before = len(server.asked)
        outcome, _ = visit(server, state)

    assert outcome.error == "" and outcome.received == 0
    asked = [request for name, request in server.asked[before:] if name == "SyncUpdates"]
    assert asked[1].parameters.installed_non_leaf_update_ids == (501, 502)
    assert asked[1].parameters.other_cached_update_ids == (530,)


@pytest.mark.parametrize("code", ["InvalidParameters", "InternalServerError", "ServerBusy"])
def test_some_faults_end_the_scan_and_are_reported_later(code: str) -> None:
    with tiny_server() as server:
        server.faults["SyncUpdates"].append(code)
        outcome, state = visit(server)
        assert code in outcome.error and outcome.hresult == "0x80244007"
        assert server.events == []

        outcome, _ = visit(server, state)

    assert outcome.error == ""
    assert reported(server)[:3] == [148, 147, 156]
    failed = server.events[0].extended_data
    assert failed is not None and failed.replacement_strings == ("0x80244007",)


def test_a_server_that_insists_on_a_fault_is_given_up() -> None:
    with tiny_server() as server:
        server.faults["SyncUpdates"] = ["ConfigChanged"] * 50
        outcome, _ = visit(server)

    assert "ConfigChanged" in outcome.error
    assert len(server.requests("SyncUpdates")) < 10


def test_a_busy_server_is_not_pressed() -> None:
    with tiny_server() as server:
        server.statuses["SyncUpdates"].append(503)
        outcome, _ = visit(server)

    assert outcome.hresult == "0x80244022"
    assert len(server.requests("SyncUpdates")) == 1


def test_events_wait_until_the_server_takes_them() -> None:
    with tiny_server() as server:
        server.faults["ReportEventBatch"].append("ServerBusy")
        outcome, state = visit(server)
        assert outcome.error and outcome.events == 0
        waiting = [one.basic_data.event_instance_id for one in state.events]

        visit(server, state)

    sent = [one.basic_data.event_instance_id for one in server.events]
    assert waiting and sent[: len(waiting)] == waiting
    assert len(set(sent)) == len(sent), "nothing is told twice"


def test_nobody_there_is_said_so() -> None:
    with tiny_server() as server:
        pass
    outcome, _ = visit(server)

    assert outcome.hresult == "0x80072EFD" and outcome.scans == 0


def test_an_expired_cookie_is_renewed_before_it_is_shown() -> None:
    with tiny_server() as server:
        _, state = visit(server)
        assert state.cookie is not None
        past = state.cookie.expiration - timedelta(hours=2)
        state.cookie = replace(state.cookie, expiration=past)
        before = len(server.asked)
        visit(server, state)

    assert server.operations()[before:][:3] == [
        "GetAuthorizationCookie",
        "GetCookie",
        "SyncUpdates",
    ]


def test_a_category_scan_puts_what_the_server_prefers_into_its_filter() -> None:
    with tiny_server() as server:
        state = AgentState(machine=a_machine())
        outcome = WindowsClient(state, server.address).run(categories=(WINDOWS,))

    assert outcome.error == ""
    (start,) = server.requests("StartCategoryScan")[:1]
    assert [one.category_id for one in start.requested_categories] == [WINDOWS]
    asked = server.requests("SyncUpdates")[0].parameters
    assert asked.filter_category_ids == (WINDOWS,)
    assert asked.need_two_group_out_of_scope_updates and not asked.also_perform_regular_sync


def test_what_is_still_deployed_outside_a_filter_stays_in_the_cache() -> None:
    with tiny_server() as server:
        _, state = visit(server)
        server.bend["SyncUpdates"] = lambda answer: replace(
            answer, deployed_out_of_scope_revision_ids=(1, 2, 30)
        )
        WindowsClient(state, server.address).run(categories=(WINDOWS,))

    assert set(state.updates) == {1, 2, 30}


def test_a_changed_deployment_arrives_without_a_new_core() -> None:
    unapproved = fix(action="PreDeploymentCheck")
    with tiny_server([*three_levels()[:2], unapproved]) as server:
        _, state = visit(server)
        change = replace(fix().info, xml=None)
        server.bend["SyncUpdates"] = lambda answer: replace(answer, changed_updates=(change,))
        server.revisions[2] = fix()
        outcome, _ = visit(server, state)

    assert [one.update_id for one in outcome.installed] == [FIX]
    assert outcome.received == 0


def test_an_installation_cut_off_before_its_restart_is_completed_by_the_next_visit() -> None:
    with tiny_server([*three_levels()[:2], fix(restart="AlwaysRequiresReboot")]) as server:
        state = AgentState(machine=a_machine())

        def refuse_after_the_download(answer: Any) -> Any:
            if any(one.basic_data.event_id == 181 for one in server.events):
                raise ConnectionResetError("the server dies")
            return answer

        server.bend["ReportEventBatch"] = refuse_after_the_download
        first, _ = visit(server, state)
        assert first.error and [one.update_id for one in first.installed] == [FIX]
        assert state.pending and state.machine.registry_value(KEY, "Fixed") is None

        server.bend.clear()
        second, _ = visit(server, state)

    assert second.error == "" and second.restarts == 1 and second.installed == []
    assert state.machine.registry_value(KEY, "Fixed") == "yes"
    assert second.present == 1


def a_fix(number: int, *, after: int | None = None, **facts: Any) -> Revision:
    """One of several updates, each of which sets a value of its own."""
    rule = (
        '<b.RegSz Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\\Lab" '
        f'Value="Fixed{number}" Comparison="EqualTo" Data="yes" />'
    )
    usual: dict[str, Any] = {
        "number": number,
        "update_id": fix_id(number),
        "needs": (WINDOWS,) if after is None else (WINDOWS, fix_id(after)),
        "rules": f"<IsInstalled>{rule}</IsInstalled>",
        "files": ((f"{number}.exe", b"fix %d" % number),),
        "is_leaf": False,
    }
    return Revision(**{**usual, **facts})


def fix_id(number: int) -> str:
    return f"44444444-0000-4000-8000-{number:012d}"


def taken_back(*numbers: int) -> Any:
    """Bend the answer about details: these revisions are not deployed any more."""

    def bend(answer: ExtendedUpdateInfo) -> ExtendedUpdateInfo:
        return replace(
            answer,
            updates=tuple(one for one in answer.updates if one.id not in numbers),
            out_of_scope_revision_ids=numbers,
        )

    return bend


def test_what_is_taken_back_after_the_scan_is_not_installed() -> None:
    """[MS-WUSP] 3.1.5.9: declined meanwhile, it has no details; not one byte of it would come."""
    with tiny_server([*three_levels(), a_fix(31)]) as server:
        server.bend["GetExtendedUpdateInfo"] = taken_back(30)
        outcome, state = visit(server)

    assert [one.update_id for one in outcome.installed] == [fix_id(31)]
    assert outcome.unneeded == {FIX} and outcome.failed == []
    assert state.machine.registry_value(KEY, "Fixed") is None
    about = {
        one.basic_data.update_id.update_id for one in server.events if one.basic_data.update_id
    }
    assert about == {NO_UPDATE, fix_id(31)}, "nothing is reported about what was taken back"


def test_what_is_to_be_uninstalled_and_was_taken_back_stays() -> None:
    with tiny_server() as server:
        _, state = visit(server)
        server.revisions[2] = replace(three_levels()[2], number=31, action="Uninstall")
        server.bend["GetExtendedUpdateInfo"] = taken_back(31)
        outcome, _ = visit(server, state)

    assert outcome.uninstalled == [] and outcome.failed == []
    assert state.machine.registry_value(KEY, "Fixed") == "yes"


def test_a_bundle_is_not_installed_without_the_part_that_was_taken_back() -> None:
    member = a_fix(42, action="Bundle", is_leaf=True)
    bundle = fix(
        number=40,
        rules="",
        files=(),
        bundled="<BundledUpdates>"
        f'<UpdateIdentity UpdateID="{fix_id(42)}" RevisionNumber="100" /></BundledUpdates>',
    )
    with tiny_server([*three_levels()[:2], bundle, member]) as server:
        server.bend["GetExtendedUpdateInfo"] = taken_back(42)
        outcome, state = visit(server)

    assert outcome.installed == [] and outcome.unneeded == {FIX}
    assert server.ranges == []
    assert state.machine.registry_value(KEY, "Fixed42") is None


def test_a_part_chosen_late_and_taken_back_makes_its_update_fail() -> None:
    """The first update changes which member of the bundle fits: its details are asked for alone."""
    is_fixed = (
        '<b.RegSz Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\\Lab" Value="Fixed31" '
        'Comparison="EqualTo" Data="yes" />'
    )

    def member(number: int, installable: str) -> Revision:
        found = a_fix(number, action="Bundle", is_leaf=True)
        return replace(found, rules=f"{found.rules}<IsInstallable>{installable}</IsInstallable>")

    bundle = a_fix(
        40,
        rules="",
        files=(),
        bundled="<BundledUpdates><AtLeastOne>"
        f'<UpdateIdentity UpdateID="{fix_id(41)}" RevisionNumber="100" />'
        f'<UpdateIdentity UpdateID="{fix_id(42)}" RevisionNumber="100" />'
        "</AtLeastOne></BundledUpdates>",
    )
    before, after = member(41, f"<Not>{is_fixed}</Not>"), member(42, is_fixed)
    with tiny_server([*three_levels()[:2], a_fix(31), bundle, before, after]) as server:
        honest = server.answer

        def without_the_second(operation: str, request: Any) -> Any:
            if operation == "GetExtendedUpdateInfo" and 42 in request.revision_ids:
                return ExtendedUpdateInfo(
                    updates=(), file_locations=(), out_of_scope_revision_ids=(42,)
                )
            return honest(operation, request)

        server.answer = without_the_second  # type: ignore[method-assign]
        outcome, state = visit(server)

    assert [one.update_id for one in outcome.installed] == [fix_id(31)]
    assert [one.update_id for one in outcome.failed] == [fix_id(40)]
    assert "does not deploy" in outcome.failed[0].error
    assert state.machine.registry_value(KEY, "Fixed42") is None
    assert 161 in reported(server) and 182 in reported(server)


def test_the_last_installation_is_followed_by_a_scan_and_its_report() -> None:
    chain = [a_fix(30), *(a_fix(number, after=number - 1) for number in range(31, 35))]
    with tiny_server([*three_levels()[:2], *chain]) as server:
        outcome, _ = visit(server)

    done = [fix_id(number) for number in range(30, 34)]
    assert [one.update_id for one in outcome.installed] == done
    assert reported(server)[-2:] == [147, 156]
    assert misc(server, -1)["V"] == ";".join(one.upper() for one in done)
    assert misc(server, -1)["U"] == fix_id(34).upper(), "left to the next visit"
    assert outcome.present == 4 and outcome.needed == 1


def test_what_has_failed_is_left_alone_until_the_next_visit() -> None:
    hopeless = a_fix(40, rules='<IsInstalled><b.Memory MinMemoryInMB="999999" /></IsInstalled>')
    chain = [a_fix(30), a_fix(31, after=30), a_fix(32, after=31)]
    with tiny_server([*three_levels()[:2], hopeless, *chain]) as server:
        outcome, state = visit(server)
        first = [one.update_id for one in outcome.failed]
        fetched = len(server.ranges)
        again, _ = visit(server, state)

    assert first == [fix_id(40)]
    assert fetched == 4, "each file once"
    assert len(outcome.installed) == 3
    assert [one.update_id for one in again.failed] == [fix_id(40)]
