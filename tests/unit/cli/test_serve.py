import json
import os
import re
import signal
import socket
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.commands import HeadgateCommand, Running, SameProcess, fetched, until
from tests.holding_source import holding_source
from tests.origins import certify, server_context
from tests.upstream_lab import running_upstream


@pytest.fixture
def headgate(quick: SameProcess) -> HeadgateCommand:
    """Processes of an installation that has been opened before."""
    return HeadgateCommand(quick.data)


@contextmanager
def _served(headgate: HeadgateCommand, *options: str) -> Iterator[tuple[Running, str]]:
    with headgate.running("serve", "--listen", "127.0.0.1:0", *options) as server:
        said = server.wait_until_it_says("(data in")
        found = re.search(r"http://\S+", said)
        assert found is not None
        until(lambda: fetched(f"{found[0]}health/ready")[0] == 200)
        yield server, found[0]


def _point(headgate: HeadgateCommand, port: int) -> None:
    source = ("source.kind=upstream", "source.host=127.0.0.1", f"source.port={port}")
    here = SameProcess(headgate.data)
    assert here("settings", "set", *source, "source.tls=false").code == 0


def _workers(server: Running) -> list[int]:
    threads = Path(f"/proc/{server.pid}/task").iterdir()
    return [int(pid) for thread in threads for pid in (thread / "children").read_text().split()]


def test_a_server_says_how_it_is_and_ends_when_told(headgate: HeadgateCommand) -> None:
    with _served(headgate) as (server, url):
        assert fetched(f"{url}health/live") == (200, "alive\n")
        status, text = fetched(f"{url}health/ready")
        assert (status, json.loads(text)["ready"]) == (200, True)
        status, page = fetched(url)
        assert (status, "<title>Sign in" in page) == (200, True)
        server.send(signal.SIGTERM)

        ended = server.ended()

    assert (ended.code, ended.out) == (0, "")
    assert fetched(url)[0] == 0


def test_ctrl_c_ends_a_server_in_order(headgate: HeadgateCommand) -> None:
    with _served(headgate) as (server, _url):
        server.send(signal.SIGINT)

        assert server.ended().code == 0


def test_a_worker_that_dies_is_started_again(headgate: HeadgateCommand) -> None:
    with _served(headgate) as (server, url):
        (worker,) = _workers(server)
        os.kill(worker, signal.SIGKILL)

        until(lambda: bool(_workers(server)) and _workers(server) != [worker])
        until(lambda: fetched(f"{url}health/ready")[0] == 200)


def test_a_worker_ends_with_a_server_that_is_killed(headgate: HeadgateCommand) -> None:
    with _served(headgate) as (server, _url):
        (worker,) = _workers(server)
        server.kill()

        until(lambda: not Path(f"/proc/{worker}").exists())


def test_a_command_follows_the_servers_worker(headgate: HeadgateCommand) -> None:
    with running_upstream() as lab, _served(headgate):
        _point(headgate, lab.port)

        done = headgate("sync", "now", "--categories", "--json")

        assert (done.code, done.json["result"]) == (0, "succeeded")


def test_a_server_that_ends_puts_its_job_back(headgate: HeadgateCommand) -> None:
    with holding_source() as source:
        _point(headgate, source.port)
        with _served(headgate) as (server, _url), headgate.running("sync", "now") as command:
            command.wait_until(source.asked.is_set)
            server.send(signal.SIGTERM)
            source.let_go()
            assert server.ended().code == 0
            command.kill()

    assert SameProcess(headgate.data)("sync", "status", "--json").json["state"] == "queued"


def test_a_worker_that_hangs_is_killed_and_its_job_put_back(headgate: HeadgateCommand) -> None:
    with holding_source() as source:
        _point(headgate, source.port)
        with _served(headgate) as (server, _url), headgate.running("sync", "now") as command:
            command.wait_until(source.asked.is_set)
            command.kill()
            server.send(signal.SIGTERM)
            assert server.ended().code == 0

    assert SameProcess(headgate.data)("sync", "status", "--json").json["state"] == "queued"


def test_a_taken_port_is_a_clear_error(headgate: HeadgateCommand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = headgate("serve", "--listen", f"127.0.0.1:{port}")

    assert (ended.code, "Address already in use" in ended.err) == (1, True)
    assert "--listen" in ended.err


def test_with_a_certificate_both_ports_answer_and_both_end(
    headgate: HeadgateCommand, tmp_path: Path
) -> None:
    server_context(tmp_path, certify("headgate"))
    (pem,) = tmp_path.glob("*.pem")  # the key first, then the certificate
    certified = HeadgateCommand(headgate.data, HEADGATE_LISTEN_CERTIFICATE=str(pem))
    with _served(certified, "--listen-tls", "127.0.0.1:0") as (server, url):
        found = re.search(r"https://\S+", server.wait_until_it_says("https://"))
        assert found is not None
        trusting = ssl.create_default_context(cafile=str(pem))
        with urllib.request.urlopen(f"{found[0]}health/live", context=trusting) as answer:
            assert answer.read() == b"alive\n"
        assert fetched(f"{url}health/live")[0] == 200
        server.send(signal.SIGTERM)

        assert server.ended().code == 0


def test_a_certificate_that_is_none_is_a_clear_error(
    headgate: HeadgateCommand, tmp_path: Path
) -> None:
    (tmp_path / "c.pem").write_text("hello")
    wrong = HeadgateCommand(headgate.data, HEADGATE_LISTEN_CERTIFICATE=str(tmp_path / "c.pem"))

    ended = wrong("serve", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0")

    assert (ended.code, "cannot be used" in ended.err) == (1, True)


def test_a_key_without_its_certificate_is_a_clear_error(headgate: HeadgateCommand) -> None:
    half = HeadgateCommand(headgate.data, HEADGATE_LISTEN_KEY="/etc/ssl/headgate.key")

    ended = half("serve", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0")

    assert (ended.code, "listen.certificate" in ended.err) == (1, True)


def test_a_taken_port_for_tls_names_its_own_option(headgate: HeadgateCommand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = headgate("serve", "--listen", "127.0.0.1:0", "--listen-tls", f"127.0.0.1:{port}")

    assert (ended.code, "--listen-tls" in ended.err) == (1, True)


def test_with_listen_alone_there_is_no_tls_and_no_certificate(headgate: HeadgateCommand) -> None:
    with _served(headgate) as (server, _url):
        assert "https://" not in server.wait_until_it_says("The console is at")

    assert not (headgate.data / "tls").exists()


def test_a_service_manager_is_told_when_the_server_is_ready(
    headgate: HeadgateCommand, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(30)
        watched = HeadgateCommand(headgate.data, NOTIFY_SOCKET=str(tmp_path / "notify"))
        with _served(watched) as (server, _url):
            assert manager.recv(100) == b"READY=1"
            server.send(signal.SIGTERM)

            assert manager.recv(100) == b"STOPPING=1"
