"""Update files that are due: fetched after the metadata, which a failed file never undoes, or when
updates are approved.

Each file is recorded when it is whole, verified and in the store, so an interrupted run loses at
most the pieces under way, and those are continued. Files that would eat into the reserve of the
disk are left out; when nothing arrives any more, the rest is not tried.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

import httpx2

from headgate.catalogue.files import DueFile, FileChoice, FilePresence
from headgate.content import paths
from headgate.content.local import FileNotRemovableError, StoreNotWritableError
from headgate.content.store import ContentStore, FileNotStoredError, Space
from headgate.content.verify import Expected, UnreadableFileError
from headgate.errors import ContentError, HeadgateError
from headgate.logs import get_logger
from headgate.sentences import Sentence, counted, said_by
from headgate.services.synchronizing.connecting import parent_content_url
from headgate.settings.shared import Source as SourceSettings
from headgate.storage import file_records, transactions
from headgate.storage.engine import Connection, Engine
from headgate.storage.runs import Problem
from headgate.sync import phases
from headgate.sync.progress import Progress
from headgate.upstream.download import fetch_file
from headgate.upstream.failures import FileNotAtSource, UnexpectedAnswer, WrongSize
from headgate.upstream.partial import DigestMismatch, DiskFull
from headgate.upstream.source import SourceConfiguration

_log = get_logger(__name__)

#: Files on their way at once; real clients use four to five connections to one server (FACTS §6).
AT_ONCE = 4

#: Failures of the way there, without a success between them, after which the rest is not tried.
GIVE_UP_AFTER = 10

#: Failures that say nothing about the way to the source: the next file may well come. Counting
#: them would let ten files that are gone keep all others away, run after run.
_ABOUT_THE_FILE = (
    FileNotAtSource,
    UnexpectedAnswer,
    WrongSize,
    DigestMismatch,
    UnreadableFileError,
    FileNotRemovableError,
)

#: Seconds between two looks at cancellation and progress.
_LOOK = 0.2

Addresses = Callable[[DueFile], Sequence[str]]


def addresses(source: SourceSettings, describe: Callable[[], SourceConfiguration]) -> Addresses:
    """Return what says where a file lies: ``MUUrl``, or the parent's ``/Content``.

    A parent that holds no files itself says so (``CatalogOnlySync``); it is asked once, and only
    when there is something to fetch. We do not go to Microsoft behind a parent's back: an isolated
    network has its reasons.
    """
    from_microsoft = cache(lambda: source.kind == "microsoft" or describe().catalogue_only)

    def find(file: DueFile) -> Sequence[str]:
        if from_microsoft():
            return (file.mu_url,) if file.mu_url else ()
        return (f"{parent_content_url(source)}/{paths.path_of(file.sha1, file.name)}",)

    return find


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTools:
    """What fetching files is given by the composition root."""

    engine: Engine
    store: ContentStore
    client: httpx2.Client
    addresses: Addresses
    progress: Progress
    now: Callable[[], datetime]
    check_stopped: Callable[[], None]  #: raises when the job was cancelled or must pause
    #: Called in the transaction that records a file, for whatever follows from its being here.
    arrived: Callable[[Connection, DueFile], object]


def fetch_due_files(tools: FileTools, choice: FileChoice) -> list[Problem]:
    """Fetch what is due and return what went wrong, one problem for each file in trouble.

    Raises only what ``check_stopped`` raises, and errors of the database.
    """
    with transactions.read(tools.engine) as conn:
        due = file_records.due_files(conn, choice)
    if not due:
        return []
    tools.progress.begin(phases.FILES, len(due))
    fetching = _Fetching(tools=tools, left=due[::-1])
    fetching.run()
    return fetching.problems


@dataclass(slots=True)
class _Fetching:
    tools: FileTools
    left: list[DueFile]  #: the next one last
    problems: list[Problem] = field(default_factory=list)
    without_room: list[DueFile] = field(default_factory=list)
    failures_in_a_row: int = 0
    under_way: dict[Future[None], DueFile] = field(default_factory=dict)
    received: dict[bytes, int] = field(default_factory=dict)  #: bytes there, by digest
    counted: int = 0  #: bytes told to progress
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Keep a few downloads going until nothing is left or nothing arrives any more."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetch file") as pool:
            try:
                while self.left or self.under_way:
                    self._start(pool)
                    self._collect()
                    self.tools.check_stopped()
            finally:
                self.stop.set()
        self._note_without_room()

    def _start(self, pool: ThreadPoolExecutor) -> None:
        while self.left and len(self.under_way) < AT_ONCE:
            file = self.left.pop()
            if self._has_room_for(file):
                self.under_way[pool.submit(self._fetch, file)] = file
            else:
                self.without_room.append(file)

    def _has_room_for(self, file: DueFile) -> bool:
        space = self.tools.store.space()
        promised = sum(
            other.size - self.received.get(other.sha1, 0) for other in self.under_way.values()
        )
        return space is None or file.size + promised <= space.usable

    def _fetch(self, file: DueFile) -> None:
        """Bring one file into the store (runs in a thread of the pool)."""
        store = self.tools.store
        if self._is_there_already(file):
            return
        aside = store.aside(file.sha1)

        def count(there: int) -> None:
            self.received[file.sha1] = there

        try:
            fetch_file(
                self.tools.client,
                self.tools.addresses(file),
                aside,
                size=file.size,
                sha1=file.sha1,
                sha256=file.sha256,
                progress=count,
                should_stop=self.stop.is_set,
            )
        except OSError as exc:  # what an earlier run has left cannot be read
            raise _thrown_away(aside, exc) from exc
        store.keep(aside, file.sha1, file.name)

    def _is_there_already(self, file: DueFile) -> bool:
        """Whether it was put there by hand, or just before an interruption.

        A damaged one goes, and one that cannot be read is no better. Raises ContentError.
        """
        store = self.tools.store
        if not store.has(file.sha1):
            return False
        try:
            with store.open(file.sha1) as stream:
                if Expected.of(file).met_by(stream):
                    return True
        except (OSError, UnreadableFileError, FileNotStoredError) as exc:
            _log.warning("file not readable", sha1=file.sha1.hex(), reason=said_by(exc))
        store.remove(file.sha1)
        return False

    def _collect(self) -> None:
        done, _ = wait(self.under_way, timeout=_LOOK, return_when=FIRST_COMPLETED)
        for future in done:
            self._settle(self.under_way.pop(future), future.exception())
        received = sum(self.received.values())
        self.tools.progress.advance(len(done), received=max(0, received - self.counted))
        self.counted = max(self.counted, received)

    def _settle(self, file: DueFile, error: BaseException | None) -> None:
        if error is None:
            self.failures_in_a_row = 0
            self._record(file)
        elif isinstance(error, HeadgateError):
            self.problems.append(_problem(file, error))
            self.failures_in_a_row += not isinstance(error, _ABOUT_THE_FILE)
            if isinstance(error, DiskFull | StoreNotWritableError):
                self._give_up(
                    counted(
                        "{count} more file was not tried, because the store takes no more. The "
                        "next synchronization tries again.",
                        "{count} more files were not tried, because the store takes no more. The "
                        "next synchronization tries again.",
                        count=len(self.left),
                    )
                )
            elif self.failures_in_a_row >= GIVE_UP_AFTER:
                self._give_up(
                    counted(
                        "{count} more file was not tried, because {failures} in a row failed. The "
                        "next synchronization tries again.",
                        "{count} more files were not tried, because {failures} in a row failed. "
                        "The next synchronization tries again.",
                        count=len(self.left),
                        failures=GIVE_UP_AFTER,
                    )
                )
        else:
            raise error

    def _record(self, file: DueFile) -> None:
        with transactions.write(self.tools.engine) as conn:
            file_records.record_presence(
                conn, [file.sha1], FilePresence.PRESENT, at=self.tools.now()
            )
            self.tools.arrived(conn, file)

    def _give_up(self, reason: Sentence) -> None:
        if self.left:
            subject = _files(len(self.left))
            self.problems.append(Problem(kind="file", subject=subject, reason=reason))
            self.left.clear()

    def _note_without_room(self) -> None:
        if not self.without_room:
            return
        self.problems.append(
            Problem(
                kind="file",
                subject=_files(len(self.without_room)),
                reason=counted(
                    "{count} file ({wanted} bytes) was not fetched: the disk of the content "
                    "store has no room for it ({free}). Free space, then synchronize again.",
                    "{count} files ({wanted} bytes) were not fetched: the disk of the content "
                    "store has no room for them ({free}). Free space, then synchronize again.",
                    count=len(self.without_room),
                    wanted=sum(file.size for file in self.without_room),
                    free=_room(self.tools.store.space()),
                ),
            )
        )


def _thrown_away(aside: Path, cause: OSError) -> ContentError:
    """Remove what is there of a file, to be fetched from its start; return what to tell."""
    try:
        aside.unlink(missing_ok=True)
    except OSError as exc:
        return FileNotRemovableError(aside, exc)
    return UnreadableFileError(aside, cause)


def _files(count: int) -> Sentence:
    return counted("{count} file", "{count} files", count=count)


def _room(space: Space | None) -> Sentence:
    if space is None:
        return Sentence("full")
    return Sentence(
        "{free} bytes are free, {reserve} stay free", free=space.free, reserve=space.reserve
    )


def _problem(file: DueFile, error: HeadgateError) -> Problem:
    return Problem(
        kind="file",
        subject=f"{file.name} ({file.sha1.hex().upper()})",
        reason=error.sentence(),
        detail=file.mu_url,
    )
