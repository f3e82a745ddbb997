"""What an event says of the states of updates on the computer that sent it (FACTS §9.5).

The full statement (156) is the source of truth and replaces everything. Between two of them some
events tell what has just happened to one update; what they say holds until the next statement.
"Not applicable" is no state: it is what a computer that has made a statement does not list.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from headgate.fleet.events import OF_COMPUTERS, ClientEvent
from headgate.fleet.states import UpdateStateOnComputer as State

#: The lists of a full statement; an id in several of them has the state that comes first here.
#: Real agents list each id once: what failed has left ``U`` for ``g`` (reports/, exchange 165).
LISTS: Mapping[str, State] = {
    "W": State.PENDING_REBOOT,
    "g": State.FAILED,
    "V": State.INSTALLED,
    "h": State.DOWNLOADED,
    "U": State.NEEDED,
}

#: What happened to the update an event names. 182 fails at once on real servers; the rest is ours
#: (FACTS §9.5 "practical extensions"). An installation the agent has killed did not succeed.
_BECOMES: Mapping[int, State] = {
    162: State.DOWNLOADED,
    164: State.DOWNLOADED,  # some of it came from a peer
    182: State.FAILED,
    183: State.INSTALLED,
    184: State.PENDING_REBOOT,
    187: State.FAILED,
    190: State.INSTALLED,
    191: State.PENDING_REBOOT,
    192: State.FAILED,
    195: State.FAILED,
    197: State.INSTALLED,
    198: State.FAILED,
    199: State.PENDING_REBOOT,
    200: State.FAILED,
    201: State.PENDING_REBOOT,
    204: State.FAILED,
}

#: Updates one statement may list. Real ones list some hundreds; more than this is no statement.
MOST_LISTED = 50_000

_RESTARTED = 202

#: [MS-WUSP] says failed after the restart, the text of real servers says succeeded: the code it
#: comes with decides.
_AFTER_RESTART = 203


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The states of all updates. Every update is in one state; empty means nothing applies."""

    updates: Mapping[State, frozenset[str]]  #: lower-case GUIDs; all five states


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something happened to one update."""

    update_id: str  #: lower-case GUID
    becomes: State


@dataclass(frozen=True, slots=True)
class Restarted:
    """The computer has restarted: what waited for that counts as installed until it says more."""


def said_by(event: ClientEvent) -> Statement | Happened | Restarted | None:
    """Return what an event says of states, None when it says nothing."""
    if event.namespace_id != OF_COMPUTERS:
        return None
    if event.is_statement:
        return _statement(event)
    if event.event_id == _RESTARTED:
        return Restarted()
    becomes = _becomes(event)
    if becomes is None or event.update_id is None or _is_about_a_member(event):
        return None
    return Happened(update_id=event.update_id, becomes=becomes)


def after(state: State | None, becomes: State) -> State:
    """Return the state of an update that was in ``state`` when something happened to it.

    A download changes nothing for what is installed already.
    """
    if becomes is State.DOWNLOADED and state in (State.INSTALLED, State.PENDING_REBOOT):
        return state
    return becomes


def _becomes(event: ClientEvent) -> State | None:
    if event.event_id == _AFTER_RESTART:
        return State.FAILED if event.hresult < 0 else State.INSTALLED
    return _BECOMES.get(event.event_id)


def _is_about_a_member(event: ClientEvent) -> bool:
    # States are those of top-level updates; a bundle sends its own event after its members'.
    return event.misc_value("M") is not None


def _statement(event: ClientEvent) -> Statement | None:
    told: frozenset[str] = frozenset()
    updates = {}
    for tag, state in LISTS.items():
        updates[state] = event.update_ids(tag) - told
        told |= updates[state]
    return Statement(updates=updates) if len(told) <= MOST_LISTED else None
