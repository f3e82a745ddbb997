"""Who calls behind proxies, and who is led to HTTPS to sign in."""

import ipaddress

import pytest
from starlette.requests import HTTPConnection

from headgate.web.forwarded import Caller, where_to_sign_in

PROXY = "10.0.0.5"
TRUSTED = (ipaddress.ip_network("10.0.0.0/24"), ipaddress.ip_network("2001:db8::/64"))


def _caller(peer: str | None, *headers: tuple[str, str], scheme: str = "http") -> Caller:
    scope = {
        "type": "http",
        "scheme": scheme,
        "path": "/console/",
        "query_string": b"",
        "server": ("127.0.0.1", 8530),
        "client": (peer, 4711) if peer else None,
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    return Caller.of(HTTPConnection(scope), TRUSTED)


def _led(caller: Caller, path: str = "/console/", **rules: object) -> str | None:
    said = {"tls_port": 8531, "plain_http": "redirect", "server_name": "wsus.example.com"}
    return where_to_sign_in(caller, path, **(said | rules))  # type: ignore[arg-type]


def test_a_stranger_cannot_pretend_to_be_a_proxy() -> None:
    caller = _caller(
        "192.0.2.7",
        ("Host", "wsus:8530"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "evil.example"),
    )

    assert caller == Caller(address="192.0.2.7", scheme="http", host="wsus:8530", by_proxy=False)


def test_loopback_is_no_proxy_unless_it_is_listed() -> None:
    caller = _caller("127.0.0.1", ("X-Forwarded-For", "192.0.2.7"))

    assert (caller.address, caller.by_proxy, caller.is_here) == ("127.0.0.1", False, True)


def test_a_trusted_proxy_names_visitor_scheme_and_host() -> None:
    caller = _caller(
        PROXY,
        ("Host", "backend:8530"),
        ("X-Forwarded-For", "192.0.2.7"),
        ("X-Forwarded-Proto", "HTTPS"),
        ("X-Forwarded-Host", "updates.example.com"),
    )

    assert caller == Caller(
        address="192.0.2.7", scheme="https", host="updates.example.com", by_proxy=True
    )


@pytest.mark.parametrize(
    ("said", "address"),
    [
        (["127.0.0.1, 192.0.2.7"], "192.0.2.7"),  # the left one is the visitor's invention
        (["127.0.0.1, 192.0.2.7, 10.0.0.6"], "192.0.2.7"),  # two proxies
        (["127.0.0.1", "192.0.2.7"], "192.0.2.7"),  # two header lines are one list
        (["10.0.0.7, 10.0.0.6"], "10.0.0.7"),  # a visitor inside the proxies' network
        (["127.0.0.1, unknown"], PROXY),
        (["127.0.0.1, unknown, 10.0.0.6"], "10.0.0.6"),
        (["192.0.2.7:51000"], "192.0.2.7"),
        (["[2001:db8:1::9]:51000"], "2001:db8:1::9"),
        (["::ffff:192.0.2.7"], "192.0.2.7"),
        ([" , ,"], PROXY),
        ([], PROXY),
    ],
)
def test_the_visitor_is_the_first_stranger_from_the_right(said: list[str], address: str) -> None:
    assert _caller(PROXY, *(("X-Forwarded-For", one) for one in said)).address == address


@pytest.mark.parametrize(
    ("forwarded_for", "proto", "scheme"),
    [
        ("192.0.2.7", "https, http", "http"),  # the visitor wrote the left one
        ("192.0.2.7, 10.0.0.6", "https, http", "https"),  # the outer proxy has TLS
        ("192.0.2.7, 10.0.0.6", "https", "https"),  # the inner one passed it on
        ("192.0.2.7", "gopher", "http"),
        ("192.0.2.7", "", "http"),
    ],
)
def test_the_scheme_is_the_one_between_visitor_and_first_proxy(
    forwarded_for: str, proto: str, scheme: str
) -> None:
    caller = _caller(PROXY, ("X-Forwarded-For", forwarded_for), ("X-Forwarded-Proto", proto))

    assert caller.scheme == scheme


def test_a_connection_with_tls_needs_no_header() -> None:
    assert _caller("192.0.2.7", scheme="https").scheme == "https"


def test_a_proxy_reached_over_ipv6_in_ipv4_form_is_recognised() -> None:
    assert _caller(f"::ffff:{PROXY}").by_proxy


def test_a_connection_without_an_address_is_from_nowhere() -> None:
    caller = _caller(None)

    assert (caller.address, caller.is_here, caller.by_proxy) == ("", False, False)


@pytest.mark.parametrize(
    "host",
    ["", "wsus example", "wsus/x", "user@wsus", "wsus:8530:1", "wsus:port", "[::1", "a\\b", "ü"],
)
def test_a_malformed_host_is_no_host(host: str) -> None:
    assert _caller("192.0.2.7", ("Host", host)).host == ""


@pytest.mark.parametrize(
    ("host", "to"),
    [
        ("wsus:8530", "https://wsus:8531/console/"),
        ("WSUS.example.com", "https://WSUS.example.com:8531/console/"),
        ("[2001:db8::1]:8530", "https://[2001:db8::1]:8531/console/"),
        ("192.0.2.1:8530", "https://192.0.2.1:8531/console/"),
        ("evil.example/@x", "https://wsus.example.com:8531/console/"),
    ],
)
def test_a_visitor_on_plain_http_is_led_to_the_same_host_with_tls(host: str, to: str) -> None:
    assert _led(_caller("192.0.2.7", ("Host", host))) == to


def test_the_same_page_is_reached_and_no_other_host() -> None:
    caller = _caller("192.0.2.7", ("Host", "wsus"))

    assert _led(caller, "/console/updates?kb=1&q=a b") == (
        "https://wsus:8531/console/updates?kb=1&q=a%20b"
    )
    assert _led(caller, "//evil.example/x") == "https://wsus:8531/evil.example/x"
    assert _led(caller, "/x\r\nSet-Cookie: a=b") == "https://wsus:8531/x%0D%0ASet-Cookie:%20a=b"


def test_the_usual_port_of_https_is_not_written() -> None:
    assert _led(_caller("192.0.2.7", ("Host", "wsus")), tls_port=443) == "https://wsus/console/"


def test_an_ipv6_address_stands_in_with_brackets() -> None:
    caller = _caller("192.0.2.7")

    assert _led(caller, server_name="2001:db8::1") == "https://[2001:db8::1]:8531/console/"


@pytest.mark.parametrize("here", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_a_visitor_on_this_machine_may_stay(here: str) -> None:
    assert _led(_caller(here, ("Host", "localhost:8530"))) is None


def test_who_uses_tls_already_stays() -> None:
    assert _led(_caller("192.0.2.7", ("Host", "wsus"), scheme="https")) is None


def test_behind_a_proxy_that_ends_tls_there_is_no_loop() -> None:
    behind = (("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-Proto", "https"))

    assert _led(_caller(PROXY, ("Host", "backend"), *behind)) is None


def test_a_proxy_without_tls_does_not_make_passwords_safe() -> None:
    behind = (("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-Proto", "http"))

    assert _led(_caller(PROXY, ("Host", "wsus"), *behind)) == "https://wsus:8531/console/"


@pytest.mark.parametrize("rule", [{"plain_http": "allow"}, {"tls_port": None}])
def test_where_plain_http_is_allowed_or_all_there_is_nobody_is_led(
    rule: dict[str, object],
) -> None:
    assert _led(_caller("192.0.2.7", ("Host", "wsus")), **rule) is None
