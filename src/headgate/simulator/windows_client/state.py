"""What an agent remembers from one scan to the next: its cookie and the updates it was sent.

``--state DIR`` keeps it in one JSON file per computer, so that a fleet that is started again goes
on where it was, as real computers do. Of such a computer its memory tells what it is, whatever the
description it was made of says meanwhile: updates were installed on it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from headgate.errors import MalformedMessage, UsageError
from headgate.sentences import Sentence, said_by
from headgate.simulator.windows_client.core import Core, read_core
from headgate.simulator.windows_client.machine import Machine
from headgate.wire import lexical
from headgate.wire.clientsync.reporting_event import ReportingEvent
from headgate.wire.clientsync.update_info import Deployment
from headgate.wire.cookie import Cookie


class StateError(UsageError):
    """What was kept of a computer cannot be read, or nothing can be kept."""

    next_step = Sentence("Remove the file: the computer then starts afresh.")


_OTHER_DIRECTORY = Sentence(
    "Name a directory with --state in which you may write; what is missing of it is made."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedUpdate:
    """One revision the server sent."""

    core: Core
    xml: bytes  #: the Core fragment, unescaped; empty where nobody will write it down
    deployment: Deployment
    is_leaf: bool


@dataclass(slots=True, kw_only=True)
class AgentState:
    """One agent's memory; its own thread alone changes it."""

    machine: Machine
    keeps_fragments: bool = False  #: only for ``save``: real Cores reach 47 MB each
    cookie: Cookie | None = None
    last_change: str | None = None  #: of the server's configuration, letter by letter
    authorization_path: str = ""  #: of SimpleAuth, from the configuration
    extended_limit: int = 50  #: revisions per GetExtendedUpdateInfo
    is_registration_required: bool = True
    is_registered: bool = False
    updates: dict[int, CachedUpdate] = field(default_factory=dict)
    drivers: dict[int, CachedUpdate] = field(default_factory=dict)
    locations: dict[bytes, str] = field(default_factory=dict)  #: URL by SHA-1
    events: list[ReportingEvent] = field(default_factory=list)  #: not yet reported
    failures: dict[str, int] = field(default_factory=dict)  #: how often each update failed
    #: (update id, revision number) of what a restart completes.
    pending: tuple[tuple[str, int], ...] = ()

    def cached(self) -> Iterator[tuple[int, CachedUpdate]]:
        """Yield every revision with the number the server gave it."""
        yield from self.updates.items()
        yield from self.drivers.items()


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeptUpdate:
    id: int
    is_leaf: bool
    is_driver: bool
    deployment: Deployment
    xml: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    machine: Machine
    expiration: str | None  #: as the server wrote it
    encrypted_data: bytes
    last_change: str | None
    authorization_path: str
    extended_limit: int
    is_registered: bool
    updates: tuple[_KeptUpdate, ...]
    events: tuple[ReportingEvent, ...]
    failures: dict[str, int]
    pending: tuple[tuple[str, int], ...]


def _path(directory: Path, machine: Machine) -> Path:
    return directory / f"{machine.client_id}.json"


def open_directory(directory: Path, machines: Iterable[Machine]) -> None:
    """Make the directory that is to keep these computers' memories.

    Raises StateError when it cannot be made, or when two of them have one id: each would write
    over what the other remembers.
    """
    names: dict[str, str] = {}
    for machine in machines:
        first = names.get(machine.client_id.lower())
        if first is not None:
            raise StateError(
                Sentence(
                    "{first} and {second} have the same client_id, {id}, and --state keeps one "
                    "memory for each id.",
                    first=first,
                    second=machine.name,
                    id=machine.client_id,
                ),
                next_step=Sentence("Give each its own, or leave out --state to try clones."),
            )
        names[machine.client_id.lower()] = machine.name
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(Sentence("{path} cannot be made", path=directory), error) from error


def _unusable(what: Sentence, error: OSError) -> StateError:
    return StateError(
        Sentence("{what}: {reason}.", what=what, reason=error.strerror or str(error)),
        next_step=_OTHER_DIRECTORY,
    )


def save(directory: Path, state: AgentState) -> None:
    """Write what ``state`` (one that keeps fragments) holds; the file is replaced whole.

    Raises StateError.
    """
    cookie = state.cookie
    kept = _Kept(
        machine=state.machine,
        expiration=None if cookie is None else lexical.write_datetime(cookie.expiration),
        encrypted_data=b"" if cookie is None else cookie.encrypted_data,
        last_change=state.last_change,
        authorization_path=state.authorization_path,
        extended_limit=state.extended_limit,
        is_registered=state.is_registered,
        updates=tuple(
            _KeptUpdate(
                id=number,
                is_leaf=one.is_leaf,
                is_driver=number in state.drivers,
                deployment=one.deployment,
                xml=one.xml,
            )
            for number, one in state.cached()
        ),
        events=tuple(state.events),
        failures=state.failures,
        pending=state.pending,
    )
    path = _path(directory, state.machine)
    aside = path.with_suffix(".new")
    try:
        aside.write_bytes(msgspec.json.encode(kept))
        aside.replace(path)
    except OSError as error:
        raise _unusable(Sentence("{path} cannot be written", path=path), error) from error


def load(directory: Path, machine: Machine) -> AgentState:
    """Return what was kept of the computer, a fresh state when nothing was. Raises StateError."""
    path = _path(directory, machine)
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        return AgentState(machine=machine, keeps_fragments=True)
    except OSError as error:
        raise _unusable(Sentence("{path} cannot be read", path=path), error) from error
    try:
        state = _remembered(msgspec.json.decode(written, type=_Kept))
        if state.machine.client_id != machine.client_id:
            raise ValueError(Sentence("it is another's, {name}'s", name=state.machine.name))
        return state
    except (ValueError, MalformedMessage, RecursionError) as error:
        raise StateError(
            Sentence(
                "{path} does not hold what a computer remembers: {reason}",
                path=path,
                reason=said_by(error),
            )
        ) from error


def _remembered(kept: _Kept) -> AgentState:
    """Return the state that was kept. Raises ValueError and MalformedMessage."""
    state = AgentState(
        machine=kept.machine,
        keeps_fragments=True,
        last_change=kept.last_change,
        authorization_path=kept.authorization_path,
        extended_limit=kept.extended_limit,
        is_registered=kept.is_registered,
        events=list(kept.events),
        failures=kept.failures,
        pending=kept.pending,
    )
    if kept.expiration is not None:
        state.cookie = Cookie(
            expiration=lexical.read_datetime(kept.expiration), encrypted_data=kept.encrypted_data
        )
    for one in kept.updates:
        cached = CachedUpdate(
            core=read_core(one.xml), xml=one.xml, deployment=one.deployment, is_leaf=one.is_leaf
        )
        (state.drivers if one.is_driver else state.updates)[one.id] = cached
    return state
