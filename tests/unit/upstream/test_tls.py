"""Whom we trust, for which host, and what is said when we do not."""

import datetime
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.origins import DAY, Certified, Origin, certify, server_context, serving

from headgate.errors import SettingsError
from headgate.upstream.failures import (
    CertificateExpired,
    ConnectionRefused,
    NameNotResolved,
    SourceTimeout,
    TlsError,
    UntrustedCertificate,
    WrongCertificateName,
)
from headgate.upstream.transport import TransportSettings, open_client


@pytest.fixture(scope="module")
def authority() -> Certified:
    return certify("Corporate Authority", authority=True)


@contextmanager
def _https(folder: Path, *chain: Certified) -> Iterator[Origin]:
    with serving(server_context(folder, *chain)) as origin:
        origin.files["/x"] = b"here"
        yield origin


def test_own_authority_is_trusted_for_every_host(tmp_path: Path, authority: Certified) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(authority.pem)
    settings = TransportSettings(ca_file=ca_file)
    with (
        _https(tmp_path, certify("x", issuer=authority)) as origin,
        open_client(settings) as client,
    ):
        assert client.get(origin.url("/x")).text == "here"
        assert client.get(f"https://localhost:{origin.port}/x").text == "here"


def test_anchor_is_trusted_for_its_host_alone(tmp_path: Path, authority: Certified) -> None:
    settings = TransportSettings(anchors={"localhost": authority.pem})
    with (
        _https(tmp_path, certify("x", issuer=authority)) as origin,
        open_client(settings) as client,
    ):
        assert client.get(f"https://localhost:{origin.port}/x").text == "here"
        with pytest.raises(UntrustedCertificate):
            client.get(origin.url("/x"))


def test_unknown_authority_is_answered_with_its_name(tmp_path: Path, authority: Certified) -> None:
    leaf = certify("x", issuer=authority)
    with (
        _https(tmp_path, leaf) as origin,
        open_client(TransportSettings()) as client,
        pytest.raises(UntrustedCertificate) as caught,
    ):
        client.get(origin.url("/x"))

    assert caught.value.issuer == "CN=Corporate Authority,O=Test Works"
    assert "'CN=Corporate Authority,O=Test Works'" in str(caught.value)
    assert "exempt 127.0.0.1" in caught.value.next_step
    assert "source.ca_file" in caught.value.next_step
    assert origin.requests == [], "looking at a certificate sends no request"


def test_wrong_name_is_answered_with_the_right_ones(tmp_path: Path, authority: Certified) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(authority.pem)
    leaf = certify("x", issuer=authority, hosts=["wsus.test", "10.0.0.1"])
    with (
        _https(tmp_path, leaf) as origin,
        open_client(TransportSettings(ca_file=ca_file)) as client,
        pytest.raises(WrongCertificateName, match=r"it is for wsus\.test, 10\.0\.0\.1") as caught,
    ):
        client.get(origin.url("/x"))

    assert caught.value.names == ("wsus.test", "10.0.0.1")


def test_expired_certificate_is_answered_with_its_end(tmp_path: Path, authority: Certified) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(authority.pem)
    leaf = certify("x", issuer=authority, ends=-2 * DAY)
    with (
        _https(tmp_path, leaf) as origin,
        open_client(TransportSettings(ca_file=ca_file)) as client,
        pytest.raises(CertificateExpired, match="has expired") as caught,
    ):
        client.get(origin.url("/x"))

    assert caught.value.until is not None
    age = datetime.datetime.now(datetime.UTC) - caught.value.until
    assert DAY < age < 3 * DAY
    assert "clock" in caught.value.next_step


def test_plain_http_behind_an_https_address_is_told_apart() -> None:
    with (
        serving() as origin,
        open_client(TransportSettings()) as client,
        pytest.raises(TlsError, match="does not agree on TLS") as caught,
    ):
        client.get(f"https://127.0.0.1:{origin.port}/")

    assert "source.tls" in caught.value.next_step


def test_unreadable_ca_file_is_a_setting_to_correct(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    for file in (empty, tmp_path / "absent.pem"):
        with pytest.raises(SettingsError, match=r"cannot be read") as caught:
            open_client(TransportSettings(ca_file=file))
        assert "source.ca_file" in caught.value.next_step


def test_name_that_does_not_resolve() -> None:
    with (
        open_client(TransportSettings()) as client,
        pytest.raises(NameNotResolved, match=r"name of no-such-source\.invalid:443"),
    ):
        client.get("https://no-such-source.invalid/")


def test_nobody_listening() -> None:
    with serving() as origin:
        pass
    with (
        open_client(TransportSettings()) as client,
        pytest.raises(ConnectionRefused, match=rf"127\.0\.0\.1:{origin.port}: Connection refused"),
    ):
        client.get(origin.url("/"))


def test_silence_ends_in_a_timeout() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        open_client(TransportSettings(read_timeout=0.1)) as client,
        pytest.raises(SourceTimeout, match="did not answer within the time allowed"),
    ):
        client.get(f"http://127.0.0.1:{silent.getsockname()[1]}/")
