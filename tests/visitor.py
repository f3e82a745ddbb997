"""A ``Source`` as tests use it: over real HTTP, with pauses that are written down, not waited."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from headgate.upstream.source import Source
from headgate.upstream.transport import TransportSettings, open_client

SERVER_ID = "6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12"
ACCOUNT = "probe.lab.invalid"


@dataclass
class Visitor:
    """The source under test and how long it would have waited."""

    source: Source
    pauses: list[float] = field(default_factory=list)


@contextmanager
def visiting(
    base_url: str,
    clock: Callable[[], datetime],
    pause: Callable[[float], None] | None = None,
) -> Iterator[Visitor]:
    """Open a source at ``base_url``; ``pause`` is told of every wait after it is written down."""
    pauses: list[float] = []

    def note(seconds: float) -> None:
        pauses.append(seconds)
        if pause is not None:
            pause(seconds)

    with open_client(TransportSettings(connect_timeout=5, read_timeout=30)) as client:
        source = Source(
            client=client,
            base_url=base_url,
            server_id=SERVER_ID,
            account_name=ACCOUNT,
            clock=clock,
            pause=note,
        )
        yield Visitor(source, pauses)
