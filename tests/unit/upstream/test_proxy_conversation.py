"""What goes over the wire to a proxy that misbehaves, byte by byte."""

import base64
import logging
from itertools import chain, repeat

import httpx2
import pytest
from tests.fake_proxy import FINE, FakeProxy, Script, fake_proxy, refusal

from headgate.errors import SourceError
from headgate.upstream.failures import (
    BasicNotAllowed,
    ConnectionCut,
    ConnectionRefused,
    NameNotResolved,
    NotHttp,
    ProxyAuthenticationError,
    ProxyCannotReach,
    ProxyCredentialsMissing,
    ProxyRefused,
)
from headgate.upstream.proxy import ProxySettings
from headgate.upstream.transport import USER_AGENT, TransportSettings, open_client

PASSWORD = "hunter2-hunter2"
URLS = ["http://source.test/a", "https://source.test/a"]
NTLM_CHALLENGE = base64.b64encode(b"NTLMSSP\x00\x02\x00\x00\x00" + bytes(44)).decode()


def _client(
    proxy: FakeProxy, *, allow_basic: bool = False, user: str | None = "u"
) -> httpx2.Client:
    settings = ProxySettings(
        host="127.0.0.1",
        port=proxy.port,
        user=user,
        domain="D" if user else None,
        password=PASSWORD if user else None,
        allow_basic=allow_basic,
    )
    return open_client(TransportSettings(proxy=settings, connect_timeout=5, read_timeout=10))


def _always(answer: bytes) -> Script:
    return lambda head: answer


def _in_turn(*answers: bytes) -> Script:
    """Say each answer once, then the last for ever."""
    left = chain(answers, repeat(answers[-1]))
    return lambda head: next(left)


def _no_basic_in(proxy: FakeProxy) -> None:
    assert b"basic" not in proxy.everything.lower()
    for account in ("u", "D\\u"):
        secret = f"{account}:{PASSWORD}".encode()
        for skipped in range(3):  # base64 of the pair at any alignment
            assert base64.b64encode(secret[skipped:])[:-4] not in proxy.everything
    assert PASSWORD.encode() not in proxy.everything


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize(
    "offers",
    [
        ['Basic realm="x"'],
        ['BASIC realm="x"', "Bearer"],
        ["NTLM", 'Basic realm="x"'],
        ["Negotiate", "NTLM", 'Digest realm="x", nonce="n", qop="auth"', 'Basic realm="x"'],
        ['NTLM, Basic realm="x", Negotiate'],
    ],
    ids=["alone", "beside nonsense", "beside NTLM", "all", "in one line"],
)
def test_basic_is_never_sent_unless_allowed(url: str, offers: list[str]) -> None:
    with fake_proxy(_always(refusal(*offers))) as proxy, _client(proxy) as client:
        for _ in range(3):
            with pytest.raises(ProxyAuthenticationError):
                client.get(url)

    _no_basic_in(proxy)


@pytest.mark.parametrize("url", URLS)
def test_proxy_offering_only_basic_names_the_setting(url: str) -> None:
    script = _always(refusal('Basic realm="x"'))
    with (
        fake_proxy(script) as proxy,
        _client(proxy) as client,
        pytest.raises(BasicNotAllowed) as caught,
    ):
        client.get(url)

    assert f"127.0.0.1:{proxy.port}" in str(caught.value)
    assert "proxy.allow_basic" in caught.value.sentence()
    assert len(proxy.heads) == 1


def test_basic_allowed_sends_domain_and_user() -> None:
    script = _in_turn(refusal('Basic realm="x"'), FINE)
    with fake_proxy(script) as proxy, _client(proxy, allow_basic=True) as client:
        assert client.get(URLS[0]).text == "ok"
        assert client.get("http://other.test/b").text == "ok"

    header = b"Basic " + base64.b64encode(f"D\\u:{PASSWORD}".encode())
    assert [header in head for head in proxy.heads] == [False, True, True]
    assert proxy.connections == 1
    assert proxy.heads[0].startswith(b"GET http://source.test/a HTTP/1.1\r\n")
    assert f"User-Agent: {USER_AGENT}".encode() in proxy.heads[0]
    assert b"accept-encoding" not in proxy.heads[0].lower()


def test_no_credentials_set_says_so() -> None:
    script = _always(refusal("NTLM", 'Basic realm="x"'))
    with (
        fake_proxy(script) as proxy,
        _client(proxy, user=None) as client,
        pytest.raises(ProxyCredentialsMissing) as caught,
    ):
        client.get(URLS[0])

    assert caught.value.offered == ("NTLM", "Basic")
    assert len(proxy.heads) == 1


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize(
    "answer",
    [
        refusal(f"NTLM {NTLM_CHALLENGE}"),
        refusal("NTLM not-base64-at-all"),
        refusal("Negotiate " + base64.b64encode(b"garbage").decode()),
        refusal('Digest realm="x", nonce="n", qop="auth", stale=true'),
        refusal('Digest realm="x", nonce="n"', close=True),
        refusal(),
        refusal("Bearer", "Kerberos"),
        refusal("Negotiate", f"NTLM {NTLM_CHALLENGE}", 'Digest realm="x"', 'Basic realm="x"'),
    ],
)
def test_endless_407_ends_in_one_error(url: str, answer: bytes) -> None:
    with (
        fake_proxy(_always(answer)) as proxy,
        _client(proxy, allow_basic=True) as client,
        pytest.raises(ProxyAuthenticationError) as caught,
    ):
        client.get(url)

    assert len(proxy.heads) <= 14
    assert "headgate doctor" in caught.value.next_step
    assert PASSWORD not in repr(caught.value) + caught.value.sentence()


def test_refused_password_is_not_sent_again_by_this_client() -> None:
    """Every further try would count towards a lockout of the account."""
    script = _always(refusal('Digest realm="x", nonce="n", qop="auth"'))
    with fake_proxy(script) as proxy, _client(proxy) as client:
        for url in URLS * 2:
            with pytest.raises(ProxyAuthenticationError, match="refused the user name"):
                client.get(url)

    assert sum(b"Digest" in head for head in proxy.heads) == 1


def test_handshake_message_travels_without_the_body() -> None:
    """NTLM's first message can only be answered with a challenge."""
    script = _in_turn(refusal("NTLM"), refusal(f"NTLM {NTLM_CHALLENGE}"), FINE)
    with fake_proxy(script) as proxy, _client(proxy) as client:
        client.post(URLS[0], content=b"<soap/>")

    assert proxy.bodies == [b"<soap/>", b"", b"<soap/>"]


def test_body_follows_when_the_proxy_lets_the_first_message_pass() -> None:
    """A proxy that no longer asks must not make us post nothing."""
    ntlm = (
        refusal("NTLM"),
        refusal(f"NTLM {NTLM_CHALLENGE}"),
        FINE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
    )
    with fake_proxy(_in_turn(*ntlm, FINE)) as proxy, _client(proxy) as client:
        client.post(URLS[0], content=b"first")
        answer = client.post(URLS[0], content=b"second")

    assert answer.text == "ok"
    assert proxy.bodies == [b"first", b"", b"first", b"", b"second"]
    assert b"Proxy-Authorization" not in proxy.heads[-1]


def test_password_reaches_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    script = _in_turn(refusal('Basic realm="x"'), FINE)
    with fake_proxy(script) as proxy, _client(proxy, allow_basic=True) as client:
        client.get(URLS[0])

    assert PASSWORD not in caplog.text
    assert base64.b64encode(f"D\\u:{PASSWORD}".encode()).decode() not in caplog.text


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", ProxyRefused),
        (b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", ProxyCannotReach),
        (b"HTTP/1.1 200 OK\r\nCut: here", ConnectionCut),
        (b"220 mail.test ESMTP\r\n\r\n", NotHttp),
        (None, ConnectionCut),
    ],
)
def test_connect_that_fails_says_why(answer: bytes | None, expected: type[SourceError]) -> None:
    with (
        fake_proxy(lambda head: answer) as proxy,
        _client(proxy) as client,
        pytest.raises(expected) as caught,
    ):
        client.get(URLS[1])

    assert f"127.0.0.1:{proxy.port}" in str(caught.value)
    assert caught.value.next_step


def test_truncated_407_is_still_answered() -> None:
    """The body of a refusal is of no interest; the next try takes a new connection."""
    cut = refusal('Basic realm="x"').replace(b"Length: 4", b"Length: 99\r\nCut: here")
    with fake_proxy(_in_turn(cut, FINE)) as proxy, _client(proxy, allow_basic=True) as client:
        assert client.get(URLS[0]).text == "ok"

    assert proxy.connections == 2


def test_truncated_answer_is_a_cut_connection() -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nCut: here\r\n\r\nhal"
    with (
        fake_proxy(_always(cut)) as proxy,
        _client(proxy) as client,
        pytest.raises(ConnectionCut, match=r"source\.test:80"),
    ):
        client.get(URLS[0])


@pytest.mark.parametrize("url", URLS)
def test_proxy_that_is_not_there_is_named(url: str) -> None:
    with fake_proxy(_always(FINE)) as proxy:
        pass
    with (
        _client(proxy) as client,
        pytest.raises(ConnectionRefused, match=r"the proxy server 127\.0\.0\.1"),
    ):
        client.get(url)


def test_proxy_whose_name_does_not_resolve_is_named() -> None:
    proxy = ProxySettings(host="no-such-proxy.invalid", port=3128)
    with (
        open_client(TransportSettings(proxy=proxy)) as client,
        pytest.raises(NameNotResolved, match=r"proxy server no-such-proxy\.invalid:3128"),
    ):
        client.get(URLS[0])


def test_environment_proxies_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_proxy(_always(FINE)) as proxy, fake_proxy(_always(FINE)) as origin:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        with open_client(TransportSettings()) as client:
            client.get(f"http://127.0.0.1:{origin.port}/x")

    assert proxy.heads == []
    assert origin.heads[0].startswith(b"GET /x HTTP/1.1")
