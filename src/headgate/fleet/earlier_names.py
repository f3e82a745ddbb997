"""The names an id had before, and what they tell: that machines were copied together with it.

Copies of a disk that was not prepared for copying come with one id, each under a name of its own.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from headgate.fleet.names import is_same_machine

#: Names that are remembered beside the present one.
MOST = 8
#: A machine that is renamed may get its old name back, but hardly within so long.
LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierName:
    """A name an id does not have any more."""

    name: str
    last_used: datetime  #: when the id was here last under it


def after_leaving(
    earlier: Sequence[EarlierName], left: EarlierName, *, name: str
) -> tuple[EarlierName, ...]:
    """Return the earlier names of an id that ``left`` one and has ``name`` now, newest first."""
    others = [
        one
        for one in earlier
        if not (is_same_machine(one.name, left.name) or is_same_machine(one.name, name))
    ]
    return (left, *others)[:MOST]


def used_lately(earlier: Sequence[EarlierName], *, at: datetime) -> Iterator[EarlierName]:
    """Yield the names that were in use in the thirty days before ``at``."""
    return (one for one in earlier if at - one.last_used < LATELY)


def tell_of_copies(earlier: Sequence[EarlierName], name: str, *, at: datetime) -> bool:
    """Whether an id that comes under another name now is used by several machines.

    It is when the name comes back, and when there were more names lately than are remembered: of
    many machines in a fixed order none comes back before its name is forgotten.
    """
    lately = list(used_lately(earlier, at=at))
    return len(lately) >= MOST or any(is_same_machine(one.name, name) for one in lately)


def kept(earlier: Sequence[EarlierName]) -> str:
    """Return what to store of earlier names: JSON."""
    return json.dumps(
        [[one.name, one.last_used.isoformat()] for one in earlier],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def restored(stored: str | None) -> tuple[EarlierName, ...]:
    """Return the names :func:`kept` has written."""
    return tuple(
        EarlierName(name=name, last_used=datetime.fromisoformat(last_used))
        for name, last_used in json.loads(stored or "[]")
    )
