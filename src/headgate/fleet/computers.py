"""What a computer says about itself, as far as we let it in.

Nobody is authenticated: whoever knows or guesses an id can say anything in its name. So what is
said here decides nothing but what administrators read; every text has a length, every number a
range, and what does not fit is cut or left out, never a reason to send a computer away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

#: Characters of one text, and of the name of one further fact.
LONGEST_TEXT = 256
LONGEST_KEY = 64
#: Further facts from one source.
MOST_FURTHER = 256

#: After so long without a contact a computer is silent: what WSUS' clean-up goes by.
SILENT_AFTER = timedelta(days=30)
#: So long the last change of names says that an id is shared.
CLONED_FOR = timedelta(days=30)

_INT = range(-(2**31), 2**31)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputerFacts:
    """What a registration says ([MS-WUSP] 2.2.2.2.3), as it was sent."""

    dns_name: str
    os_major: int | None = None
    os_minor: int | None = None
    os_build: int | None = None
    os_service_pack: int | None = None
    os_locale: str | None = None
    os_description: str | None = None
    suite_mask: int | None = None
    old_product_type: int | None = None
    new_product_type: int | None = None
    architecture: str | None = None
    agent_version: str | None = None  #: 1507.2601.30012.0
    manufacturer: str | None = None
    model: str | None = None
    bios_version: str | None = None
    bios_date: datetime | None = None
    #: What has no field of its own: BiosName, SystemMetrics, OEM, DeviceType, FirmwareVersion, …
    further: Mapping[str, str] = field(default_factory=dict)


def readable(text: str | None) -> str | None:
    """Return a text as it is kept: printable, not too long; None for nothing."""
    if text is None:
        return None
    start = text[: 2 * LONGEST_TEXT]
    if not start.isprintable():
        start = "".join(c for c in start if c.isprintable())
    return start.strip()[:LONGEST_TEXT].rstrip() or None


def countable(number: int | None) -> int | None:
    """Return a number as it is kept: 32 bits; None for what is larger."""
    return number if number is not None and number in _INT else None


def bounded(facts: Mapping[str, str]) -> dict[str, str]:
    """Return further facts as they are kept, sorted, so that the same facts look the same."""
    kept: dict[str, str] = {}
    for key in sorted(facts)[:MOST_FURTHER]:
        name, value = readable(key[:LONGEST_KEY]), readable(facts[key])
        if name is not None and value is not None:
            kept[name] = value
    return kept


class ComputerState(StrEnum):
    """How we stand with a computer; of several that hold, the first."""

    REPLACED = "replaced"  #: its name came with another id, and it was not here since
    CLONED = "cloned"  #: several machines use its id in turn
    UNREGISTERED = "unregistered"  #: it never told what it is
    SILENT = "silent"  #: it was not here for thirty days
    NOT_REPORTED = "not_reported"  #: it never told the state of its updates
    REPORTED = "reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What a state is read from; None: never."""

    last_contact: datetime
    registered_at: datetime | None
    last_report: datetime | None
    reimaged_at: datetime | None
    cloned_at: datetime | None


def state_of(moments: Moments, *, now: datetime) -> ComputerState:
    """Return how we stand with a computer."""
    if moments.reimaged_at is not None and moments.last_contact <= moments.reimaged_at:
        return ComputerState.REPLACED
    if moments.cloned_at is not None and now - moments.cloned_at < CLONED_FOR:
        return ComputerState.CLONED
    if moments.registered_at is None:
        return ComputerState.UNREGISTERED
    if now - moments.last_contact >= SILENT_AFTER:
        return ComputerState.SILENT
    return ComputerState.NOT_REPORTED if moments.last_report is None else ComputerState.REPORTED
