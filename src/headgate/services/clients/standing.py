"""What counts now towards computers, looked up at most once a second.

Every call asks for it; the database is asked by one of them. What is a second old is good enough:
a computer that misses a change meets it at its next call.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from headgate.services.second_old import SecondOld
from headgate.storage import client_standing, transactions
from headgate.storage.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who we are to computers, and how far this server has come."""

    server_id: str  #: names the space of ids; another one after a restore
    last_change: str  #: ``GetConfig``'s LastChange: changes only with the configuration
    catalogue_version: int
    counter: int  #: the newest *effective-since*; no cookie of ours can hold a greater one


class ClientStanding(SecondOld[Standing]):
    """Looks the standing up. One for the process."""

    def __init__(self, engine: Engine, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(lambda: _present(engine), monotonic)


def _present(engine: Engine) -> Standing:
    with transactions.read(engine) as conn:
        row = client_standing.present_standing(conn)
    return Standing(
        server_id=row.identity,
        last_change=_written(row.configured_at),
        catalogue_version=row.catalogue_version,
        counter=row.counter,
    )


def is_last_change(said: str | None, standing: Standing) -> bool:
    """Whether a computer names our configuration: the same moment, however it is written."""
    if said is None:
        return False
    return said == standing.last_change or _moment(said) == _moment(standing.last_change)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(written: str) -> int | None:
    """Return milliseconds since 1970 of an ``xs:dateTime``; None for what is no moment.

    Stacks write fewer or more digits than they were given; below a millisecond we never go.
    """
    try:
        moment = datetime.fromisoformat(written.strip()[:40])
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000 + 0.5)
