"""What an unmodified agent would choke on, loop over or go silent about (FACTS §13, §14)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from headgate.simulator.windows_client.client import Outcome, WindowsClient
from headgate.simulator.windows_client.state import AgentState
from tests.unit.simulator.windows_client.machines import a_machine
from tests.unit.simulator.windows_client.tiny_server import (
    FIX,
    MICROSOFT,
    TinyServer,
    category,
    fix,
    three_levels,
    tiny_server,
)


def visit(server: TinyServer) -> Outcome:
    return WindowsClient(AgentState(machine=a_machine()), server.address).run()


def each_new(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def bend(answer: Any) -> Any:
        return replace(answer, new_updates=tuple(map(change, answer.new_updates)))

    return bend


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("<IsLeaf>false</IsLeaf>", "", "IsLeaf"),
        ("<LastChangeTime>2026-10-04</LastChangeTime>", "", "LastChangeTime"),
        ("<Truncated>false</Truncated>", "", "Truncated"),
        ("<LastChangeTime>2026-10-04<", "<LastChangeTime>2026-10-04T00:00:00Z<", "not a date"),
        ("<Action>Evaluate</Action>", "<Action>Approve</Action>", "unknown action"),
        ("&lt;UpdateIdentity", "&lt;upd:UpdateIdentity", "Core of revision 1"),
        ("&lt;", "&amp;lt;", "Core of revision 1"),
        ("&lt;True /&gt;", "&lt;RegSz /&gt;", "lost its prefix"),
        ("s:Envelope", "html", "cannot be read"),
    ],
)
def test_an_answer_that_lacks_or_mangles_something_ends_the_scan(
    old: str, new: str, named: str
) -> None:
    with tiny_server() as server:
        server.bend_text["SyncUpdates"] = (old, new)
        outcome = visit(server)

    assert named in outcome.error
    assert outcome.scans == 0 and outcome.installed == []


def test_an_update_without_deployment_is_refused_with_the_code_of_a_real_agent() -> None:
    with tiny_server() as server:
        server.bend["SyncUpdates"] = each_new(lambda one: replace(one, deployment=None))
        outcome = visit(server)

    assert "no Deployment" in outcome.error and outcome.hresult == "0x80070057"


def test_an_answer_without_new_cookie_is_refused() -> None:
    with tiny_server() as server:
        server.bend["SyncUpdates"] = lambda answer: replace(answer, new_cookie=None)
        outcome = visit(server)

    assert "NewCookie" in outcome.error


def test_an_answer_that_promises_more_and_brings_nothing_is_a_loop() -> None:
    with tiny_server() as server:
        server.bend["SyncUpdates"] = lambda answer: replace(answer, truncated=True)
        outcome = visit(server)

    assert "brings nothing" in outcome.error and outcome.hresult == "0x80244010"


def test_sending_what_is_cached_is_a_loop() -> None:
    with tiny_server() as server:
        again = category(1, MICROSOFT).info
        server.bend["SyncUpdates"] = lambda answer: replace(answer, new_updates=(again,))
        outcome = visit(server)

    assert "cached" in outcome.error and outcome.hresult == "0x80244010"


def test_taking_away_and_sending_anew_is_a_loop() -> None:
    with tiny_server() as server:
        calls = iter(range(100))

        def alternate(answer: Any) -> Any:
            if next(calls) % 2:
                return replace(answer, out_of_scope_revision_ids=(1,), truncated=True)
            return answer

        server.bend["SyncUpdates"] = alternate
        outcome = visit(server)

    assert "out of scope" in outcome.error


def test_more_than_two_hundred_calls_are_too_many() -> None:
    with tiny_server([]) as server:
        calls = iter(range(1, 1000))

        def one_more(answer: Any) -> Any:
            number = next(calls)
            identity = f"33333333-0000-4000-8000-{number:012d}"
            return replace(answer, new_updates=(category(number, identity).info,))

        server.bend["SyncUpdates"] = one_more
        outcome = visit(server)

    assert outcome.hresult == "0x80244010"
    assert len(server.requests("SyncUpdates")) == 200


def test_a_leaf_that_others_depend_on_is_noticed() -> None:
    root = replace(category(1, MICROSOFT), is_leaf=True)
    with tiny_server([root, *three_levels()[1:]]) as server:
        honest = server.answer

        def everything(operation: str, request: Any) -> Any:
            answer = honest(operation, request)
            if operation != "SyncUpdates" or request.parameters.skip_software_sync:
                return answer
            cached = request.parameters.other_cached_update_ids or ()
            new = [one.info for one in server.revisions if one.number not in cached]
            return replace(answer, new_updates=tuple(new) if not cached else ())

        server.answer = everything  # type: ignore[method-assign]
        outcome = visit(server)

    assert outcome.oddities["a leaf that others depend on"] >= 1


@pytest.mark.parametrize(
    "change",
    [
        lambda config: replace(config, auth_info=()),
        lambda config: replace(config, auth_info=config.auth_info * 2),
        lambda config: replace(
            config, auth_info=(replace(config.auth_info[0], plug_in_id="PidValidator"),)
        ),
        lambda config: replace(
            config, auth_info=(replace(config.auth_info[0], service_url="http://elsewhere/"),)
        ),
    ],
)
def test_a_configuration_without_one_usable_plug_in_is_refused(
    change: Callable[[Any], Any],
) -> None:
    with tiny_server() as server:
        server.bend["GetConfig"] = change
        outcome = visit(server)

    assert outcome.error and server.operations() == ["GetConfig"]


def test_a_cookie_that_has_expired_when_it_comes_is_refused() -> None:
    with tiny_server(life=timedelta(seconds=-5)) as server:
        outcome = visit(server)

    assert "expires" in outcome.error


def test_a_changed_byte_is_found_by_its_digest() -> None:
    with tiny_server() as server:
        server.content = lambda _name, data: b"x" + data[1:]
        outcome = visit(server)

    assert outcome.installed == []
    assert "SHA1" in outcome.failed[0].error
    events = {one.basic_data.event_id: one.basic_data for one in server.events}
    assert events[182].win32_hresult == 0x80246002 - (1 << 32)
    assert 161 in events and 183 not in events and 181 not in events


@pytest.mark.parametrize("length", [-1, 1])
def test_a_file_of_another_size_is_refused(length: int) -> None:
    with tiny_server() as server:
        server.content = lambda _name, data: data + b"x" if length > 0 else data[:-1]
        outcome = visit(server)

    assert outcome.installed == [] and len(outcome.failed) == 1


def test_a_file_without_an_address_is_not_installed() -> None:
    with tiny_server() as server:
        server.bend["GetExtendedUpdateInfo"] = lambda answer: replace(answer, file_locations=())
        outcome = visit(server)

    assert outcome.installed == [] and "address" in outcome.failed[0].error


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("ExtendedProperties", "Properties", "ExtendedProperties"),
        ("AdditionalDigest", "Other", "SHA256"),
        ("&lt;Title&gt;The fix&lt;/Title&gt;", "", "Title"),
    ],
)
def test_details_that_lack_something_are_refused(old: str, new: str, named: str) -> None:
    with tiny_server() as server:
        server.bend_text["GetExtendedUpdateInfo"] = (old, new)
        outcome = visit(server)

    assert named in outcome.error and outcome.installed == []


@pytest.mark.parametrize("size", ["-1", "9" * 30, "9" * 18, "many"])
def test_a_file_of_an_impossible_size_is_refused(size: str) -> None:
    with tiny_server() as server:
        server.bend_text["GetExtendedUpdateInfo"] = ('Size="3200000"', f'Size="{size}"')
        outcome = visit(server)

    assert "Size of File" in outcome.error and outcome.installed == []


@pytest.mark.parametrize("host", ["http://a..b", f"http://{'a' * 64}", "http://ä€.x", "ftp://a"])
def test_a_file_at_an_address_nobody_can_have_is_not_installed(host: str) -> None:
    with tiny_server() as server:
        server.bend_text["GetExtendedUpdateInfo"] = ("<Url>http://127.0.0.1", f"<Url>{host}")
        outcome = visit(server)

    assert outcome.installed == [] and outcome.error == ""
    assert "does not answer" in outcome.failed[0].error


def test_a_path_nobody_can_call_ends_the_visit() -> None:
    with tiny_server() as server:
        server.bend_text["GetConfig"] = ("SimpleAuth.asmx", "Simple&#9;Auth")
        outcome = visit(server)

    assert "does not answer" in outcome.error and outcome.hresult == "0x80072EFD"


@pytest.mark.parametrize("limit", ["9" * 5000, "²", "0", "-1", "many"])
def test_a_limit_that_is_no_number_is_passed_over(limit: str) -> None:
    with tiny_server() as server:
        server.bend_text["GetConfig"] = ("<Value>2<", f"<Value>{limit}<")
        outcome = visit(server)

    assert outcome.error == "" and len(outcome.installed) == 1


def test_an_update_whose_rules_cannot_be_met_fails() -> None:
    rules = (
        "<IsInstalled><And><b.NumberOfProcessors Comparison='GreaterThan' Number='900' /></And>"
        "</IsInstalled>"
    )
    with tiny_server([*three_levels()[:2], fix(rules=rules)]) as server:
        outcome = visit(server)

    assert [one.update_id for one in outcome.failed] == [FIX]
    failed = next(one for one in server.events if one.basic_data.event_id == 182)
    assert failed.basic_data.win32_hresult == 0x80242006 - (1 << 32)


def test_a_report_answered_with_false_is_refused() -> None:
    with tiny_server() as server:
        server.bend["ReportEventBatch"] = lambda answer: replace(answer, accepted=False)
        outcome = visit(server)

    assert "ReportEventBatch" in outcome.error


def test_an_answer_without_compression_is_fine() -> None:
    with tiny_server(compressed=False) as server:
        outcome = visit(server)

    assert outcome.error == "" and len(outcome.installed) == 1


def test_a_body_that_is_not_the_xpress_it_claims_to_be_is_refused() -> None:
    with tiny_server() as server:
        server.damaged = True
        outcome = visit(server)

    assert outcome.hresult == "0x80244008"
