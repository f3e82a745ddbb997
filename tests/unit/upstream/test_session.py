"""The session with a source: how it begins, how long a cookie is used, who renews it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from tests.scripted_source import (
    AUTH,
    AUTH_SERVICE,
    SYNC,
    SYNC_SERVICE,
    Asked,
    Clock,
    Reply,
    ScriptedSource,
    fault,
    faulting,
    message,
    revision,
    scripted_source,
)
from tests.visitor import ACCOUNT, SERVER_ID, Visitor, visiting

from headgate.errors import SourceError
from headgate.upstream.handshake import ExpiredOnArrival, NoAuthorization
from headgate.upstream.reactions import SourceFault

HANDSHAKE = ["GetAuthConfig", "GetAuthorizationCookie", "GetCookie"]


def test_a_session_begins_with_three_questions_in_order(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    visitor.source.describe(None)
    assert upstream.operations == [*HANDSHAKE, "GetConfigData"]
    assert [one.path for one in upstream.asked] == [
        SYNC_SERVICE,
        AUTH_SERVICE,
        SYNC_SERVICE,
        SYNC_SERVICE,
    ]
    introduction = upstream.asked[1].body
    assert f"<accountName>{ACCOUNT}</accountName><accountGuid>{SERVER_ID}</accountGuid>" in (
        introduction
    )
    assert "<protocolVersion>1.20</protocolVersion>" in upstream.asked[2].body
    assert "oldCookie" not in upstream.asked[2].body


def test_headers_are_those_a_windows_computer_sends(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    visitor.source.describe(None)
    for asked in upstream.asked:
        namespace = AUTH if asked.operation == "GetAuthorizationCookie" else SYNC
        assert asked.headers["soapaction"] == f'"{namespace}/{asked.operation}"'
        assert asked.headers["content-type"] == "text/xml; charset=utf-8"
        assert asked.headers["accept-encoding"] == "xpress"
        assert "transfer-encoding" not in asked.headers


@pytest.mark.parametrize(
    "service_url",
    [
        "DssAuthWebService/DssAuthWebService.asmx",
        "/DssAuthWebService/DssAuthWebService.asmx",
        "http://wsus.inner.example:8530/DssAuthWebService/DssAuthWebService.asmx",
    ],
)
def test_the_authorization_service_is_asked_on_the_source_itself(
    upstream: ScriptedSource, visitor: Visitor, service_url: str
) -> None:
    upstream.service_url = service_url
    visitor.source.describe(None)
    assert upstream.calls("GetAuthorizationCookie")[0].path == AUTH_SERVICE


def test_a_source_without_a_known_authorization_says_what_it_offers(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    plug_in = (
        "<AuthPlugInInfo><PlugInID>Other</PlugInID><ServiceUrl>x</ServiceUrl></AuthPlugInInfo>"
    )
    upstream.next(
        "GetAuthConfig",
        message(
            "GetAuthConfig",
            f"<LastChange>2026-10-04T13:16:35Z</LastChange><AuthInfo>{plug_in}</AuthInfo>",
        ),
    )
    with pytest.raises(NoAuthorization, match="Other"):
        visitor.source.describe(None)


def test_one_cookie_serves_many_calls(upstream: ScriptedSource, visitor: Visitor) -> None:
    for _ in range(5):
        visitor.source.list_configuration(None)
    assert upstream.operations == HANDSHAKE + ["GetRevisionIdList"] * 5
    assert len({one.cookie for one in upstream.calls("GetRevisionIdList")}) == 1


@pytest.mark.parametrize(
    "lifetime",
    [
        timedelta(minutes=240),
        timedelta(hours=1),
        timedelta(minutes=9),
        timedelta(seconds=3),  # HTTP dates have no fractions: half a second is easily lost here
    ],
)
@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=7), timedelta(hours=-7)])
def test_no_call_is_made_with_an_expired_cookie(
    upstream: ScriptedSource, visitor: Visitor, lifetime: timedelta, ahead: timedelta
) -> None:
    upstream.lifetime, upstream.ahead = lifetime, ahead
    for _ in range(120):
        visitor.source.list_configuration(None)
        upstream.clock.advance(seconds=lifetime.total_seconds() / 28.3)
    assert upstream.expired_uses == 0
    assert len(upstream.calls("GetRevisionIdList")) == 120
    renewals = len(upstream.calls("GetCookie"))
    assert 120 / 28.3 < renewals < 2 * 120 / 28.3


def test_a_renewal_shows_the_cookie_it_replaces(upstream: ScriptedSource, visitor: Visitor) -> None:
    visitor.source.list_configuration(None)
    upstream.clock.advance(minutes=236)
    visitor.source.list_configuration(None)
    first, second = upstream.calls("GetCookie")
    shown = upstream.calls("GetRevisionIdList")[0].cookie
    assert "oldCookie" not in first.body
    assert f"<EncryptedData>{shown}</EncryptedData></oldCookie><protocolVersion>" in second.body


def test_a_cookie_that_arrives_expired_is_told_with_both_times(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.lifetime = timedelta(hours=-1)
    with pytest.raises(
        ExpiredOnArrival, match=r"ended at 2026-11-20 11:00 UTC, when it was .*12:00"
    ):
        visitor.source.describe(None)
    assert "GetConfigData" not in upstream.operations


def test_a_source_that_does_not_tell_its_time_is_believed_to_have_ours(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.tells_date = False
    visitor.source.list_configuration(None)
    upstream.clock.advance(minutes=236)
    visitor.source.list_configuration(None)
    assert len(upstream.calls("GetCookie")) == 2
    assert upstream.expired_uses == 0


def test_a_cookie_without_end_is_used_for_a_day(upstream: ScriptedSource, visitor: Visitor) -> None:
    upstream.lifetime = datetime.max.replace(tzinfo=UTC) - upstream.now
    visitor.source.describe(None)
    upstream.clock.advance(hours=23)
    visitor.source.describe(None)
    assert len(upstream.calls("GetCookie")) == 1
    upstream.lifetime = timedelta(hours=4)
    upstream.clock.advance(hours=2)
    visitor.source.describe(None)
    assert len(upstream.calls("GetCookie")) == 2


@pytest.mark.parametrize("code", ["InvalidCookie", "InvalidAuthorizationCookie"])
def test_a_refused_cookie_is_replaced_and_the_call_repeated(
    upstream: ScriptedSource, visitor: Visitor, code: str
) -> None:
    upstream.next("GetRevisionIdList", faulting(code))
    upstream.listed = [revision(1)]
    assert visitor.source.list_configuration(None).identities == (revision(1),)
    assert upstream.operations == [
        *HANDSHAKE,
        "GetRevisionIdList",
        *HANDSHAKE,
        "GetRevisionIdList",
    ]
    assert "oldCookie" not in upstream.calls("GetCookie")[1].body
    assert visitor.pauses == []


def test_a_source_that_refuses_every_cookie_is_not_asked_for_ever(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.always("GetRevisionIdList", faulting("InvalidCookie"))
    with pytest.raises(SourceFault, match="keeps refusing") as raised:
        visitor.source.list_configuration(None)
    assert raised.value.code == "InvalidCookie"
    assert "load balancer" in raised.value.next_step
    assert len(upstream.calls("GetRevisionIdList")) == 3


def test_a_refused_authorization_begins_again_with_the_first_question(
    upstream: ScriptedSource, visitor: Visitor
) -> None:
    upstream.next("GetCookie", faulting("InvalidAuthorizationCookie"))
    visitor.source.describe(None)
    assert upstream.operations == [*HANDSHAKE, *HANDSHAKE, "GetConfigData"]


def test_a_name_the_source_dislikes_is_named(upstream: ScriptedSource, visitor: Visitor) -> None:
    upstream.always("GetAuthorizationCookie", faulting("InvalidParameters", "accountName"))
    with pytest.raises(SourceFault, match=r"GetAuthorizationCookie .*accountName"):
        visitor.source.describe(None)


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as executor:
        yield executor


def test_four_threads_share_one_handshake(
    upstream: ScriptedSource, visitor: Visitor, crowd: ThreadPoolExecutor
) -> None:
    arrived = threading.Barrier(4)

    def call(_: int) -> None:
        arrived.wait(timeout=10)
        visitor.source.list_configuration(None)

    list(crowd.map(call, range(4)))
    assert sorted(upstream.operations) == sorted([*HANDSHAKE, *["GetRevisionIdList"] * 4])


def test_four_threads_with_one_refused_cookie_renew_it_once(
    upstream: ScriptedSource, visitor: Visitor, crowd: ThreadPoolExecutor
) -> None:
    visitor.source.list_configuration(None)
    refused = threading.Barrier(4)
    upstream.forget_sessions()

    def refuse(asked: Asked) -> Reply:
        refused.wait(timeout=10)
        return fault("InvalidCookie", asked)

    upstream.next("GetRevisionIdList", *[refuse] * 4)
    list(crowd.map(lambda _: visitor.source.list_configuration(None), range(4)))
    assert len(upstream.calls("GetCookie")) == 2
    assert len(upstream.calls("GetRevisionIdList")) == 1 + 4 + 4


def test_cancelling_ends_the_waiting() -> None:
    class CancelledError(Exception):
        pass

    def cancel(_: float) -> None:
        raise CancelledError

    with (
        scripted_source(Clock()) as upstream,
        visiting(upstream.base_url, upstream.clock, cancel) as visitor,
    ):
        upstream.always("GetConfigData", faulting("ServerBusy"))
        with pytest.raises(CancelledError):
            visitor.source.describe(None)
        assert len(upstream.calls("GetConfigData")) == 1
        # and the session is not locked up by it
        upstream.always("GetConfigData", upstream.ordinary)
        assert visitor.source.describe(None).protocol_version == "1.20"


def test_a_server_nobody_listens_at_is_told_after_a_few_tries() -> None:
    with scripted_source() as gone:
        base_url = gone.base_url
    with visiting(base_url, Clock()) as visitor:
        with pytest.raises(SourceError, match="Cannot connect"):
            visitor.source.describe(None)
        assert len(visitor.pauses) == 3
