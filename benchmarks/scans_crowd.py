"""Five hundred connections at once: who is answered, who is told to come again, and what is left.

Every connection asks for a scan with all cached ids, again and again; who is told to come again
does so at once, which no real computer does.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks import clients_requests as requests
from benchmarks.clients_agent import CLIENT, Agent, Cached
from benchmarks.clients_server import Serving
from benchmarks.figures import MEGABYTES, MILLISECONDS, Figure

CONNECTIONS = 500
LASTS = 15.0  #: seconds
_PATIENCE = 60.0  #: seconds for one answer
_MOST_MEMORY = 400.0  #: megabytes
_CALM = 1_000.0  #: milliseconds for a scan, the moment the crowd has gone
_NUMBER = 4_000


@dataclass(slots=True)
class Crowd:
    """What became of the requests."""

    answered: int = 0
    later: int = 0  #: 503 with Retry-After
    wrong: Counter[str] = field(default_factory=Counter)


def figures(serving: Serving, cached: Cached) -> list[Figure]:
    """Measure a crowd, and the first scan after it."""
    agent = Agent(serving.address, _NUMBER)
    agent.sign_on()
    request = requests.software(cached.installed, cached.others)
    agent.scan(request)
    serving.forget_peak()
    crowd = asyncio.run(_crowd(serving.address, agent.prepared(CLIENT, agent.filled(request))))
    after = agent.scan(request).seconds
    agent.close()
    for what, count in crowd.wrong.items():
        print(f"  of {CONNECTIONS} connections, {count:,} times: {what}")
    name = f"{CONNECTIONS} connections at once"
    return [
        Figure(what=f"{name}: scans answered", value=crowd.answered / LASTS, unit="/s"),
        Figure(what=f"{name}: told to come again", value=crowd.later / LASTS, unit="/s"),
        Figure(what=f"{name}: anything else", value=crowd.wrong.total(), unit="", limit=0),
        Figure(
            what=f"{name}: memory at most",
            value=serving.peak(),
            unit=MEGABYTES,
            limit=_MOST_MEMORY,
        ),
        Figure(
            what=f"{name}: a scan right after",
            value=after * 1000,
            unit=MILLISECONDS,
            limit=_CALM,
        ),
    ]


async def _crowd(address: str, message: bytes) -> Crowd:
    crowd, end = Crowd(), time.monotonic() + LASTS
    await asyncio.gather(*(_one(address, message, crowd, end) for _ in range(CONNECTIONS)))
    return crowd


async def _one(address: str, message: bytes, crowd: Crowd, end: float) -> None:
    parts = urlsplit(address)
    while time.monotonic() < end:
        try:
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            try:
                while time.monotonic() < end:
                    writer.write(message)
                    await writer.drain()
                    async with asyncio.timeout(_PATIENCE):
                        goes_on = await count_answer(reader, crowd)
                    if not goes_on:
                        break
            finally:
                writer.close()
        except (OSError, EOFError, TimeoutError) as error:
            crowd.wrong[type(error).__name__] += 1


async def count_answer(reader: asyncio.StreamReader, crowd: Crowd) -> bool:
    """Read one answer and count it; return whether the connection stays."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").lower()
    status, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if line)
    await reader.readexactly(int(headers["content-length"]))
    code = status.split()[1]
    if code == "200":
        crowd.answered += 1
    elif code == "503" and headers.get("retry-after", "").isdigit():
        crowd.later += 1
    else:
        crowd.wrong[f"status {code}"] += 1
    return headers.get("connection") != "close"
