"""HTTPS as an administrator meets it: a new server, a real TLS client, months later."""

import http.client
import json
import os
import pty
import re
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.commands import WITHIN, HeadgateCommand, Running, SameProcess, fetched, until
from tests.databases import lay_schema
from tests.origins import certify

NAME = "updates.corp.example"


@dataclass(frozen=True)
class Served:
    """A server under way, with both its doors."""

    running: Running
    said: str
    http: str
    tls_port: int


@contextmanager
def _served(headgate: HeadgateCommand) -> Iterator[Served]:
    with headgate.running(
        "serve", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0"
    ) as server:
        said = server.wait_until_it_says("The console is at")
        http = re.search(r"http://127\S+:\d+", said)
        tls = re.search(r"https://127\.0\.0\.1:(\d+)", said)
        assert http is not None
        assert tls is not None
        until(lambda: fetched(f"{http[0]}/health/live")[0] == 200)
        yield Served(running=server, said=said, http=http[0], tls_port=int(tls[1]))


@pytest.fixture
def headgate(tmp_path: Path) -> HeadgateCommand:
    return SameProcess(lay_schema(tmp_path / "data"), HEADGATE_SERVER_NAMES=NAME)


def _shown(port: int, context: ssl.SSLContext, name: str = NAME) -> x509.Certificate:
    """Return the certificate a client is shown that insists on ``name``; raises SSLError."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        found = secure.getpeercert(binary_form=True)
    assert found is not None
    return x509.load_der_x509_certificate(found)


def _trusting_everybody() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _downloaded_ca(served: Served) -> bytes:
    url = f"{served.http}/console/certificate/headgate-ca.crt"
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
        return bytes(answer.read())


def test_a_computer_that_trusts_the_downloaded_ca_accepts_the_server(
    headgate: HeadgateCommand,
) -> None:
    with _served(headgate) as served:
        ca = _downloaded_ca(served)
        trusting = ssl.create_default_context(cadata=ca)
        trusting.verify_flags |= ssl.VERIFY_X509_STRICT

        for name in (NAME, "localhost", "127.0.0.1"):
            _shown(served.tls_port, trusting, name)

        with pytest.raises(ssl.SSLCertVerificationError):
            _shown(served.tls_port, trusting, "other.example")
        with pytest.raises(ssl.SSLCertVerificationError):
            _shown(served.tls_port, ssl.create_default_context())


def test_terminal_page_and_download_tell_the_same_fingerprint(headgate: HeadgateCommand) -> None:
    with _served(headgate) as served:
        served.running.wait_until_it_says("SHA-256")
        told = re.search(r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}", served.running.wait_until_it_says(":"))
        ca = x509.load_der_x509_certificate(_downloaded_ca(served))
        page = fetched(f"{served.http}/console/certificate")[1]
        sign_in = fetched(f"{served.http}/console/sign-in")[1]
        opened = headgate("open", "--json").json

    fingerprint = ca.fingerprint(SHA256()).hex(":").upper()
    assert told is not None
    assert told[0] == opened["ca_sha256"] == fingerprint
    assert fingerprint in page
    assert fingerprint in sign_in
    assert "Trusted Root Certification Authorities" in page


def test_windows_from_before_gcm_with_rsa_finds_a_cipher_and_older_tls_is_refused(
    headgate: HeadgateCommand,
) -> None:
    """Windows 7, 8.1 and Server 2012 R2 offer no better suites for an RSA certificate."""
    with _served(headgate) as served:
        for suite in ("ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES256-SHA384", "AES128-SHA256"):
            old = _trusting_everybody()
            old.maximum_version = ssl.TLSVersion.TLSv1_2
            old.set_ciphers(suite)
            _shown(served.tls_port, old)

        ancient = _trusting_everybody()
        ancient.set_ciphers("DEFAULT:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning):
            ancient.minimum_version = ssl.TLSVersion.TLSv1
            ancient.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(OSError):
            _shown(served.tls_port, ancient)


def test_another_name_is_in_the_certificate_without_a_restart(tmp_path: Path) -> None:
    headgate = SameProcess(tmp_path / "data")
    assert headgate("settings", "set", f"server.names={NAME}").code == 0
    with _served(headgate) as served:
        trusting = ssl.create_default_context(cadata=_downloaded_ca(served))
        _shown(served.tls_port, trusting)

        assert headgate("settings", "set", "server.names=renamed.corp.example").code == 0

        until(lambda: _is_accepted(served.tls_port, trusting, "renamed.corp.example"))
        assert not _is_accepted(served.tls_port, trusting, NAME)


def _is_accepted(port: int, context: ssl.SSLContext, name: str) -> bool:
    try:
        _shown(port, context, name)
    except ssl.SSLCertVerificationError:
        return False
    return True


def _own(folder: Path, **validity: timedelta) -> Path:
    """Write a certificate as an administrator would bring it; key and chain in one file."""
    made = certify("own", hosts=(NAME,), **validity)
    key = made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    aside = folder / "own.new"
    aside.write_bytes(key + made.pem)
    return aside.rename(folder / "own.pem")


def test_an_own_certificate_is_shown_and_a_replaced_one_taken_up(tmp_path: Path) -> None:
    own = _own(tmp_path)
    headgate = SameProcess(tmp_path / "data", HEADGATE_LISTEN_CERTIFICATE=str(own))
    with _served(headgate) as served:
        before = _shown(served.tls_port, _trusting_everybody())
        assert before == x509.load_pem_x509_certificates(own.read_bytes())[0]
        assert fetched(f"{served.http}/console/certificate/headgate-ca.crt")[0] == 404

        own.write_text("half a cert")  # a renewal that is being written
        served.running.wait_until_it_says("certificate before is kept")
        assert _shown(served.tls_port, _trusting_everybody()) == before
        _own(tmp_path)

        until(lambda: _shown(served.tls_port, _trusting_everybody()) != before)

    assert not (tmp_path / "data" / "tls").exists()


@pytest.mark.parametrize(
    ("begins", "ends", "verdict", "said"),
    [
        (-90, -3, "failed", "expired"),
        (-90, 8, "warning", "days"),
        (-1, 200, "well", "valid"),
    ],
)
def test_the_end_of_an_own_certificate_is_watched(
    tmp_path: Path, begins: int, ends: int, verdict: str, said: str
) -> None:
    own = _own(tmp_path, begins=timedelta(days=begins), ends=timedelta(days=ends))
    headgate = SameProcess(
        tmp_path / "data", HEADGATE_LISTEN_CERTIFICATE=str(own), HEADGATE_SERVER_NAMES=NAME
    )

    findings = headgate("doctor", "--seconds", "1", "--json").json

    (found,) = (one for one in findings if one["subject"] == "certificate")
    assert (found["verdict"], said in found["sentence"]) == (verdict, True)


def test_open_tells_the_present_address_after_a_port_was_changed(headgate: HeadgateCommand) -> None:
    with _served(headgate) as served:
        changed = SameProcess(
            headgate.data,
            HEADGATE_SERVER_NAMES=NAME,
            HEADGATE_LISTEN_HTTP="127.0.0.1:9",
            HEADGATE_LISTEN_HTTPS="127.0.0.1:10",
        )
        opened = changed("open", "--json").json
        shown = changed("open")

    assert opened["running"]
    assert opened["console"] == f"https://127.0.0.1:{served.tls_port}/console/"
    assert opened["link"].startswith(f"https://127.0.0.1:{served.tls_port}/console/link?token=")
    links = [line for line in shown.out.splitlines() if line.startswith("https://")]
    assert len(links) == 1


def test_a_changed_setting_is_told_with_its_new_address(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ports = {"HEADGATE_LISTEN_HTTP": "127.0.0.1:0", "HEADGATE_LISTEN_HTTPS": "127.0.0.1:0"}
    headgate = SameProcess(data, **ports)
    with headgate.running("serve") as server:
        server.wait_until_it_says("The console is at")
        changed = SameProcess(data, **ports | {"HEADGATE_LISTEN_HTTPS": "127.0.0.1:4711"})

        told = changed("open", "--json").json["after_next_start"]
        findings = changed("doctor", "--seconds", "1", "--json").json

    assert "https://127.0.0.1:4711/console/" in told
    (found,) = (one for one in findings if one["subject"] == "addresses")
    assert (found["verdict"], told in found["sentence"]) == ("warning", True)


def test_the_doctor_recognises_the_server_behind_both_ports(headgate: HeadgateCommand) -> None:
    with _served(headgate) as served:
        plain, tls = served.http.removeprefix("http://"), f"127.0.0.1:{served.tls_port}"
        patient = SameProcess(
            headgate.data,
            HEADGATE_SERVER_NAMES=NAME,
            HEADGATE_LISTEN_HTTP=plain,
            HEADGATE_LISTEN_HTTPS=tls,
        )
        findings = patient("doctor", "--seconds", "1", "--json").json

    verdicts = {one["subject"]: one["verdict"] for one in findings}
    ports = [f"port {address.rpartition(':')[2]}" for address in (plain, tls)]
    assert [verdicts[port] for port in ports] == ["well", "well"]
    assert (verdicts["certificate"], verdicts["addresses"]) == ("well", "well")


def test_open_without_a_server_says_how_to_start_one(headgate: HeadgateCommand) -> None:
    opened = headgate("open")

    assert opened.code == 0
    assert "No server runs" in opened.err
    assert "headgate serve" in opened.err
    assert headgate("open", "--json").json["running"] is False


def test_the_record_of_where_a_server_listens_goes_with_it(headgate: HeadgateCommand) -> None:
    record = headgate.data / "serving.json"
    with _served(headgate) as served:
        assert json.loads(record.read_text())["pid"] == served.running.pid
        assert record.stat().st_mode & 0o777 == 0o600
        served.running.send(signal.SIGTERM)
        served.running.ended()
        assert not record.exists()

    with _served(headgate) as served:
        served.running.kill()
    assert record.exists()
    assert headgate("open", "--json").json["running"] is False


def test_a_log_never_contains_the_link(headgate: HeadgateCommand) -> None:
    with _served(headgate) as served:
        said = served.running.wait_until_it_says("headgate open")

    assert "token=" not in said


def test_on_a_terminal_the_first_link_is_printed(tmp_path: Path) -> None:
    watching, terminal = pty.openpty()
    command = [sys.executable, "-m", "headgate", "--data", str(tmp_path / "data"), "serve"]
    environment = {name: text for name, text in os.environ.items() if "HEADGATE_" not in name}
    server = subprocess.Popen(
        [*command, "--listen", "127.0.0.1:0"], stderr=terminal, env=environment
    )
    os.close(terminal)
    try:
        link = _link_on(watching)
        assert fetched(link)[0] == 200
    finally:
        server.terminate()
        server.wait(WITHIN)
        os.close(watching)


def _link_on(terminal: int) -> str:
    said = b""
    while not (found := re.search(rb"(http://\S+token=\S+)\r?\n", said)):
        said += os.read(terminal, 4096)
    return found[1].decode()


def test_once_there_is_an_administrator_open_signs_in(headgate: HeadgateCommand) -> None:
    first = headgate("open", "--json").json
    added = headgate(
        "users", "add", "anna", "--role", "administrator", stdin="a very good password\n"
    )
    assert added.code == 0, added.err

    then = headgate("open", "--json").json

    assert (first["link_for"], then["link_for"]) == ("first administrator", "sign-in")
    assert first["link"] != then["link"]


def _address_of_this_machine() -> str:
    """Return an address at which we are another machine to ourselves: not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return str(probe.getsockname()[0])


def _asked(address: str, port: int, path: str, **headers: str) -> tuple[int, str]:
    """Return status and Location of a page, not following where it leads."""
    asked = http.client.HTTPConnection(address, port, timeout=10)
    try:
        asked.request("GET", path, headers=headers)
        answer = asked.getresponse()
        return answer.status, answer.getheader("Location", "")
    finally:
        asked.close()


@contextmanager
def _everywhere(headgate: HeadgateCommand) -> Iterator[tuple[int, int]]:
    """Serve on every address; yield the ports without and with TLS."""
    options = ("--listen", "0.0.0.0:0", "--listen-tls", "0.0.0.0:0")
    with headgate.running("serve", *options) as server:
        said = server.wait_until_it_says("The console is at")
        plain = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        tls = re.search(r"https://127\.0\.0\.1:(\d+)", said)
        assert plain is not None
        assert tls is not None
        yield int(plain[1]), int(tls[1])


def test_signing_in_from_another_machine_is_led_to_https_and_from_this_one_not(
    headgate: HeadgateCommand,
) -> None:
    address = _address_of_this_machine()
    with _everywhere(headgate) as (plain, tls):
        led = _asked(address, plain, "/console/sign-in")
        here = _asked("127.0.0.1", plain, "/console/sign-in")
        pretending = _asked(address, plain, "/console/sign-in", **{"X-Forwarded-Proto": "https"})
        public = _asked(address, plain, "/console/certificate")

    assert led == (302, f"https://{address}:{tls}/console/sign-in")
    assert here == (200, "")
    assert pretending == led
    assert public == (200, "")


def test_a_trusted_proxy_that_ends_tls_is_not_led_in_circles(headgate: HeadgateCommand) -> None:
    address = _address_of_this_machine()
    trusting = SameProcess(headgate.data, HEADGATE_LISTEN_TRUSTED_PROXIES=address)
    behind = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    with _everywhere(trusting) as (plain, _tls):
        assert _asked(address, plain, "/console/sign-in", **behind)[0] == 200
        without_tls = behind | {"X-Forwarded-Proto": "http"}
        assert _asked(address, plain, "/console/sign-in", **without_tls)[0] == 302


def test_plain_http_can_be_allowed(headgate: HeadgateCommand) -> None:
    address = _address_of_this_machine()
    assert headgate("settings", "set", "console.plain_http=allow").code == 0
    with _everywhere(headgate) as (plain, _tls):
        assert _asked(address, plain, "/console/sign-in") == (200, "")


def test_without_tls_nobody_is_led_away_and_no_ca_is_offered(headgate: HeadgateCommand) -> None:
    address = _address_of_this_machine()
    with headgate.running("serve", "--listen", "0.0.0.0:0") as server:
        found = re.search(r"http://127\.0\.0\.1:(\d+)", server.wait_until_it_says("console is at"))
        assert found is not None
        port = int(found[1])
        assert _asked(address, port, "/console/sign-in") == (200, "")
        assert _asked(address, port, "/console/certificate/headgate-ca.pem")[0] == 404
