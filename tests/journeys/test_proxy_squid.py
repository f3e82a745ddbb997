"""Through real squids: each way to ask who we are, http and CONNECT; right, wrong, no password."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from tests.origins import Origin, certify, server_context, serving
from tests.squid import (
    ACCOUNT,
    DOMAIN,
    LOCAL_PASSWORD,
    LOCAL_USER,
    PASSWORD,
    USER,
    Squid,
    Squids,
    squids,
)

from headgate.upstream.failures import (
    BasicNotAllowed,
    ProxyAuthenticationError,
    ProxyCannotReach,
    ProxyCredentialsMissing,
    ProxyRefused,
    UntrustedCertificate,
)
from headgate.upstream.proxy import ProxySettings
from headgate.upstream.transport import TransportSettings, open_client

FILE = bytes(range(256)) * 1024
KINDS = ("basic", "digest", "ntlm", "ntlm, closing", "negotiate", "all")
#: What ``Proxy-Authorization`` begins with where a kind of squid lets us through.
SPOKEN = {
    "basic": "Basic",
    "digest": "Digest",
    "ntlm": "NTLM",
    "ntlm, closing": "NTLM",
    "negotiate": "Negotiate",
    "all": "Negotiate",
}


@dataclass
class Bed:
    """Squids in front of an http and an https origin."""

    squids: Squids
    http: Origin
    https: Origin
    ca_file: Path

    def client(
        self, squid: Squid, password: str | None, *, domain: str | None, allow_basic: bool = False
    ) -> httpx2.Client:
        proxy = ProxySettings(
            host="127.0.0.1",
            port=squid.port,
            user=USER if password is not None else None,
            domain=domain,
            password=password,
            allow_basic=allow_basic,
        )
        settings = TransportSettings(
            proxy=proxy, ca_file=self.ca_file, connect_timeout=10, read_timeout=20
        )
        return open_client(settings)


@pytest.fixture(scope="session")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    folder = tmp_path_factory.mktemp("origins")
    authority = certify("Authority", authority=True)
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(authority.pem)
    context = server_context(folder, certify("localhost", issuer=authority))
    with ExitStack() as stack:
        http = stack.enter_context(serving())
        https = stack.enter_context(serving(context))
        http.files["/f"] = https.files["/f"] = FILE
        yield Bed(stack.enter_context(squids()), http, https, ca_file)


@pytest.fixture(params=["http", "https"])
def origin(bed: Bed, request: pytest.FixtureRequest) -> Origin:
    chosen: Origin = getattr(bed, request.param)
    return chosen


def _domain_for(kind: str) -> str | None:
    """Digest accounts of squid have no domain: squid 5 loses the backslash."""
    return None if kind == "digest" else DOMAIN


@pytest.mark.parametrize("kind", KINDS)
def test_right_password_passes_and_goes_on_passing(bed: Bed, origin: Origin, kind: str) -> None:
    squid = bed.squids[kind]
    seen = len(squid.lines())
    allow = kind == "basic"
    with bed.client(squid, PASSWORD, domain=_domain_for(kind), allow_basic=allow) as client:
        for _ in range(3):
            ranged = client.get(origin.url("/f"), headers={"Range": "bytes=1000-"})
            posted = client.post(origin.url("/service"), content=b"<soap/>" * 500)

            assert (ranged.status_code, ranged.content) == (206, FILE[1000:])
            assert posted.text == "received 3500"

    lines = squid.since(seen, SPOKEN[kind])
    spoken = {line.split()[3].partition("%20")[0] for line in lines} - {"-"}
    assert spoken == {SPOKEN[kind]}


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_password_ends_in_one_clear_error(bed: Bed, origin: Origin, kind: str) -> None:
    squid, before = bed.squids[kind], len(origin.requests)
    with (
        bed.client(squid, "wrong", domain=_domain_for(kind), allow_basic=True) as client,
        pytest.raises(ProxyAuthenticationError) as caught,
    ):
        client.get(origin.url("/f"))

    assert f"The proxy server 127.0.0.1:{squid.port} refused the user name" in str(caught.value)
    assert SPOKEN[kind] in caught.value.offered
    assert "settings show proxy" in caught.value.next_step
    assert "headgate doctor" in caught.value.next_step
    assert "wrong" not in caught.value.sentence()
    assert len(origin.requests) == before


@pytest.mark.parametrize("kind", KINDS)
def test_no_password_says_that_one_is_needed(bed: Bed, origin: Origin, kind: str) -> None:
    before = len(origin.requests)
    with (
        bed.client(bed.squids[kind], None, domain=None) as client,
        pytest.raises(ProxyCredentialsMissing, match="and they are not set"),
    ):
        client.get(origin.url("/f"))

    assert len(origin.requests) == before


def test_basic_not_allowed_is_never_sent(bed: Bed, origin: Origin) -> None:
    squid = bed.squids["basic"]
    seen = len(squid.lines())
    with (
        bed.client(squid, PASSWORD, domain=DOMAIN) as client,
        pytest.raises(BasicNotAllowed, match=r"proxy\.allow_basic"),
    ):
        client.get(origin.url("/f"))

    lines = squid.since(seen, "407")
    assert [line.split()[2:] for line in lines] == [["407", "-"]]


def test_basic_not_allowed_is_not_the_last_resort_either(bed: Bed, origin: Origin) -> None:
    """Everything is offered, the password is wrong: three schemes are tried, Basic is not."""
    squid = bed.squids["all"]
    seen = len(squid.lines())
    with (
        bed.client(squid, "wrong", domain=DOMAIN) as client,
        pytest.raises(ProxyAuthenticationError, match="Basic was not tried"),
    ):
        client.get(origin.url("/f"))

    said = [line.split()[3] for line in squid.since(seen, "Digest")]
    assert {text.partition("%20")[0] for text in said} == {"-", "Negotiate", "NTLM", "Digest"}


def test_scheme_that_fails_gives_way_to_the_next(bed: Bed, origin: Origin) -> None:
    """An account the domain does not know, and the proxy's own password file does."""
    squid = bed.squids["all"]
    seen = len(squid.lines())
    proxy = ProxySettings(
        host="127.0.0.1",
        port=squid.port,
        user=LOCAL_USER,
        password=LOCAL_PASSWORD,
        allow_basic=True,
    )
    settings = TransportSettings(proxy=proxy, ca_file=bed.ca_file)
    with open_client(settings) as client:
        assert client.get(origin.url("/f")).content == FILE
        assert client.get(origin.url("/f")).content == FILE

    lines = squid.since(seen, "Basic")
    said = [line.split()[3].partition("%20")[0] for line in lines]
    assert set(said) == {"-", "Negotiate", "NTLM", "Digest", "Basic"}
    assert said.count("NTLM") == 2, "refused once, and not tried again"


@pytest.mark.parametrize("kind", KINDS)
def test_eight_requests_at_once(bed: Bed, origin: Origin, kind: str) -> None:
    allow = kind == "basic"
    with (
        bed.client(
            bed.squids[kind], PASSWORD, domain=_domain_for(kind), allow_basic=allow
        ) as client,
        ThreadPoolExecutor(8) as threads,
    ):
        urls = [origin.url("/f")] * 24
        answers = list(threads.map(lambda url: client.get(url).content, urls))

    assert answers == [FILE] * 24


def test_domain_and_user_are_what_basic_sends(bed: Bed) -> None:
    """squid's password file knows the account with its domain; without it the name differs."""
    assert ACCOUNT == "CORP\\alice"
    squid = bed.squids["basic"]
    with (
        bed.client(squid, PASSWORD, domain="OTHER", allow_basic=True) as client,
        pytest.raises(ProxyAuthenticationError),
    ):
        client.get(bed.http.url("/f"))


def test_tunnel_the_proxy_forbids_is_a_clear_error(bed: Bed) -> None:
    with (
        bed.client(bed.squids["ntlm"], PASSWORD, domain=DOMAIN) as client,
        pytest.raises(ProxyRefused, match=r"refuses a connection to 127\.0\.0\.1:9") as caught,
    ):
        client.get("https://127.0.0.1:9/")

    assert caught.value.status == 403


def test_foreign_certificate_behind_the_proxy_is_named(bed: Bed) -> None:
    proxy = ProxySettings(
        host="127.0.0.1",
        port=bed.squids["ntlm"].port,
        user=USER,
        domain=DOMAIN,
        password=PASSWORD,
    )
    before = len(bed.https.requests)
    with (
        open_client(TransportSettings(proxy=proxy)) as client,
        pytest.raises(UntrustedCertificate) as caught,
    ):
        client.get(bed.https.url("/f"))

    assert caught.value.issuer == "CN=Authority,O=Test Works"
    assert len(bed.https.requests) == before


def test_source_the_proxy_cannot_reach_is_a_clear_error(bed: Bed) -> None:
    with serving() as gone:
        pass
    with (
        bed.client(bed.squids["ntlm"], PASSWORD, domain=DOMAIN) as client,
        pytest.raises(ProxyCannotReach, match=f"cannot reach 127.0.0.1:{gone.port}"),
    ):
        client.get(f"https://127.0.0.1:{gone.port}/")
