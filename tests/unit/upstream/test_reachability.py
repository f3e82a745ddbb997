"""What `headgate doctor` learns from trying one address."""

import datetime
from pathlib import Path

import pytest
from tests.fake_proxy import fake_proxy, refusal
from tests.origins import DAY, certify, server_context, serving

from headgate.upstream.proxy import ProxySettings
from headgate.upstream.reachability import Outcome, probe
from headgate.upstream.transport import TransportSettings, open_client


@pytest.mark.parametrize("path", ["/x", "/absent"])
def test_any_answer_below_500_means_the_way_is_open(path: str) -> None:
    with serving() as origin, open_client(TransportSettings()) as client:
        origin.files["/x"] = b"here"
        found = probe(client, origin.url(path))

    assert found.reached
    assert found.next_step == ""
    assert f"answers {found.status} after" in found.sentence
    assert found.clock_ahead is not None
    assert abs(found.clock_ahead) < datetime.timedelta(seconds=30)
    assert found.certificate_issuer is None


def test_certificate_is_reported(tmp_path: Path) -> None:
    authority = certify("Authority", authority=True)
    context = server_context(tmp_path, certify("x", issuer=authority, ends=20 * DAY))
    settings = TransportSettings(anchors={"127.0.0.1": authority.pem})
    with serving(context) as origin, open_client(settings) as client:
        found = probe(client, origin.url("/"))

    assert found.certificate_issuer == "Authority"
    assert found.certificate_ends is not None
    left = found.certificate_ends - datetime.datetime.now(datetime.UTC)
    assert 19 * DAY < left < 20 * DAY
    assert "certificate issued by Authority" in found.sentence


def test_foreign_certificate_is_named(tmp_path: Path) -> None:
    context = server_context(tmp_path, certify("Firewall"))
    with serving(context) as origin, open_client(TransportSettings()) as client:
        found = probe(client, origin.url("/"))

    assert found.outcome is Outcome.TLS
    assert found.certificate_issuer == "CN=Firewall,O=Test Works"
    assert found.next_step


def test_clock_that_is_wrong_is_measured() -> None:
    def slow(handler: object, seen: object) -> bool:
        handler.date_time_string = lambda: "Thu, 01 Jan 2026 00:00:00 GMT"  # type: ignore[attr-defined]
        return False

    with serving() as origin, open_client(TransportSettings()) as client:
        origin.misbehave = slow
        found = probe(client, origin.url("/"))

    assert found.clock_ahead is not None
    since = datetime.datetime.now(datetime.UTC) - datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    assert abs(found.clock_ahead - since) < datetime.timedelta(minutes=5)


def test_error_of_the_source_is_an_answer_too() -> None:
    with serving() as origin, open_client(TransportSettings()) as client:
        origin.misbehave = lambda handler, seen: handler.answer(500, b"") is None  # type: ignore[attr-defined]
        found = probe(client, origin.url("/"))

    assert found.outcome is Outcome.ANSWERED_WITH_ERROR
    assert found.status == 500


def test_proxy_that_refuses_is_told_from_the_source() -> None:
    with fake_proxy(lambda head: refusal("Basic")) as proxy:
        settings = ProxySettings(host="127.0.0.1", port=proxy.port, user="u", password="p")
        with open_client(TransportSettings(proxy=settings)) as client:
            found = probe(client, "https://source.test/")

    assert found.outcome is Outcome.PROXY
    assert "proxy.allow_basic" in found.next_step


def test_name_and_port_that_lead_nowhere() -> None:
    with serving() as origin:
        pass
    with open_client(TransportSettings()) as client:
        nowhere = probe(client, "http://no-such-source.invalid/")
        closed = probe(client, origin.url("/"))

    assert nowhere.outcome is Outcome.NAME_NOT_RESOLVED
    assert closed.outcome is Outcome.REFUSED
    assert nowhere.next_step
    assert closed.next_step
