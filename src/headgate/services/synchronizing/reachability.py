"""The doctor's look outside: source and content hosts one by one, the proxy, TLS, the clock.

All hosts are tried at once and each has a time limit, so that an unplugged cable costs seconds.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from headgate.errors import HeadgateError
from headgate.sentences import Sentence, Sentences
from headgate.services.findings import Finding, Verdict
from headgate.services.synchronizing import connecting
from headgate.settings.shared import Proxy, Shared
from headgate.upstream import failures
from headgate.upstream.reachability import Probe, probe
from headgate.upstream.transport import TransportSettings, open_client

T = TypeVar("T")

#: Where update files of Microsoft lie (FACTS §11); names differ by file.
CONTENT_ADDRESSES = (
    "http://download.windowsupdate.com/",
    "http://dl.delivery.mp.microsoft.com/",
)

SYNC_PATH = "/ServerSyncWebService/ServerSyncWebService.asmx"

#: Subjects of findings.
SOURCE = Sentence("source")
PROXY = Sentence("proxy")
CLOCK = Sentence("clock")

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0

#: Seconds for everything outside together; names and proxies may take several tries each.
ALL_SECONDS = 30.0

#: A clock that is further off makes certificates fail and anchors wrong.
CLOCK_MAY_DIFFER = timedelta(minutes=5)


#: Next steps that end at the doctor, and what the doctor itself says instead.
_AT_THE_DOCTOR: Mapping[str, Sentence] = {
    failures.RUN_DOCTOR: Sentence(
        "Check that it runs, its name and port (`headgate settings show source`), and the "
        "firewalls on the way."
    ),
    failures.CHECK_PROXY: Sentence(
        "Check the settings of the proxy (`headgate settings show proxy`)."
    ),
    failures.ProxyCannotReach.next_step: Sentence(
        "Check on the proxy that it can resolve and reach this host."
    ),
    failures.NameNotResolved.next_step: Sentence("Check the spelling and this machine's DNS."),
    failures.ProxyCredentialsMissing.next_step: Sentence(
        "Set `proxy.use_credentials`, `proxy.user` and `proxy.password`."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What is out there by the settings: subject and address, and the way."""

    source: str | None  #: address of the source's sync service; None: no name yet
    content: tuple[str, ...]
    way: TransportSettings


def outside(shared: Shared) -> Outside:
    """Return what has to be reached. Raises SettingsError."""
    way = replace(
        connecting.transport_settings(shared),
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
    )
    base = connecting.base_url(shared.source)
    content: tuple[str, ...] = CONTENT_ADDRESSES
    if shared.source.kind != "microsoft":
        content = (f"{connecting.parent_content_url(shared.source)}/",)
    return Outside(source=base + SYNC_PATH, content=content, way=way)


def reach(shared: Shared, directory: Path, *, seconds: float = ALL_SECONDS) -> list[Finding]:
    """Try everything outside at once and say how it went; takes ``seconds`` at most."""
    try:
        there = outside(shared)
    except HeadgateError as exc:
        return [_failure(SOURCE, exc)]
    tasks: dict[str, Callable[[], Probe]] = {}
    if there.source is not None:
        tasks[SOURCE] = partial(_probe_source, there.way, shared, directory, there.source)
    for address in there.content:
        tasks[Sentence("content {address}", address=address)] = partial(_probe, there.way, address)
    answers = side_by_side(tasks, seconds)
    findings = [_proxy(shared)]
    findings += [_finding(subject, answers.get(subject), seconds) for subject in tasks]
    findings.append(_clock([answer for answer in answers.values() if isinstance(answer, Probe)]))
    return findings


def side_by_side(
    tasks: Mapping[str, Callable[[], T]], seconds: float
) -> dict[str, T | HeadgateError]:
    """Run tasks at once and return what has come after ``seconds``; late ones are left behind.

    They run in daemon threads: a name server that does not answer cannot hold up the exit.
    """
    arrived: queue.Queue[tuple[str, T | HeadgateError]] = queue.Queue()

    def run(name: str, task: Callable[[], T]) -> None:
        try:
            arrived.put((name, task()))
        except HeadgateError as exc:
            arrived.put((name, exc))

    for name, task in tasks.items():
        threading.Thread(target=run, args=(name, task), name=f"try {name}", daemon=True).start()
    end = time.monotonic() + seconds
    answers: dict[str, T | HeadgateError] = {}
    while len(answers) < len(tasks):
        try:
            name, answer = arrived.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        answers[name] = answer
    return answers


def _probe_source(way: TransportSettings, shared: Shared, directory: Path, address: str) -> Probe:
    return _probe(connecting.with_trust(way, shared, directory), address)


def _probe(way: TransportSettings, address: str) -> Probe:
    with open_client(way) as client:
        return probe(client, address)


def _finding(subject: str, answer: Probe | HeadgateError | None, seconds: float) -> Finding:
    if answer is None:
        return Finding(
            subject=subject,
            verdict=Verdict.FAILED,
            sentence=Sentence("No answer within {seconds} s.", seconds=round(seconds)),
            next_step=Sentence("Check DNS, the firewall and the proxy for this host."),
        )
    if isinstance(answer, HeadgateError):
        return _failure(subject, answer)
    return Finding(
        subject=subject,
        verdict=Verdict.WELL if answer.reached else Verdict.FAILED,
        sentence=answer.sentence,
        next_step="" if answer.reached else _step(answer.next_step),
    )


def _failure(subject: str, error: HeadgateError) -> Finding:
    return Finding(
        subject=subject,
        verdict=Verdict.FAILED,
        sentence=error.message,
        next_step=_step(error.next_step),
    )


def _step(step: str) -> str:
    """Return the next step without sending people to the doctor they are at."""
    return _AT_THE_DOCTOR.get(step, step)


def _proxy(shared: Shared) -> Finding:
    return Finding(subject=PROXY, verdict=Verdict.NOTE, sentence=_how_proxied(shared.proxy))


def _how_proxied(proxy: Proxy) -> Sentence:
    if not proxy.enabled:
        return Sentence("No proxy server is used: everything goes there directly.")
    address = f"{proxy.host}:{proxy.port}"
    if proxy.use_credentials and proxy.allow_basic:
        how = Sentence(
            "{address} as {user}; basic authentication is allowed.",
            address=address,
            user=proxy.user,
        )
    elif proxy.use_credentials:
        how = Sentence(
            "{address} as {user}; basic authentication is not allowed.",
            address=address,
            user=proxy.user,
        )
    elif proxy.allow_basic:
        how = Sentence(
            "{address}, without signing in; basic authentication is allowed.", address=address
        )
    else:
        how = Sentence(
            "{address}, without signing in; basic authentication is not allowed.", address=address
        )
    return Sentences((how, Sentence("Whether it lets us through is said for each host.")))


def _clock(probes: Sequence[Probe]) -> Finding:
    differences = [one.clock_ahead for one in probes if one.clock_ahead is not None]
    if not differences:
        return Finding(
            subject=CLOCK,
            verdict=Verdict.NOTE,
            sentence=Sentence("Nobody answered whose clock could be compared with ours."),
        )
    widest = max(differences, key=abs)
    if abs(widest) <= CLOCK_MAY_DIFFER:
        return Finding(
            subject=CLOCK,
            verdict=Verdict.WELL,
            sentence=Sentence("Our clock agrees with theirs."),
        )
    difference = str(abs(widest))
    if widest > timedelta():
        said = Sentence("Our clock is {difference} ahead of theirs.", difference=difference)
    else:
        said = Sentence("Our clock is {difference} behind theirs.", difference=difference)
    return Finding(
        subject=CLOCK,
        verdict=Verdict.WARNING,
        sentence=said,
        next_step=Sentence(
            "Set the clock (`timedatectl set-ntp true`): certificates depend on it."
        ),
    )
