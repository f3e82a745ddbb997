"""Downloading one update file: resumed where it stopped, retried with limits, verified.

Decides when to go on, when to start over, when to try the next address and when to give up. Trusts
size and digests of the metadata, nothing the source says. Asks for no compression, as the real
clients do (FACTS 1.5). Renaming the finished file into the store is the store's affair.
"""

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx2

from headgate.errors import ContentError, SourceError
from headgate.sentences import Sentence, said_by
from headgate.upstream.failures import (
    BusyAnswer,
    ConnectionCut,
    FileNotAtSource,
    PassingTrouble,
    UnexpectedAnswer,
    UnusableAddress,
    WrongSize,
)
from headgate.upstream.partial import PartialFile

#: Seconds to wait before each retry at one address; as many retries as there are entries.
BACKOFF = (1.0, 2.0, 5.0, 15.0, 30.0)
#: Whoever brings this much before failing again has earned his retries anew.
_REAL_PROGRESS = 1024 * 1024
_BUSY = (408, 425, 429)
_GONE = (404, 410)


class DownloadStopped(ContentError):
    """The operator stopped it; what has come stays and is continued next time."""


class _OtherBytes(PassingTrouble):
    """The source answered with other bytes than were asked for; begin again at the start."""


def fetch_file(
    client: httpx2.Client,
    urls: Sequence[str],
    destination: Path,
    *,
    size: int,
    sha1: bytes,
    sha256: bytes | None,
    progress: Callable[[int], None],
    should_stop: Callable[[], bool],
    backoff: Sequence[float] = BACKOFF,
) -> None:
    """Fetch a file of ``size`` bytes into ``destination``, continuing what is there.

    ``urls`` are tried in order. ``progress`` is told how many bytes are there, from the start of
    the file and never more than ``size``; ``should_stop`` is asked between pieces. Returns with
    the whole, verified file on disk.

    Raises ``FileNotAtSource``, ``DigestMismatch`` (the file is gone then), ``DiskFull``,
    ``DownloadStopped``, or the ``SourceError`` that ended the last try.
    """
    with PartialFile(destination, size) as partial:
        _Download(client, partial, progress, should_stop, backoff).run(urls)
        partial.verify(sha1=sha1, sha256=sha256)


class _Download:
    def __init__(
        self,
        client: httpx2.Client,
        partial: PartialFile,
        progress: Callable[[int], None],
        should_stop: Callable[[], bool],
        backoff: Sequence[float],
    ) -> None:
        self._client = client
        self._partial = partial
        self._progress = progress
        self._should_stop = should_stop
        self._backoff = backoff

    def run(self, urls: Sequence[str]) -> None:
        """Try each address until the file is complete."""
        trouble: SourceError = FileNotAtSource(Sentence("No address is known for this file."))
        self._progress(self._partial.length)
        if self._partial.complete and self._partial.size > 0:
            return
        for url in urls:
            try:
                self._fetch_patiently(url)
                return
            except SourceError as exc:
                trouble = exc
            except (httpx2.InvalidURL, httpx2.HTTPError) as exc:  # redirected in circles, or away
                trouble = UnusableAddress(
                    Sentence(
                        "The address {url} cannot be used: {reason}.", url=url, reason=said_by(exc)
                    )
                )
        raise trouble

    def _fetch_patiently(self, url: str) -> None:
        """Fetch from one address, waiting and trying again while trouble may pass."""
        failures, furthest = 0, self._partial.length
        while True:
            try:
                self._fetch(url)
                return
            except PassingTrouble as exc:
                if self._partial.length >= furthest + _REAL_PROGRESS:
                    failures, furthest = 0, self._partial.length
                if failures == len(self._backoff):
                    raise
                if isinstance(exc, _OtherBytes):
                    self._partial.start_over()
            self._pause(self._backoff[failures])
            failures += 1

    def _fetch(self, url: str) -> None:
        """Make one request for what is missing and take what comes."""
        self._stop_if_asked()
        start = self._partial.length
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._client.stream("GET", url, headers=headers, follow_redirects=True) as answer:
            self._judge(answer, start, url)
            for piece in answer.iter_raw():
                self._stop_if_asked()
                self._take(piece, url)
        if not self._partial.complete:
            raise ConnectionCut(
                Sentence(
                    "{url} ended after {length} of {size} bytes.",
                    url=url,
                    length=str(self._partial.length),
                    size=str(self._partial.size),
                )
            )

    def _judge(self, answer: httpx2.Response, start: int, url: str) -> None:
        """Decide by the status what the body is; returns when it can be appended."""
        status = answer.status_code
        if status == 200:
            length = answer.headers.get("Content-Length")
            self._require_size(int(length) if length else None, url)
            if start:  # the whole file although a part was asked for
                self._partial.start_over()
            return
        part = answer.headers.get("Content-Range", "")
        if status == 206 and start and _number(r"(?<=bytes )\d+", part) == start:
            self._require_size(_number(r"(?<=/)\d+$", part), url)
            return
        if status in (206, 416) and start:
            raise _OtherBytes(
                Sentence(
                    "{url} does not continue the file at byte {start} ({status}).",
                    url=url,
                    start=str(start),
                    status=str(status),
                )
            )
        if status in _GONE:
            raise FileNotAtSource(
                Sentence(
                    "The source does not have this file: {url} answers {status}.",
                    url=url,
                    status=str(status),
                )
            )
        if status in _BUSY or status >= 500:
            raise BusyAnswer(Sentence("{url} answers {status}.", url=url, status=str(status)))
        raise UnexpectedAnswer(
            Sentence("{url} answers {status} instead of the file.", url=url, status=str(status)),
            status=status,
        )

    def _require_size(self, found: int | None, url: str) -> None:
        """Refuse a file of another size, such as the page of a proxy that blocks it."""
        if found is not None and found != self._partial.size:
            raise WrongSize(
                Sentence(
                    "{url} sends {found} bytes instead of the {size} announced.",
                    url=url,
                    found=str(found),
                    size=str(self._partial.size),
                )
            )

    def _take(self, piece: bytes, url: str) -> None:
        if self._partial.length + len(piece) > self._partial.size:
            self._partial.start_over()
            raise WrongSize(
                Sentence(
                    "{url} sends more than the {size} bytes announced.",
                    url=url,
                    size=str(self._partial.size),
                )
            )
        self._partial.append(piece)
        self._progress(self._partial.length)

    def _pause(self, seconds: float) -> None:
        """Wait, but not longer than a second after being asked to stop."""
        while seconds > 0:
            self._stop_if_asked()
            time.sleep(min(seconds, 1.0))
            seconds -= 1.0

    def _stop_if_asked(self) -> None:
        if self._should_stop():
            raise DownloadStopped(Sentence("The download was stopped; what has come is kept."))


def _number(pattern: str, header: str) -> int | None:
    found = re.search(pattern, header)
    return int(found[0]) if found else None
