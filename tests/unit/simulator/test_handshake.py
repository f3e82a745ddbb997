"""How one comes in, and what is refused on the way (FACTS 10.2, 1.6)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.unit.simulator.downstream import (
    AUTH,
    GUID,
    SYNC,
    Downstream,
    Refused,
    connected,
    stranger,
)
from tests.unit.simulator.worlds import two_products
from tests.upstream_lab import running_upstream


@pytest.fixture
def source() -> Iterator[Downstream]:
    with running_upstream(world=two_products()) as lab, stranger(lab) as downstream:
        yield downstream


def test_a_missing_cookie_is_an_invalid_one(source: Downstream) -> None:
    with pytest.raises(Refused) as refused:
        source.listing(configuration=True)
    assert (refused.value.code, refused.value.message) == ("InvalidCookie", "")
    assert b"<faultcode>soap:Client</faultcode>" in refused.value.raw
    assert f"&quot;{SYNC}/GetRevisionIdList&quot;".replace("&quot;", '"').encode() in (
        refused.value.raw
    )


def test_a_cookie_of_an_earlier_run_is_unknown(source: Downstream) -> None:
    source.handshake()
    with running_upstream(world=two_products()) as restarted, stranger(restarted) as other:
        other.cookie = source.cookie
        with pytest.raises(Refused, match="InvalidCookie"):
            other.listing(configuration=True)


def test_an_expired_cookie_is_invalid() -> None:
    world, life = two_products(), timedelta(0)
    with (
        running_upstream(world=world, cookie_life=life) as lab,
        connected(lab) as source,
        pytest.raises(Refused, match="InvalidCookie"),
    ):
        source.listing(configuration=True)


def test_a_made_up_authorization_is_refused(source: Downstream) -> None:
    with pytest.raises(Refused, match="InvalidAuthorizationCookie"):
        source.call(
            "GetCookie",
            "<authCookies><AuthorizationCookie><PlugInId>DssTargeting</PlugInId>"
            "<CookieData>AAAA</CookieData></AuthorizationCookie></authCookies>"
            "<protocolVersion>1.20</protocolVersion>",
        )


def test_another_major_version_is_incompatible(source: Downstream) -> None:
    with pytest.raises(Refused, match="IncompatibleProtocolVersion"):
        source.call("GetCookie", "<authCookies/><protocolVersion>2.0</protocolVersion>")


@pytest.mark.parametrize(
    ("name", "guid", "parameter"),
    [("no spaces here", GUID, "accountName"), ("a.invalid", "none", "accountGuid")],
)
def test_a_badly_formed_identity_is_refused(
    source: Downstream, name: str, guid: str, parameter: str
) -> None:
    answer = source.post(
        f'<GetAuthorizationCookie xmlns="{AUTH}"><accountName>{name}</accountName>'
        f"<accountGuid>{guid}</accountGuid></GetAuthorizationCookie>",
        path="/DssAuthWebService/DssAuthWebService.asmx",
    )
    assert answer.status_code == 500
    assert f"<Message>{parameter}</Message>".encode() in answer.content


def test_an_unknown_operation_and_no_soap_at_all_are_refused(source: Downstream) -> None:
    with pytest.raises(Refused, match="InvalidParameters"):
        source.call("GetEverything")
    assert (
        source.http.post(
            source.lab.address + "/ServerSyncWebService/ServerSyncWebService.asmx", content=b"hello"
        ).status_code
        == 400
    )


def test_a_damaged_parameter_is_refused(source: Downstream) -> None:
    source.handshake()
    with pytest.raises(Refused, match="InvalidParameters"):
        source.call("GetRevisionIdList", "<filter><GetConfig>perhaps</GetConfig></filter>")


def test_the_language_list_with_an_anchor_has_only_new_languages() -> None:
    with running_upstream() as lab, connected(lab) as source:
        first = source.call("GetConfigData")
        shorts = [one.text for one in first.iter(f"{{{SYNC}}}ShortLanguage")]
        assert len(shorts) == 39 and "ca" not in shorts
        anchor = next(first.iter(f"{{{SYNC}}}NewConfigAnchor")).text
        again = source.call("GetConfigData", f"<configAnchor>{anchor}</configAnchor>")
        assert not list(again.iter(f"{{{SYNC}}}ShortLanguage"))
        lab.advance()
        later = source.call("GetConfigData", f"<configAnchor>{anchor}</configAnchor>")
        assert [one.text for one in later.iter(f"{{{SYNC}}}ShortLanguage")] == ["ca"]
