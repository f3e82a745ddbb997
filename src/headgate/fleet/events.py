"""What a computer tells: one event, in our words (FACTS §9.1–9.3; [MS-WUSP] 2.2.2.3.1).

Every word in it is the computer's: texts can be long or rubbish, its clock can be wrong, and the
computer it names need not be the one that sends it. Nothing here fails for that; what cannot be
understood says nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

#: Events of computers; those of other namespaces are a server's own ([MS-WUSP] 2.2.2.3.1).
OF_COMPUTERS = 1

#: The full statement: what a computer needs, has installed and so on (FACTS §9.5 no. 1).
STATUS_OF_ALL_UPDATES = 156

#: How far a computer's clock may be off before an event gets the time of its arrival instead.
MOST_AHEAD = timedelta(days=1)
MOST_BEHIND = timedelta(days=400)  # a computer that lay in a cupboard for a year

_NO_UPDATE = "00000000-0000-0000-0000-000000000000"
_GUID = re.compile(r"(?<![0-9a-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEvent:
    """One event as a computer reported it. Made of what came by :meth:`as_sent`."""

    computer_id: str  #: whom it is about (``TargetID/Sid``), lower case
    instance_id: str  #: lower-case GUID; the same event sent again has the same
    namespace_id: int = OF_COMPUTERS
    event_id: int
    source_id: int = 101  #: the part of the agent that speaks; all computers on record send 101
    at_target: datetime  #: the computer's clock when it sent this, not when it happened
    update_id: str | None = None  #: lower-case GUID; None: not about one update
    revision_number: int = 0
    hresult: int = 0  #: signed, 32 bits
    app_name: str | None = None  #: the program that asked the agent
    device_id: str | None = None  #: of drivers: the device it was installed for, in its words
    strings: tuple[str, ...] = ()  #: what the event's sentence is filled with
    misc: tuple[str, ...] = ()  #: ``tag=value`` each (FACTS §9.2), in the order sent

    @classmethod
    def as_sent(
        cls,
        *,
        computer_id: str,
        instance_id: str,
        namespace_id: int,
        event_id: int,
        source_id: int,
        at_target: datetime,
        update_id: str,
        revision_number: int,
        hresult: int,
        app_name: str | None,
        device_id: str | None = None,
        strings: Iterable[str | None] = (),
        misc: Iterable[str | None] = (),
    ) -> "ClientEvent":
        """Return the event of what stood in a message.

        The ids are GUIDs in any letter case (``computer_id`` any text), the all-zero update id is
        no update, numbers are folded to 32 bits. Raises ValueError for a moment without time zone.
        """
        if at_target.tzinfo is None:
            raise ValueError("an event's moment without a time zone")
        about = update_id.strip().lower()
        return cls(
            computer_id=computer_id.strip().lower(),
            instance_id=instance_id.strip().lower(),
            namespace_id=_signed(namespace_id),
            event_id=_signed(event_id),
            source_id=_signed(source_id),
            at_target=at_target,
            update_id=None if about in ("", _NO_UPDATE) else about,
            revision_number=_signed(revision_number),
            hresult=_signed(hresult),
            app_name=app_name or None,
            device_id=device_id or None,
            strings=tuple(one or "" for one in strings),
            misc=tuple(one for one in misc if one),
        )

    @property
    def is_statement(self) -> bool:
        """Whether it tells the states of all updates, also when it lists none (FACTS trap 23)."""
        return self.namespace_id == OF_COMPUTERS and self.event_id == STATUS_OF_ALL_UPDATES

    def misc_value(self, tag: str) -> str | None:
        """Return what stands after ``tag=``; None without the tag. A value may contain ``=``."""
        for one in self.misc:
            found, equals, value = one.partition("=")
            if equals and found == tag:
                return value
        return None

    def update_ids(self, tag: str) -> frozenset[str]:
        """Return the update ids a list such as ``U`` names; what is no GUID is passed over.

        One entry with ids between semicolons is what real agents send; several entries of the
        same tag are read as one list.
        """
        listed = (one.partition("=") for one in self.misc)
        ids = (_GUID.findall(value.lower()) for found, _, value in listed if found == tag)
        return frozenset(chain.from_iterable(ids)) - {_NO_UPDATE}


def plausible_moment(at_target: datetime, received_at: datetime) -> datetime:
    """Return when an event is said to be: by the computer's clock, unless that is absurd.

    Arrival and contact go by the server's clock (FACTS §9.5 no. 7).
    """
    if -MOST_BEHIND <= at_target - received_at <= MOST_AHEAD:
        return at_target
    return received_at


def _signed(number: int) -> int:
    """Fold a number into 32 bits with a sign; codes come signed and, from some, unsigned."""
    return (number + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
