"""A test bed of real squids on 127.0.0.1, one for each way to ask who we are.

NTLM and Negotiate passwords are really checked: squid's helper is a few lines of shell that hand
every message to this process, where pyspnego's acceptor judges it. (squid gives up root and may
not be able to read our virtual environment; the shell it can always run.) For the same reason
the squids work in a 0755 folder of their own, never in pytest's 0700 one.
"""

import base64
import hashlib
import os
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import spnego

USER, DOMAIN, PASSWORD = "alice", "CORP", "s3cret: Ünicode"
ACCOUNT = f"{DOMAIN}\\{USER}"
REALM = "the proxy"
#: Known to Basic alone.
LOCAL_USER, LOCAL_PASSWORD = "bob", "bob's own"
_SQUID = shutil.which("squid", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
_HELPERS = [Path("/usr/lib/squid"), Path("/usr/lib64/squid"), Path("/usr/libexec/squid")]


@dataclass
class Squid:
    """One running squid."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    def end(self) -> None:
        """Kill it, which is quicker than its shutdown, and take away the memory it shared."""
        self.process.kill()
        self.process.wait(20)
        for left in Path("/dev/shm").glob(f"headgate{self.port}-*"):
            left.unlink(missing_ok=True)

    def lines(self) -> list[str]:
        """Return the access log: method, address, status and credentials of each request."""
        lines = self.log.read_text("utf-8").splitlines()
        return [line for line in lines if not line.startswith("- error:")]  # our knocking

    def since(self, seen: int, word: str) -> list[str]:
        """Return the lines after the first ``seen``, once ``word`` is among them."""
        end = time.monotonic() + 20
        while not any(word in line for line in self.lines()[seen:]):
            assert time.monotonic() < end, f"squid logs no {word}"
            time.sleep(0.02)
        return self.lines()[seen:]


@dataclass
class Squids:
    """Starts each kind of squid when it is first asked for."""

    folder: Path
    helpers: Path
    judge: int  #: the port where the NTLM helper finds us
    running: dict[str, Squid] = field(default_factory=dict)

    def __getitem__(self, kind: str) -> Squid:
        """Return the squid of one of the kinds in ``_asking``."""
        if kind not in self.running:
            self.running[kind] = self._start(kind)
        return self.running[kind]

    def _start(self, kind: str) -> Squid:
        for _ in range(5):  # another process may take the port before squid does
            squid = self._launch(kind)
            if _listens(squid):
                return squid
            squid.end()
        said = squid.log.with_name("cache.log").read_text("utf-8", "replace")
        raise RuntimeError(f"squid does not start: {said[-2000:]}")

    def _launch(self, kind: str) -> Squid:
        port = _free_port()
        place = self.folder / f"squid-{port}"
        place.mkdir()
        place.chmod(0o777)
        configuration = place / "squid.conf"
        configuration.write_text(self._configuration(kind, port, place))
        process = subprocess.Popen(
            [_SQUID or "squid", "-N", "-n", f"headgate{port}", "-f", str(configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return Squid(port=port, log=place / "access.log", process=process)

    def _configuration(self, kind: str, port: int, place: Path) -> str:
        return f"""
http_port 127.0.0.1:{port}
visible_hostname headgate-test-proxy
pid_filename none
coredump_dir {place}
cache_log {place}/cache.log
logformat seen %rm %ru %>Hs %{{Proxy-Authorization}}>h
access_log stdio:{place}/access.log seen
cache deny all
cache_mem 8 MB
memory_cache_shared off
netdb_filename none
pinger_enable off
shutdown_lifetime 0 seconds
dns_nameservers 127.0.0.1
connect_timeout 5 seconds
{self._asking(kind)}
acl known proxy_auth REQUIRED
acl forbidden port 9
http_access deny forbidden
http_access allow known
http_access deny all
"""

    def _asking(self, kind: str) -> str:
        basic = f"""
auth_param basic program {self.helpers}/basic_ncsa_auth {self.folder}/basic.users
auth_param basic children 2 startup=1 idle=1
auth_param basic realm {REALM}
auth_param basic casesensitive on
"""
        digest = f"""
auth_param digest program {self.helpers}/digest_file_auth -c {self.folder}/digest.users
auth_param digest children 2 startup=1 idle=1
auth_param digest realm {REALM}
"""
        ntlm = f"""
auth_param ntlm program /bin/bash {self.folder}/judged ntlm
auth_param ntlm children 8 startup=2 idle=1
auth_param ntlm keep_alive %s
"""
        negotiate = f"""
auth_param negotiate program /bin/bash {self.folder}/judged negotiate
auth_param negotiate children 8 startup=2 idle=1
auth_param negotiate keep_alive on
"""
        return {
            "basic": basic,
            "digest": digest,
            "ntlm": ntlm % "on",
            "ntlm, closing": ntlm % "off",
            "negotiate": negotiate,
            "all": negotiate + ntlm % "on" + digest + basic,
        }[kind]


@contextmanager
def squids() -> Iterator[Squids]:
    """Yield the test bed. Skips without squid, or fails where ``CI`` is true."""
    helpers = next((path for path in _HELPERS if path.is_dir()), None)
    if helpers is None or not _SQUID or not shutil.which("htpasswd"):
        reason = "squid or htpasswd is missing (apt-get install squid apache2-utils)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="headgate-squid-") as name, _judging() as judge:
        folder = Path(name)
        folder.chmod(0o755)
        _write_users(folder, judge)
        bed = Squids(folder=folder, helpers=helpers, judge=judge)
        try:
            yield bed
        finally:
            for squid in bed.running.values():
                squid.end()


def _write_users(folder: Path, judge: int) -> None:
    users = {USER: PASSWORD, ACCOUNT: PASSWORD, LOCAL_USER: LOCAL_PASSWORD}
    file = folder / "basic.users"
    file.touch()
    for account, password in users.items():
        command = ["htpasswd", "-b", str(file), account, password]
        subprocess.run(command, check=True, capture_output=True)
    # Digest knows the account without its domain only: squid 5 loses the backslash.
    secret = hashlib.md5(f"{USER}:{REALM}:{PASSWORD}".encode()).hexdigest()
    (folder / "digest.users").write_text(f"{USER}:{REALM}:{secret}\n")
    (folder / "judged").write_text(
        f"exec 3<>/dev/tcp/127.0.0.1/{judge}\n"
        'echo "$1" >&3\n'
        'while read -r line; do echo "$line" >&3; read -r verdict <&3; echo "$verdict"; done\n'
    )
    for file in folder.iterdir():
        file.chmod(0o644)


class _Judge(socketserver.StreamRequestHandler):
    """Squid's side of NTLM and Negotiate: one handshake at a time per helper."""

    def handle(self) -> None:
        protocol = self.rfile.readline().decode().strip()
        context: spnego.ContextProxy | None = None
        for line in self.rfile:
            word, _, token = line.decode().strip().partition(" ")
            if word == "YR":
                context = spnego.server(protocol=protocol)
            assert context is not None
            verdict = _verdict(context, base64.b64decode(token), protocol)
            self.wfile.write(verdict.encode() + b"\n")


def _verdict(context: spnego.ContextProxy, token: bytes, protocol: str) -> str:
    try:
        reply = base64.b64encode(context.step(token) or b"").decode()
    except Exception as exc:
        return f"NA {type(exc).__name__}" if protocol == "ntlm" else f"NA = {type(exc).__name__}"
    if not context.complete:
        return f"TT {reply}"
    user = (context.client_principal or "nobody").rpartition("\\")[2]
    return f"AF {user}" if protocol == "ntlm" else f"AF {reply or '='} {user}"


class _JudgeServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 32


@contextmanager
def _judging() -> Iterator[int]:
    """Judge handshakes on a port of 127.0.0.1; pyspnego finds the passwords in a file."""
    with tempfile.NamedTemporaryFile("w", prefix="headgate-ntlm-", encoding="utf-8") as users:
        users.write("\n".join(_ntlm_user(domain) for domain in (DOMAIN, "")))
        users.flush()
        before = os.environ.get("NTLM_USER_FILE")
        os.environ["NTLM_USER_FILE"] = users.name
        server = _JudgeServer(("127.0.0.1", 0), _Judge)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            os.environ.pop("NTLM_USER_FILE")
            if before is not None:
                os.environ["NTLM_USER_FILE"] = before


def _ntlm_user(domain: str) -> str:
    """Return one line of pyspnego's smbpasswd format, which allows any password."""
    from spnego._ntlm_raw.crypto import ntowfv1

    account = f"{domain}\\{USER}" if domain else USER
    return f"{account}:1:{'0' * 32}:{ntowfv1(PASSWORD).hex().upper()}:[U]:LCT-0"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(squid: Squid) -> bool:
    """Wait until squid takes connections; False when it has ended instead."""
    end = time.monotonic() + 30
    while time.monotonic() < end and squid.process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", squid.port), 1).close()
            return True
        except OSError:
            time.sleep(0.02)
    return False
