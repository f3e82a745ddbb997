"""What computers reported lately, in words: the event, the update, what its code means."""

from dataclasses import dataclass
from datetime import datetime

from headgate.fleet.event_names import event_name
from headgate.sentences import Sentence
from headgate.services.computers.error_hints import ErrorHint, error_hint
from headgate.storage import client_events, deciding
from headgate.storage.client_events import KeptEvent
from headgate.storage.engine import Connection

#: What agents send with the download of a driver instead of a device ([MS-WUSP] 2.2.2.3.1).
_NO_DEVICE = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedEvent:
    """One event, for people."""

    at: datetime  #: by the computer's clock
    name: Sentence
    update_id: str | None  #: None: it is about no update
    title: str | None  #: of that update; None where it is not here
    device_id: str | None  #: of a driver: the device it is for
    error: ErrorHint | None  #: None: it did not fail


def latest_events(conn: Connection, computer_id: str, *, at_most: int) -> tuple[ReportedEvent, ...]:
    """Return what a computer reported, the latest first."""
    kept = client_events.events_of(conn, computer_id, at_most=at_most)
    about = {one.event.update_id for one in kept if one.event.update_id}
    titles = {key: found.title for key, found in deciding.candidates(conn, about).items()}
    return tuple(_told(one, titles) for one in kept)


def _told(kept: KeptEvent, titles: dict[str, str]) -> ReportedEvent:
    event = kept.event
    return ReportedEvent(
        at=event.at_target,
        name=event_name(event.event_id),
        update_id=event.update_id,
        title=titles.get(event.update_id or ""),
        device_id=None if event.device_id == _NO_DEVICE else event.device_id,
        # Codes above zero tell of a restart that is still to come, not of a failure.
        error=error_hint(event.hresult) if event.hresult < 0 else None,
    )
