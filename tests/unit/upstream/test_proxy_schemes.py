"""Digest against the examples of RFC 7616 and RFC 2617; when each scheme has come to its end."""

import hashlib
import re

import pytest

from headgate.upstream.proxy import Challenge, ProxySettings
from headgate.upstream.proxy_schemes import Basic, Digest, digest_header

MUFASA = ProxySettings(host="p", user="Mufasa", password="Circle of Life")
RFC_7616 = {
    "realm": "http-auth@example.org",
    "qop": "auth, auth-int",
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "opaque": "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
}
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def _fields(header: str) -> dict[str, str]:
    found = re.findall(r'(\w+)=(?:"((?:\\.|[^"\\])*)"|([^,\s]+))', header)
    return {name: quoted or plain for name, quoted, plain in found}


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_agrees_with_rfc_7616(algorithm: str, response: str) -> None:
    challenge = Challenge(scheme="digest", parameters={**RFC_7616, "algorithm": algorithm})

    header = digest_header(challenge, MUFASA, "GET", "/dir/index.html", count=1, cnonce=CNONCE)

    assert _fields(header) == {
        "username": "Mufasa",
        "realm": RFC_7616["realm"],
        "nonce": RFC_7616["nonce"],
        "uri": "/dir/index.html",
        "response": response,
        "algorithm": algorithm,
        "opaque": RFC_7616["opaque"],
        "qop": "auth",
        "nc": "00000001",
        "cnonce": CNONCE,
    }


def test_digest_without_qop_is_the_old_one() -> None:
    """RFC 2069, with the response its errata gives for the example."""
    challenge = Challenge(
        scheme="digest",
        parameters={
            "realm": "testrealm@host.com",
            "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        },
    )
    mufasa = ProxySettings(host="p", user="Mufasa", password="CircleOfLife")

    header = digest_header(challenge, mufasa, "GET", "/dir/index.html", count=1, cnonce="-")

    assert _fields(header)["response"] == "1949323746fe6a43ef61f9606e7febea"
    assert "cnonce" not in header
    assert "algorithm" not in header


def test_session_variant_hashes_the_nonces_into_the_secret() -> None:
    challenge = Challenge(scheme="digest", parameters={**RFC_7616, "algorithm": "MD5-sess"})

    header = digest_header(challenge, MUFASA, "GET", "/", count=2, cnonce="abc")

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    nonce = RFC_7616["nonce"]
    secret = md5(md5("Mufasa:http-auth@example.org:Circle of Life") + f":{nonce}:abc")
    assert _fields(header)["response"] == md5(f"{secret}:{nonce}:00000002:abc:auth:{md5('GET:/')}")


def test_backslash_of_the_domain_is_escaped_on_the_wire_and_hashed_plain() -> None:
    proxy = ProxySettings(host="p", user="u", domain="D", password="p")
    challenge = Challenge(scheme="digest", parameters={"realm": 'a"b', "nonce": "n"})

    header = digest_header(challenge, proxy, "GET", "/", count=1, cnonce="c")

    assert r'username="D\\u"' in header
    assert r'realm="a\"b"' in header


def test_names_beyond_ascii_are_hashed_and_sent_as_their_bytes() -> None:
    """A realm goes back as it came, whatever it is written in; our own words are UTF-8."""
    proxy = ProxySettings(host="p", user="jürgen", password="geheim€")
    realm = "Büro".encode()
    challenge = Challenge(
        scheme="digest", parameters={"realm": realm.decode("latin-1"), "nonce": "n"}
    )

    header = digest_header(challenge, proxy, "GET", "/", count=1, cnonce="c").encode("latin-1")

    assert b'username="' + "jürgen".encode() + b'"' in header
    assert b'realm="' + realm + b'"' in header
    secret = hashlib.md5(b":".join(("jürgen".encode(), realm, "geheim€".encode()))).hexdigest()
    request = hashlib.md5(b"GET:/").hexdigest()
    response = hashlib.md5(f"{secret}:n:{request}".encode()).hexdigest()
    assert f'response="{response}"'.encode() in header


def test_strongest_digest_is_answered() -> None:
    offers = [
        Challenge(scheme="digest", parameters={**RFC_7616, "algorithm": name})
        for name in ("MD5", "SHA-512-256", "SHA-256")
    ]

    answer = Digest(MUFASA).answer(offers, "GET", "/")

    assert answer is not None
    assert "algorithm=SHA-256" in answer.header


@pytest.mark.parametrize("unknown", [{"algorithm": "SHA-512-256"}, {"qop": "auth-int"}])
def test_digest_we_do_not_speak_is_not_answered(unknown: dict[str, str]) -> None:
    challenge = Challenge(scheme="digest", parameters={**RFC_7616, **unknown})

    assert Digest(MUFASA).answer([challenge], "GET", "/") is None


def test_stale_nonce_is_replaced_and_fresh_nonce_refused_is_the_end() -> None:
    digest = Digest(MUFASA)
    fresh = Challenge(scheme="digest", parameters=RFC_7616)
    stale = Challenge(scheme="digest", parameters={**RFC_7616, "nonce": "new", "stale": "TRUE"})

    assert digest.answer([fresh], "GET", "/") is not None
    renewed = digest.answer([stale], "GET", "/")
    assert renewed is not None
    assert _fields(renewed.header)["nonce"] == "new"
    assert _fields(renewed.header)["nc"] == "00000001"
    assert digest.answer([fresh], "GET", "/") is None


def test_worn_out_nonce_is_replaced_without_the_word_stale() -> None:
    digest = Digest(MUFASA)
    challenge = Challenge(scheme="digest", parameters=RFC_7616)
    digest.answer([challenge], "GET", "/")
    again = digest.again("GET", "/")

    assert again is not None
    assert _fields(again.header)["nc"] == "00000002"
    assert digest.answer([challenge], "GET", "/") is not None


def test_basic_gives_its_answer_once() -> None:
    basic = Basic(ProxySettings(host="p", user="u", domain="D", password="p:ü"))

    first = basic.answer([], "GET", "/")

    assert first is not None
    assert first.header == "Basic RFx1OnA6w7w="  # D\u:p:ü in UTF-8
    assert basic.answer([], "GET", "/") is None
