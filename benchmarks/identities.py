"""Decoding the list of 150,000 identities that a source sends in one body."""

import time
import uuid
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from benchmarks.figures import SECONDS, TIMES, Figure
from headgate.wire.serversync import get_revision_id_list
from headgate.wire.serversync.get_revision_id_list import GetRevisionIdListResponse
from headgate.wire.values import UpdateIdentity

TITLE = "A list of 150,000 identities"
_COUNT = 150_000
_ROUNDS = 3


def measure(scratch: Path) -> list[Figure]:
    """Decode the answer, beside lxml building a tree of the same bytes."""
    body = get_revision_id_list.encode_response(
        GetRevisionIdListResponse(
            anchor="0,2026-01-01 00:00:00.000",
            new_revisions=tuple(
                UpdateIdentity(str(uuid.UUID(int=number << 64 | number)), 200)
                for number in range(_COUNT)
            ),
        )
    )
    decoded = _best(lambda: get_revision_id_list.decode_response(body))
    tree = _best(lambda: etree.fromstring(body, etree.XMLParser(huge_tree=True)))
    return [
        Figure(what=f"decoding {len(body) / 1e6:.0f} MB", value=decoded, unit=SECONDS),
        Figure(what="the same against lxml building a tree", value=decoded / tree, unit=TIMES),
    ]


def _best(deed: Callable[[], object]) -> float:
    times = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        deed()
        times.append(time.perf_counter() - began)
    return min(times)
