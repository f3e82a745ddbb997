"""Looking at everything that could be wrong with an installation, and what to do about it."""

import http.client
import platform
import shutil
import socket
import ssl
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from headgate import __version__
from headgate.content.local import LocalStore
from headgate.errors import HeadgateError
from headgate.metadata.core_pieces import native_compressor
from headgate.sentences import Bytes, Sentence, Sentences
from headgate.services.findings import Finding, Verdict
from headgate.services.synchronizing import reachability
from headgate.services.way_in.addresses import Addresses
from headgate.services.way_in.door_findings import WayIn, examine_way_in
from headgate.services.way_in.own_certificates import OwnCertificates
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
    addresses: Addresses
    certificates: OwnCertificates


def examine(patient: Patient, *, seconds: float = reachability.ALL_SECONDS) -> list[Finding]:
    """Look at everything: the machine, then what is outside, which takes ``seconds`` at most."""
    return [
        _versions(patient.engine),
        _database(patient.engine),
        _room_for_database(patient.directory),
        _room_for_files(patient),
        *_secret_key(patient.directory.secret_file),
        _name(),
        *_ports(patient),
        _compression(),
        *examine_way_in(
            WayIn(
                shared=patient.shared,
                addresses=patient.addresses,
                certificates=patient.certificates,
                names=patient.addresses.names(),
            )
        ),
        _locale(patient.shared),
        *_ignored_variables(patient.environment),
        *reachability.reach(patient.shared, patient.directory.path, seconds=seconds),
    ]


def _versions(engine: Engine) -> Finding:
    return Finding(
        subject=Sentence("versions"),
        verdict=Verdict.WELL,
        sentence=Sentence(
            "Headgate {headgate}, Python {python}, {database}, {system}.",
            headgate=__version__,
            python=platform.python_version(),
            database=server_version(engine),
            system=f"{platform.system()} {platform.release()}",
        ),
    )


def _database(engine: Engine) -> Finding:
    subject = Sentence("database")
    try:
        with transactions.read(engine) as conn:
            found = upgrade.version_of(conn)
    except HeadgateError as exc:
        return Finding(
            subject=subject, verdict=Verdict.FAILED, sentence=exc.message, next_step=exc.next_step
        )
    return Finding(
        subject=subject,
        verdict=Verdict.WELL,
        sentence=Sentence(
            "It answers; schema {version}. `headgate database check` reads all of it.",
            version=str(found),
        ),
    )


def _room_for_database(place: DataDirectory) -> Finding:
    subject = Sentence("space")
    free = shutil.disk_usage(place.path).free
    said = Sentence("{size} free in {place}.", size=Bytes(free), place=str(place.path))
    if free > LITTLE_ROOM:
        return Finding(subject=subject, verdict=Verdict.WELL, sentence=said)
    return Finding(
        subject=subject,
        verdict=Verdict.FAILED if free < NO_ROOM else Verdict.WARNING,
        sentence=said,
        next_step=Sentence("Free space there, or move the data directory to a larger disk."),
    )


def _room_for_files(patient: Patient) -> Finding:
    subject = Sentence("space for files")
    store = LocalStore(patient.directory.content, keep_free=patient.local.keep_free)
    space = store.space()
    said = Sentence(
        "{usable} may be used in {place}; {reserve} stay free.",
        usable=Bytes(space.usable),
        place=str(patient.directory.content),
        reserve=Bytes(space.reserve),
    )
    if space.usable or not patient.shared.content.is_kept_here:
        return Finding(subject=subject, verdict=Verdict.WELL, sentence=said)
    return Finding(
        subject=subject,
        verdict=Verdict.WARNING,
        sentence=Sentences((said, Sentence("No update files are fetched."))),
        next_step=Sentence(
            "Free space, run `headgate content purge`, move the content directory, or let files "
            "leave less free (content.keep_free_mb)."
        ),
    )


def _secret_key(file: Path) -> list[Finding]:
    if not file.exists():
        return []  # made when the first secret is stored
    if stat.S_IMODE(file.stat().st_mode) & 0o077 == 0:
        said = Sentence("Only its owner reads it.")
        return [Finding(subject=file.name, verdict=Verdict.WELL, sentence=said)]
    return [
        Finding(
            subject=file.name,
            verdict=Verdict.FAILED,
            sentence=Sentence("Others can read {file}.", file=str(file)),
            next_step=Sentence(
                "Run `chmod 600 {file}` and change the passwords stored with it.", file=str(file)
            ),
        )
    ]


def _name() -> Finding:
    """Ask for our full name, which asks a name server that may not answer."""
    subject = Sentence("name")
    short = socket.gethostname()
    name = reachability.side_by_side({"name": socket.getfqdn}, NAME_SECONDS).get("name", short)
    if "." in str(name):
        said = Sentence("This server is called {name}.", name=str(name))
        return Finding(subject=subject, verdict=Verdict.WELL, sentence=said)
    return Finding(
        subject=subject,
        verdict=Verdict.NOTE,
        sentence=Sentence(
            "This server is called {name}, without a domain; an upstream server lists it so.",
            name=short,
        ),
        next_step=Sentence("Give the machine a full name if computers are to find it by one."),
    )


def _compression() -> Finding:
    subject = Sentence("compression")
    if native_compressor() is not None:
        said = Sentence("Answers to computers are compressed.")
        return Finding(subject=subject, verdict=Verdict.WELL, sentence=said)
    return Finding(
        subject=subject,
        verdict=Verdict.NOTE,
        sentence=Sentence(
            "Answers to computers are not compressed: this build lacks the compiled part."
        ),
        next_step=Sentence("Install Headgate from a package, or build it with a C compiler."),
    )


def _ports(patient: Patient) -> list[Finding]:
    """Look where our server listens; when none runs, at the ports of the settings."""
    serving = patient.addresses.serving()
    if serving is not None:
        found = [_own_port(serving.http)]
        if serving.https is not None:
            found.append(_own_port(serving.https, tls=True))
        return found
    local = patient.local
    found = [_port(local.listen_http)]
    if local.listen_https != "off":
        found.append(_port(local.listen_https, tls=True))
    return found


def _own_port(address: str, *, tls: bool = False) -> Finding:
    """Ask the server that has written down that it listens there."""
    subject = _port_named(address.rpartition(":")[2])
    if _headgate_answers(address, tls=tls):
        said = Sentence("Headgate answers at {address}.", address=address)
        return Finding(subject=subject, verdict=Verdict.WELL, sentence=said)
    return Finding(
        subject=subject,
        verdict=Verdict.FAILED,
        sentence=Sentence(
            "The server of this data directory runs, but does not answer at {address}.",
            address=address,
        ),
        next_step=Sentence("Look for the reason in its log, and restart it."),
    )


def _port(address: str, *, tls: bool = False) -> Finding:
    """Try to take the port; no server of this data directory runs, so it should be free."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, int(port)))
        except OSError as exc:
            return _port_refused(address, exc, tls=tls)
    return Finding(
        subject=_port_named(port),
        verdict=Verdict.NOTE,
        sentence=Sentence(
            "{address} is free: `headgate serve` does not run, or listens elsewhere.",
            address=address,
        ),
    )


def _port_refused(address: str, exc: OSError, *, tls: bool) -> Finding:
    port = address.rpartition(":")[2]
    if _headgate_answers(address, tls=tls):
        said = Sentence(
            "Headgate answers at {address}, but with another data directory.", address=address
        )
    else:
        said = Sentence(
            "{address} cannot be taken ({reason}), and it is not Headgate that answers there.",
            address=address,
            reason=exc.strerror,
        )
    return Finding(
        subject=_port_named(port),
        verdict=Verdict.WARNING,
        sentence=said,
        next_step=Sentence(
            "Find out who has it (`ss -ltnp sport = :{port}`), or choose another with "
            "`headgate serve --listen HOST:PORT`.",
            port=port,
        ),
    )


def _port_named(port: str) -> Sentence:
    return Sentence("port {port}", port=port)


def _headgate_answers(address: str, *, tls: bool) -> bool:
    """Ask whoever listens whether it is Headgate, as a load balancer would."""
    host, _, port = address.rpartition(":")
    everywhere = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}  # noqa: S104 - read, not bound
    there, number = everywhere.get(host, host.strip("[]")), int(port)
    asked = http.client.HTTPConnection(there, number, timeout=2)
    if tls:
        asked = http.client.HTTPSConnection(there, number, timeout=2, context=_any_certificate())
    try:
        asked.request("GET", "/health/live")
        answer = asked.getresponse()
        return answer.status == 200 and answer.read(16) == b"alive\n"
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _any_certificate() -> ssl.SSLContext:
    """Nothing secret is asked or told; whether the certificate is good is another finding."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _locale(shared: Shared) -> Finding:
    machine = machine_locale()
    chosen = shared.languages.locale
    if chosen:
        said = Sentence("languages.locale is {name}.", name=chosen)
    else:
        said = Sentence("{name}: {reason}", name=machine.language, reason=machine.reason)
    zone = Sentence("The schedule's time zone is {zone}.", zone=shared.schedule.zone)
    return Finding(
        subject=Sentence("locale"), verdict=Verdict.WELL, sentence=Sentences((said, zone))
    )


def _ignored_variables(environment: Mapping[str, str]) -> list[Finding]:
    found = tuple(
        name
        for variable in PROXY_VARIABLES
        for name in (variable, variable.lower())
        if environment.get(name)
    )
    if not found:
        return []
    return [
        Finding(
            subject=Sentence("environment"),
            verdict=Verdict.NOTE,
            sentence=Sentence("{names} of the environment is ignored.", names=found),
            next_step=Sentence(
                "The proxy of a synchronization is set with `headgate settings set "
                "proxy.enabled=true proxy.host=NAME proxy.port=PORT`."
            ),
        )
    ]
