"""Reading ``Proxy-Authenticate``, in the shapes proxies really send."""

from headgate.upstream.proxy import Challenge, ProxySettings, read_challenges


def _read(*lines: bytes) -> list[Challenge]:
    return read_challenges([(b"Proxy-Authenticate", line) for line in lines])


def test_one_challenge_per_header() -> None:
    found = _read(b"Negotiate", b"NTLM", b'Basic realm="squid"')

    assert [challenge.scheme for challenge in found] == ["negotiate", "ntlm", "basic"]
    assert found[2].parameters == {"realm": "squid"}


def test_several_challenges_in_one_header() -> None:
    found = _read(b'NTLM, Digest realm="a, b", nonce="x=y", qop="auth,auth-int", Basic realm=c')

    assert found == [
        Challenge(scheme="ntlm"),
        Challenge(
            scheme="digest",
            parameters={"realm": "a, b", "nonce": "x=y", "qop": "auth,auth-int"},
        ),
        Challenge(scheme="basic", parameters={"realm": "c"}),
    ]


def test_tokens_keep_their_padding() -> None:
    assert _read(b"NTLM TlRMTVNTUAA==") == [Challenge(scheme="ntlm", token="TlRMTVNTUAA==")]


def test_escaped_quotes_are_unescaped() -> None:
    assert _read(rb'Basic realm="say \"hi\" \\o/"')[0].parameters["realm"] == r'say "hi" \o/'


def test_nonsense_is_left_out() -> None:
    assert _read(b"", b" , ,", b'="', b'realm="orphan"') == []


def test_other_headers_are_not_looked_at() -> None:
    assert read_challenges([(b"WWW-Authenticate", b"Basic")]) == []


def test_password_is_absent_from_repr() -> None:
    assert "hunter2" not in repr(ProxySettings(host="p", user="u", password="hunter2"))


def test_account_carries_the_domain() -> None:
    assert ProxySettings(host="p", user="u", domain="D").account == "D\\u"
    assert ProxySettings(host="p", user="u").account == "u"
