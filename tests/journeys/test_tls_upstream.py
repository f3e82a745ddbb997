"""An upstream server with TLS and its own authority, as `sync now` meets it, direct and by proxy.

The terminator in front of the lab is Python's ssl: it presents a certificate of our choice and
hands the bytes on. Every refusal names what was seen and what to set, is in the history, and has
sent nothing: the lab behind it was not asked.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.commands import Ended, HeadgateCommand, SameProcess
from tests.journeys.conftest import impatient
from tests.origins import DAY, Certified, certify, server_context
from tests.squid import DOMAIN, PASSWORD, USER, Squids, squids
from tests.upstream_lab import RunningLab

Terminate = Callable[[Certified], int]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headgate.sync.job._pause", impatient)


@pytest.fixture(scope="session")
def bed() -> Iterator[Squids]:
    with squids() as bed:
        yield bed


@pytest.fixture(scope="session")
def authority() -> Certified:
    return certify("Our Own Authority", authority=True)


@pytest.fixture
def ca_file(authority: Certified, tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    file.write_bytes(authority.pem)
    return file


@pytest.fixture
def headgate(tmp_path: Path) -> HeadgateCommand:
    return SameProcess(tmp_path / "data")


@pytest.fixture
def terminate(lab: RunningLab, tmp_path: Path) -> Iterator[Terminate]:
    """Return what puts a TLS terminator in front of the lab and tells its port."""
    running: list[Terminator] = []

    def start(certified: Certified) -> int:
        running.append(Terminator(server_context(tmp_path, certified), lab.port))
        return running[-1].port

    yield start
    for terminator in running:
        terminator.close()


class Terminator:
    """Takes TLS connections on a free port and passes what is in them to a plain port."""

    def __init__(self, context: ssl.SSLContext, behind: int) -> None:
        self._context = context
        self._behind = behind
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=32)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(connection,), daemon=True).start()

    def _carry(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            secured = self._context.wrap_socket(connection, server_side=True)
            with secured, socket.create_connection(("127.0.0.1", self._behind)) as plain:
                back = threading.Thread(target=_pass_on, args=(plain, secured), daemon=True)
                back.start()
                _pass_on(secured, plain)
                back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _point_at(headgate: HeadgateCommand, host: str, port: int, ca_file: Path | None) -> None:
    changed = headgate(
        "settings",
        "set",
        "source.kind=upstream",
        f"source.host={host}",
        f"source.port={port}",
        "source.tls=true",
        f"source.ca_file={ca_file or ''}",
    )
    assert changed.code == 0, changed


def _synchronize(headgate: HeadgateCommand) -> Ended:
    return headgate("sync", "now", "--categories", "--json")


def _assert_refused(headgate: HeadgateCommand, lab: RunningLab, *words: str) -> str:
    """Synchronize in vain and check the failure's face; return what stderr says."""
    ended = _synchronize(headgate)
    assert (ended.code, ended.out) == (1, ""), ended
    for word in words:
        assert word in ended.err
    _progress, error, told = f"\n{ended.err}".rpartition("\nError: ")
    assert error
    problem, _, next_step = told.partition("\nNext:  ")
    assert next_step.strip().endswith("."), ended.err
    newest = headgate("sync", "history", "--json").json[0]
    assert (newest["result"], newest["reason"]) == ("failed", f"{problem} {next_step.strip()}")
    assert lab.statistics().get("calls", {}) == {}, "the source was asked all the same"
    return ended.err


def test_own_authority_is_trusted_where_it_is_named(
    headgate: HeadgateCommand,
    lab: RunningLab,
    terminate: Terminate,
    authority: Certified,
    ca_file: Path,
) -> None:
    port = terminate(certify("upstream", issuer=authority))
    _point_at(headgate, "localhost", port, None)
    err = _assert_refused(headgate, lab, "not trusted here", "source.ca_file")
    assert "CN=Our Own Authority" in err, "the issuer is what an administrator searches for"

    assert headgate("settings", "set", f"source.ca_file={ca_file}").code == 0
    ended = headgate("sync", "now", "--yes", "--json")
    assert ended.code == 0, ended.err
    assert ended.json["result"] == "succeeded"
    assert ended.json["source"] == f"https://localhost:{port}"
    assert ended.json["new"] > 100


def test_another_authority_than_the_named_one_is_refused(
    headgate: HeadgateCommand, lab: RunningLab, terminate: Terminate, ca_file: Path
) -> None:
    """A middlebox that inspects TLS looks just like this."""
    inspector = certify("Inspector", authority=True)
    port = terminate(certify("upstream", issuer=inspector))
    _point_at(headgate, "localhost", port, ca_file)
    _assert_refused(headgate, lab, "CN=Inspector", "not trusted here", "exempt localhost")


def test_certificate_for_another_name_names_its_own(
    headgate: HeadgateCommand,
    lab: RunningLab,
    terminate: Terminate,
    authority: Certified,
    ca_file: Path,
) -> None:
    port = terminate(certify("upstream", issuer=authority, hosts=["wsus.corp.example"]))
    _point_at(headgate, "localhost", port, ca_file)
    _assert_refused(headgate, lab, "another name", "wsus.corp.example", "source.host")


def test_certificate_past_its_end_says_when_it_ended(
    headgate: HeadgateCommand,
    lab: RunningLab,
    terminate: Terminate,
    authority: Certified,
    ca_file: Path,
) -> None:
    old = certify("upstream", issuer=authority, ends=-DAY)
    port = terminate(old)
    _point_at(headgate, "localhost", port, ca_file)
    ended_at = f"{old.certificate.not_valid_after_utc:%Y-%m-%d}"
    _assert_refused(headgate, lab, "has expired", ended_at, "clock")


def test_plain_http_behind_a_port_for_tls_is_told(
    headgate: HeadgateCommand, lab: RunningLab
) -> None:
    _point_at(headgate, "127.0.0.1", lab.port, None)
    _assert_refused(headgate, lab, "does not agree on TLS", "source.tls")


def test_tls_behind_a_port_for_plain_http_is_told(
    headgate: HeadgateCommand, lab: RunningLab, terminate: Terminate, authority: Certified
) -> None:
    _point_at(headgate, "127.0.0.1", terminate(certify("upstream", issuer=authority)), None)
    assert headgate("settings", "set", "source.tls=false").code == 0
    _assert_refused(headgate, lab, "cut the connection", "doctor")


def test_port_nobody_listens_at_is_told(headgate: HeadgateCommand, lab: RunningLab) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        _point_at(headgate, "127.0.0.1", held.getsockname()[1], None)
        _assert_refused(headgate, lab, "Connection refused", "doctor")


def test_name_without_an_address_is_told(headgate: HeadgateCommand, lab: RunningLab) -> None:
    _point_at(headgate, "wsus.invalid", 8531, None)
    _assert_refused(headgate, lab, "wsus.invalid:8531 does not resolve", "DNS")


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN CERTIFICATE-----\nMII\n"])
def test_authority_file_that_is_none_is_told(
    headgate: HeadgateCommand, lab: RunningLab, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "own.pem"
    if content is not None:
        file.write_bytes(content)
    _point_at(headgate, "localhost", lab.port, file)
    err = _assert_refused(headgate, lab, str(file), "PEM", "source.ca_file")
    assert "_ssl.c" not in err


def test_tls_goes_through_the_proxy_inside_connect(
    headgate: HeadgateCommand,
    lab: RunningLab,
    terminate: Terminate,
    authority: Certified,
    ca_file: Path,
    bed: Squids,
) -> None:
    port, squid = terminate(certify("upstream", issuer=authority)), bed["ntlm"]
    seen = len(squid.lines())
    _point_at(headgate, "127.0.0.1", port, None)
    changed = headgate(
        "settings",
        "set",
        "proxy.enabled=true",
        "proxy.host=127.0.0.1",
        f"proxy.port={squid.port}",
        "proxy.use_credentials=true",
        f"proxy.user={USER}",
        f"proxy.domain={DOMAIN}",
    )
    assert changed.code == 0, changed
    assert headgate("settings", "set", "proxy.password", stdin=PASSWORD + "\n").code == 0

    _assert_refused(headgate, lab, "CN=Our Own Authority", "not trusted here")
    assert headgate("settings", "set", f"source.ca_file={ca_file}").code == 0
    assert _synchronize(headgate).json["result"] == "succeeded"

    asked = {" ".join(line.split()[:2]) for line in squid.since(seen, "CONNECT")}
    assert asked == {f"CONNECT 127.0.0.1:{port}"}, "all of it went inside the tunnel"


def test_certificate_not_valid_yet_points_at_the_clock(
    headgate: HeadgateCommand,
    lab: RunningLab,
    terminate: Terminate,
    authority: Certified,
    ca_file: Path,
) -> None:
    """What every certificate looks like to a machine whose clock stands in the past."""
    young = certify("upstream", issuer=authority, begins=DAY)
    _point_at(headgate, "localhost", terminate(young), ca_file)
    _assert_refused(headgate, lab, "is not valid yet", "clock")
