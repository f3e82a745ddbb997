"""Fetching a file as Delivery Optimization does: aligned pieces of 1 MiB, shuffled, four at once.

A file counts as downloaded when its size is the declared one and both digests hold (FACTS §6.1).
"""

import hashlib
import os
import random
import tempfile
from concurrent.futures import ThreadPoolExecutor

from headgate.sentences import Sentence
from headgate.simulator.windows_client.agent_errors import DownloadFailed
from headgate.simulator.windows_client.connection import Connection
from headgate.simulator.windows_client.details import UpdateFile

PIECE = 1 << 20
_AT_ONCE = 4
_WRONG_DIGEST = 0x80246002  #: WU_E_DM_INCORRECTFILEHASH
_NO_LOCATION = 0x80246001  #: WU_E_DM_URLNOTAVAILABLE


def download(connection: Connection, file: UpdateFile, url: str | None) -> int:
    """Fetch ``file``, verify it and throw it away; return its bytes. Raises DownloadFailed."""
    if url is None:
        raise DownloadFailed(
            Sentence("The server names no address of {name}.", name=file.name),
            hresult=_NO_LOCATION,
        )
    with tempfile.TemporaryFile() as aside:
        _fetch_pieces(connection, file, url, aside.fileno())
        for algorithm, expected in (("sha1", file.sha1), ("sha256", file.sha256)):
            aside.seek(0)
            if hashlib.file_digest(aside, algorithm).digest() != expected:
                raise DownloadFailed(
                    Sentence(
                        "{name} does not have the {algorithm} it was announced with.",
                        name=file.name,
                        algorithm=algorithm.upper(),
                    ),
                    hresult=_WRONG_DIGEST,
                )
    return file.size


def _fetch_pieces(connection: Connection, file: UpdateFile, url: str, aside: int) -> None:
    starts = list(range(0, file.size, PIECE))
    random.Random(file.sha1).shuffle(starts)  # noqa: S311 - nothing secret

    def fetch(start: int) -> str:
        last = min(start + PIECE, file.size) - 1
        data, tag = connection.fetch(url, start, last, file.size)
        os.pwrite(aside, data, start)
        return tag

    if len(starts) <= 1:
        tags = set(map(fetch, starts))
    else:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="download") as pool:
            tags = set(pool.map(fetch, starts))
    if len(tags) > 1:
        raise DownloadFailed(
            Sentence("{name} changed while it was being downloaded.", name=file.name)
        )
