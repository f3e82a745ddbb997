"""Update files in ranges of 1 MiB over a few connections, as computers fetch them, beside nginx.

Both serve the same file from the same disk; they are asked in turn, several times, and the best
time of each counts. The ranges are read by a process of its own for each connection.
"""

import hashlib
import http.client
import multiprocessing
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.clients_server import server
from benchmarks.figures import SECONDS, TIMES, Figure
from benchmarks.laboratory import Installation
from headgate.catalogue.files import FilePresence
from headgate.content import paths

TITLE = "Update files, in ranges of 1 MiB"
SIZE = 512  #: MiB
CONNECTIONS = (4, 5)  #: what agents have in flight (FACTS §6)
_TIMES = 8  #: each range is fetched so often, for a second or so in all
_ROUNDS = 5
_RANGE = 1 << 20
_MOST_TIMES = 1.25  #: 80 % of nginx
_NAME = "lab-feature-update.esd"


def measure(scratch: Path) -> list[Figure]:
    """Measure both, or ours alone where nginx is not installed."""
    installation = Installation(scratch / "data")
    installation.run("settings", "show")  # makes the database
    path = _store(installation)
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    with server(installation) as serving:
        ours = f"{serving.address}/Content/{path}"
        if nginx is None:
            seconds = {one: _best([ours], one)[0] for one in CONNECTIONS}
            return [*_ours(seconds), _without_nginx()]
        with _nginx(nginx, installation.data / "content", scratch) as address:
            both = {one: _best([ours, f"{address}/{path}"], one) for one in CONNECTIONS}
    return [
        *_ours({one: seconds[0] for one, seconds in both.items()}),
        *(
            Figure(
                what=f"the same against nginx, {one} connections",
                value=ours_took / nginx_took,
                unit=TIMES,
                limit=_MOST_TIMES,
            )
            for one, (ours_took, nginx_took) in both.items()
        ),
    ]


def _ours(seconds: dict[int, float]) -> Iterator[Figure]:
    for connections, took in seconds.items():
        what = f"{_TIMES} x {SIZE} MiB over {connections} connections"
        yield Figure(what=what, value=took, unit=SECONDS)
        yield Figure(what=f"{what}, speed", value=_TIMES * SIZE * _RANGE / 1e6 / took, unit="MB/s")


def _without_nginx() -> Figure:
    return Figure(what="not compared: nginx is not installed (`nginx-light`)", value=0, unit="")


def _store(installation: Installation) -> str:
    """Put a file there as if an update had it; return its path below the content directory."""
    digest, whole = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    aside = installation.data / "file"
    with aside.open("wb") as file:
        for _ in range(SIZE):
            data = os.urandom(_RANGE)
            file.write(data)
            digest.update(data)
            whole.update(data)
    path = paths.path_of(digest.digest(), _NAME)
    place = installation.data / "content" / path
    place.parent.mkdir(parents=True)
    aside.rename(place)
    with closing(sqlite3.connect(installation.database)) as connection, connection:
        connection.execute(
            "INSERT INTO files (sha1, sha256, size, presence, stored_at) VALUES (?, ?, ?, ?, 0)",
            (digest.digest(), whole.digest(), SIZE * _RANGE, FilePresence.PRESENT.value),
        )
    return str(path)


@contextmanager
def _nginx(program: str, root: Path, scratch: Path) -> Iterator[str]:
    """Serve a folder with nginx as it is commonly set up; yields its address."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    configuration = scratch / "nginx.conf"
    configuration.write_text(
        f"""
        daemon off; worker_processes auto; pid {scratch}/nginx.pid; error_log stderr;
        events {{}}
        http {{
            access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000;
            client_body_temp_path {scratch}; proxy_temp_path {scratch};
            fastcgi_temp_path {scratch}; uwsgi_temp_path {scratch}; scgi_temp_path {scratch};
            server {{ listen 127.0.0.1:{port}; root {root}; }}
        }}
        """,
        "utf-8",
    )
    # As root its workers would be somebody else, who may not read our data.
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, "-c", str(configuration), "-p", str(scratch), *user])
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _await(port: int) -> None:
    """Wait until somebody listens there. Raises TimeoutError."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with closing(socket.socket()) as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("nginx does not start")


def _best(addresses: list[str], connections: int) -> list[float]:
    """Return the seconds the ranges take from each address, in the best of some rounds in turn."""
    with multiprocessing.get_context("spawn").Pool(connections) as pool:
        rounds = []
        for _ in range(_ROUNDS + 1):
            taken = []
            for address in addresses:
                began = time.perf_counter()
                every = range(_TIMES * SIZE)
                parts = [(address, every[one::connections]) for one in range(connections)]
                received = sum(pool.starmap(_fetch, parts, chunksize=1))
                taken.append(time.perf_counter() - began)
                assert received == _TIMES * SIZE * _RANGE, f"{address}: {received:,} bytes"
            rounds.append(taken)
    return [min(some) for some in zip(*rounds[1:], strict=True)]  # the first one warms up


def _fetch(address: str, ranges: range) -> int:
    """Fetch ranges by their number over one connection; return how many bytes came."""
    parts = urlsplit(address)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    here, received = bytearray(_RANGE), 0
    for number in ranges:
        start = number % SIZE * _RANGE
        headers = {"Range": f"bytes={start}-{start + _RANGE - 1}"}
        connection.request("GET", parts.path, headers=headers)
        answer = connection.getresponse()
        assert answer.status == 206, f"{address}: {answer.status}"
        while count := answer.readinto(here):
            received += count
    connection.close()
    return received
