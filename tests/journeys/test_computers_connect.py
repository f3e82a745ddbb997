"""The server people start, as networks of computers meet it: TLS, several ports, crowds."""

import http.client
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.commands import HeadgateCommand, fetched
from tests.fleet_lab import (
    Agents,
    Server,
    approve,
    approved_by_title,
    copied,
    installed_by,
    office,
    opened,
    served,
    states,
    troubles,
)
from tests.soap_door import Computer

from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.simulator.fleet import Fleet
from headgate.simulator.windows_client import connection
from headgate.simulator.windows_client.mix import machines
from headgate.wire.clientsync import operations
from headgate.wire.clientsync.get_config import GetConfigRequest
from headgate.wire.soap import SoapVersion

CLIENT = "/ClientWebService/client.asmx"
GET_CONFIG = operations.GET_CONFIG.encode_request(
    GetConfigRequest(protocol_version="2.90"), SoapVersion.SOAP_11
)
RUNTIME = r"^2026-11 \.NET 8\.0"
EXCEL = r"Excel 2016 .*KB5002623"
CROWD = 200


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("office") / "data"
    with office(data), opened(data) as server:
        approve(server, *approved_by_title(server, RUNTIME, EXCEL))
    return data


@pytest.fixture(scope="module")
def headgate(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> HeadgateCommand:
    return copied(catalogue, tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def server(headgate: HeadgateCommand) -> Iterator[Server]:
    """Two plain ports and one with TLS."""
    with served(headgate, "127.0.0.1:0", "127.0.0.1:0", tls="127.0.0.1:0") as server:
        yield server


@pytest.fixture(scope="module")
def trusting(server: Server) -> ssl.SSLContext:
    """What a computer has that was given our CA and no other."""
    status, ca = fetched(f"{server.address}/console/certificate/headgate-ca.pem")
    assert status == 200
    return ssl.create_default_context(cadata=ca)


def dialled(address: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((place.hostname or "", place.port or 0), timeout=30)


def head(length: int, *headers: str) -> bytes:
    lines = (f"POST {CLIENT} HTTP/1.1", "Host: wsus", f"Content-Length: {length}", *headers)
    return "\r\n".join((*lines, "", "")).encode()


def heard(line: socket.socket) -> http.client.HTTPResponse:
    answer = http.client.HTTPResponse(line, method="POST")
    answer.begin()
    return answer


def test_computers_go_the_whole_way_over_tls_and_fetch_files_without(
    server: Server, trusting: ssl.SSLContext, headgate: HeadgateCommand
) -> None:
    plain, _, secure = server.addresses
    client = partial(httpx2.Client, verify=trusting)
    agents, fleet = Agents(machines(2, seed=5)), Fleet(machines(4), secure)
    with patch.object(connection.httpx2, "Client", client):
        done = fleet.run()
        agents.scan(secure)

    assert secure.startswith("https://")
    assert troubles(done) == []
    assert any(installed_by(done).values())
    with opened(headgate.data) as installation:
        for machine in fleet.machines:
            mine = installed_by(done)[machine.name]
            assert mine <= states(installation, machine)[State.INSTALLED]
    urls = {url for state in fleet._states for url in state.locations.values()}
    assert urls and all(url.startswith(f"{plain}/Content/") for url in urls)


def test_a_computer_without_our_ca_does_not_talk_to_us(server: Server) -> None:
    (outcome,) = Fleet(machines(1), server.addresses[2]).run()
    assert outcome.hresult == "0x80072EFD"
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.error


def test_every_plain_port_is_the_same_server(server: Server) -> None:
    first, second, _ = server.addresses
    assert first != second
    agents = Agents(machines(3, seed=9))
    agents.scan(first)
    assert agents.scan(second) == [0, 0, 0], "the cookie of one port opens the other"
    fleet = Fleet(machines(3), second)
    assert troubles(fleet.run()) == []
    urls = {url for state in fleet._states for url in state.locations.values()}
    assert urls and all(url.startswith(f"{first}/Content/") for url in urls)


@pytest.mark.parametrize(
    "path",
    [
        "/ClientWebService/client.asmx",
        "//CLIENTWEBSERVICE//client.ASMX",
        "/clientwebservice/CLIENT.asmx?x=1",
        "/Console/../ClientWebService/client.asmx",
    ],
)
def test_the_console_leaves_computers_their_paths(path: str, server: Server) -> None:
    place = urlsplit(server.address)
    with closing(http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)) as line:
        line.request("POST", path, GET_CONFIG, {"Content-Type": "text/xml; charset=utf-8"})
        answer = line.getresponse()
        body = answer.read()
    if ".." in path:  # agents never write it; it is resolved by nobody
        assert answer.status in {404, 405}
    else:
        assert answer.status == 200, body
        assert operations.GET_CONFIG.decode_response(body).last_change


@pytest.mark.parametrize("path", ["/SelfUpdate/wuident.cab", "//selfupdate//wuident.cab?1", "/x"])
def test_what_is_not_there_is_not_there(path: str, server: Server) -> None:
    for address in server.addresses[:2]:
        status, said = fetched(address + path)
        assert status == 404
        assert len(said) < 1000


def test_too_much_is_refused_and_the_next_is_served(server: Server) -> None:
    computer = Computer(server.address)
    with closing(computer.http):
        refused = computer.post_body(CLIENT, b" " * (8 * 1024 * 1024 + 1))
        assert refused.status_code == 413
        most = b" " * (8 * 1024 * 1024 - len(GET_CONFIG)) + GET_CONFIG
        assert computer.post_body(CLIENT, most).status_code == 200
    with dialled(server.address) as line:
        line.sendall(head(8 * 1024 * 1024 + 1, "Expect: 100-continue"))
        answer = heard(line)
        assert (answer.status, answer.getheader("Connection")) == (413, "close")


def test_a_crowd_that_sends_half_a_request_keeps_nobody_away(server: Server) -> None:
    with ExitStack() as crowd:
        for _ in range(CROWD):
            line = crowd.enter_context(dialled(server.address))
            line.sendall(head(len(GET_CONFIG)) + GET_CONFIG[: len(GET_CONFIG) // 2])
        (outcome,) = Fleet(machines(1, seed=11), server.address).run()
    assert troubles([outcome]) == []


def test_a_crowd_stays_on_the_line_and_the_server_still_ends_when_told(
    catalogue: Path, tmp_path: Path
) -> None:
    with served(copied(catalogue, tmp_path)) as server, ExitStack() as crowd:
        lines = [crowd.enter_context(dialled(server.address)) for _ in range(CROWD)]
        for _ in range(3):
            for line in lines:
                line.sendall(head(len(GET_CONFIG)) + GET_CONFIG)
            for line in lines:
                answer = heard(line)
                body = answer.read()
                assert (answer.status, answer.getheader("Connection")) == (200, None)
                assert operations.GET_CONFIG.decode_response(body).last_change
        server.process.send(signal.SIGTERM)
        assert server.process.ended().code == 0
