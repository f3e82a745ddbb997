"""Looking at everything that could be wrong with an installation, and what to do about it."""

import http.client
import platform
import shutil
import socket
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from headgate import __version__
from headgate.content.local import LocalStore
from headgate.errors import HeadgateError
from headgate.services import reachability
from headgate.services.findings import Finding, Verdict
from headgate.settings.directory import DataDirectory
from headgate.settings.local import Local
from headgate.settings.machine import machine_locale
from headgate.settings.shared import Shared
from headgate.storage import transactions, upgrade
from headgate.storage.engine import Engine, server_version

#: What programs read a proxy from; we do not.
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

#: Bytes free beside the database below which it is said, as WSUS's health check does.
LITTLE_ROOM = 500_000_000
NO_ROOM = 200_000_000


#: Seconds to wait for a name server to tell our own name.
NAME_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What the doctor looks at."""

    directory: DataDirectory
    local: Local
    shared: Shared
    engine: Engine
    environment: Mapping[str, str]


def examine(patient: Patient, *, seconds: float = reachability.ALL_SECONDS) -> list[Finding]:
    """Look at everything: the machine, then what is outside, which takes ``seconds`` at most."""
    return [
        _versions(patient.engine),
        _database(patient.engine),
        _room_for_database(patient.directory),
        _room_for_files(patient),
        *_secret_key(patient.directory.secret_file),
        _name(),
        *_ports(patient.local),
        _locale(patient.shared),
        *_ignored_variables(patient.environment),
        *reachability.reach(patient.shared, patient.directory.path, seconds=seconds),
    ]


def _versions(engine: Engine) -> Finding:
    return Finding(
        subject="versions",
        verdict=Verdict.WELL,
        sentence=f"Headgate {__version__}, Python {platform.python_version()}, "
        f"{server_version(engine)}, {platform.system()} {platform.release()}.",
    )


def _database(engine: Engine) -> Finding:
    try:
        with transactions.read(engine) as conn:
            found = upgrade.version_of(conn)
    except HeadgateError as exc:
        return Finding(
            subject="database",
            verdict=Verdict.FAILED,
            sentence=str(exc),
            next_step=exc.next_step,
        )
    return Finding(
        subject="database",
        verdict=Verdict.WELL,
        sentence=f"It answers; schema {found}. `headgate database check` reads all of it.",
    )


def _room_for_database(place: DataDirectory) -> Finding:
    free = shutil.disk_usage(place.path).free
    said = f"{free / 1e9:.1f} GB free in {place.path}."
    if free > LITTLE_ROOM:
        return Finding(subject="space", verdict=Verdict.WELL, sentence=said)
    return Finding(
        subject="space",
        verdict=Verdict.FAILED if free < NO_ROOM else Verdict.WARNING,
        sentence=said,
        next_step="Free space there, or move the data directory to a larger disk.",
    )


def _room_for_files(patient: Patient) -> Finding:
    space = LocalStore(patient.directory.content).space()
    said = (
        f"{space.usable / 1e9:.1f} GB may be used in {patient.directory.content}; "
        f"{space.reserve / 1e9:.1f} GB stay free."
    )
    if space.usable or patient.shared.content.store != "local":
        return Finding(subject="space for files", verdict=Verdict.WELL, sentence=said)
    return Finding(
        subject="space for files",
        verdict=Verdict.WARNING,
        sentence=said + " No update files are fetched.",
        next_step="Free space, run `headgate content purge`, or move the content directory.",
    )


def _secret_key(file: Path) -> list[Finding]:
    if not file.exists():
        return []  # made when the first secret is stored
    if stat.S_IMODE(file.stat().st_mode) & 0o077 == 0:
        return [
            Finding(subject="secret.key", verdict=Verdict.WELL, sentence="Only its owner reads it.")
        ]
    return [
        Finding(
            subject="secret.key",
            verdict=Verdict.FAILED,
            sentence=f"Others can read {file}.",
            next_step=f"Run `chmod 600 {file}` and change the passwords stored with it.",
        )
    ]


def _name() -> Finding:
    """Ask for our full name, which asks a name server that may not answer."""
    short = socket.gethostname()
    name = reachability.side_by_side({"name": socket.getfqdn}, NAME_SECONDS).get("name", short)
    if "." in str(name):
        said = f"This server is called {name}."
        return Finding(subject="name", verdict=Verdict.WELL, sentence=said)
    return Finding(
        subject="name",
        verdict=Verdict.NOTE,
        sentence=f"This server is called {short}, without a domain; an upstream server lists it "
        "so.",
        next_step="Give the machine a full name if computers are to find it by one.",
    )


def _ports(local: Local) -> list[Finding]:
    """Look at the ports of the settings; `serve --listen` may use others."""
    found = [_port(local.listen_http)]
    if local.listen_https and local.listen_https != "off":
        found.append(_port(local.listen_https))
    return found


def _port(address: str) -> Finding:
    """Try to take the port; somebody who has it already is probably ourselves."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, int(port)))
        except OSError as exc:
            return _port_refused(address, exc)
    return Finding(
        subject=f"port {port}",
        verdict=Verdict.NOTE,
        sentence=f"{address} is free: `headgate serve` does not run, or listens elsewhere.",
    )


def _port_refused(address: str, exc: OSError) -> Finding:
    port = address.rpartition(":")[2]
    if _headgate_answers(address):
        said = f"Headgate answers at {address}."
        return Finding(subject=f"port {port}", verdict=Verdict.WELL, sentence=said)
    return Finding(
        subject=f"port {port}",
        verdict=Verdict.WARNING,
        sentence=f"{address} cannot be taken ({exc.strerror}), and it is not Headgate that answers "
        "there.",
        next_step=f"Find out who has it (`ss -ltnp sport = :{port}`), or choose another with "
        "`headgate serve --listen HOST:PORT`.",
    )


def _headgate_answers(address: str) -> bool:
    """Ask whoever listens whether it is Headgate, as a load balancer would."""
    host, _, port = address.rpartition(":")
    everywhere = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}  # noqa: S104 - read, not bound
    asked = http.client.HTTPConnection(everywhere.get(host, host.strip("[]")), int(port), timeout=2)
    try:
        asked.request("GET", "/health/live")
        answer = asked.getresponse()
        return answer.status == 200 and answer.read(16) == b"alive\n"
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _locale(shared: Shared) -> Finding:
    machine = machine_locale()
    zone = f"The schedule's time zone is {shared.schedule.zone}."
    chosen = shared.languages.locale
    said = f"languages.locale is {chosen}." if chosen else f"{machine.language}: {machine.reason}"
    return Finding(subject="locale", verdict=Verdict.WELL, sentence=f"{said} {zone}")


def _ignored_variables(environment: Mapping[str, str]) -> list[Finding]:
    found = [
        name
        for variable in PROXY_VARIABLES
        for name in (variable, variable.lower())
        if environment.get(name)
    ]
    if not found:
        return []
    return [
        Finding(
            subject="environment",
            verdict=Verdict.NOTE,
            sentence=f"{', '.join(found)} of the environment is ignored.",
            next_step="The proxy of a synchronization is set with `headgate settings set "
            "proxy.enabled=true proxy.host=NAME proxy.port=PORT`.",
        )
    ]
