"""The verbs of update files: how much is due, is what we have whole, what can go, what to adopt."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path

from headgate.catalogue.files import DueFile, FileChoice, FilePresence, FileTotal
from headgate.content import adoption, verify
from headgate.content.local import LocalStore, StoreNotReadableError
from headgate.content.store import Space
from headgate.content.verify import DamagedFileError, Expected, UnreadableFileError
from headgate.errors import ContentError
from headgate.services.files.fetching import queue_fetching_if_due
from headgate.services.files.readiness import Readiness
from headgate.services.files.verifying import Verified, Verifying
from headgate.services.memory import Memory
from headgate.storage import audit, catalogue_version, effective, file_records, transactions
from headgate.storage.engine import Engine
from headgate.storage.jobs import Job

#: Files looked up or recorded together.
_TOGETHER = 500

#: Called with files looked at so far and their bytes.
Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesStatus:
    """How things stand with update files."""

    totals: dict[FilePresence, FileTotal]  #: everything the catalogue names
    due: FileTotal  #: what the next synchronization fetches
    due_undeferred: FileTotal  #: what it would fetch if downloads were not deferred
    space: Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is stored here, and how much room is left."""

    present: FileTotal
    space: Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What was taken away, and what was left because no update here names it."""

    removed: FileTotal
    unfinished: int  #: bytes of given-up downloads
    strangers: FileTotal
    kept: tuple[str, ...]  #: sentences about files that could not be removed


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What became of the files of another directory."""

    taken: FileTotal
    linked: int  #: of those taken, how many take no room of their own
    here_already: int
    unknown: int  #: named by no update here
    damaged: tuple[str, ...]  #: sentences
    without_room: FileTotal


class UpdateFiles:
    """Update files of one installation."""

    def __init__(
        self,
        *,
        engine: Engine,
        store: LocalStore,
        now: Callable[[], datetime],
        memory: Memory | None = None,
        readiness: Readiness | None = None,
    ) -> None:
        """``memory``: one for the process, to remember forecasts.

        ``readiness``: what is told of files that come and go; None: there are no approvals.
        """
        self._engine = engine
        self._store = store
        self._now = now
        self._memory = memory or Memory()
        self._readiness = readiness

    def due(self, choice: FileChoice) -> FileTotal:
        """Return how much the next synchronization fetches under a choice, kept or not yet."""
        with transactions.read(self._engine) as conn:
            return file_records.due_total(conn, choice)

    def forecasts(self, choices: Sequence[FileChoice]) -> list[FileTotal]:
        """Return what is due under each choice, remembered until something changes.

        Asked anew it takes a second on a large catalogue.
        """
        with transactions.read(self._engine) as conn:
            version = catalogue_version.catalogue_version(conn)
            here = (effective.counter(conn), *file_records.totals(conn).values())
        return [
            self._memory.remembered(version, ("due", choice, here), partial(self.due, choice))
            for choice in choices
        ]

    def held(self) -> Held:
        """Return what is stored here; quick, unlike :meth:`status`."""
        with transactions.read(self._engine) as conn:
            totals = file_records.totals(conn)
        return Held(present=totals[FilePresence.PRESENT], space=self._store.space())

    def status(self, choice: FileChoice) -> FilesStatus:
        """Return how things stand."""
        with transactions.read(self._engine) as conn:
            return FilesStatus(
                totals=file_records.totals(conn),
                due=file_records.due_total(conn, choice),
                due_undeferred=file_records.due_total(conn, replace(choice, everything=True)),
                space=self._store.space(),
            )

    def verify(self, *, actor: str, watch: Watch) -> Verified:
        """Read every file that is stored or recorded as here, and record what is found.

        A damaged file is removed. Missing is what is recorded as here and what is in quarantine,
        which stays there until it has been fetched again. What approved updates need is fetched
        again at once, anything else by the next synchronization if it is due. What the system
        refuses to read is told, and stays recorded as it was.
        """
        with transactions.read(self._engine) as conn:
            recorded, quarantined = (
                {file.sha1: file for file in file_records.files_that_are(conn, presence)}
                for presence in (FilePresence.PRESENT, FilePresence.DAMAGED)
            )
        verifying = Verifying(self._store)
        for file in quarantined.values():
            verifying.look_for(file)
        found: list[bytes] = []
        for file in self._stored_and(recorded, verifying.unreadable_folder):
            watch(verifying.looked_at, verifying.bytes_read)
            presence = verifying.read(file)
            if presence is FilePresence.PRESENT:
                if file.sha1 not in recorded:
                    found.append(file.sha1)
            elif presence is not None:
                self._record([file.sha1], presence)
        self._record(found, FilePresence.PRESENT)
        verified = verifying.report(found=len(found))
        damaged, missing, unread = len(verified.damaged), len(verified.missing), verified.unread
        self._note(actor, "content.verify", damaged=damaged, missing=missing, unread=unread)
        return replace(verified, fetching=self._fetch_again(actor) if damaged or missing else None)

    def quarantine(self, sha1: bytes, *, actor: str) -> None:
        """Record that a stored file is not what it should be: it is served to nobody any more.

        What approved updates need is fetched again at once.
        """
        self._record([sha1], FilePresence.DAMAGED)
        self._note(actor, "content.quarantine", sha1=sha1.hex().upper())
        self._fetch_again(actor)

    def purge(self, choice: FileChoice, *, actor: str) -> Purged:
        """Remove files no current update needs in the chosen languages, and unfinished downloads.

        Deferring counts for nothing here: what an approval may need tomorrow stays. So does what
        the system refuses to remove, and is told.
        """
        with transactions.read(self._engine) as conn:
            unneeded = file_records.unneeded_files(conn, replace(choice, everything=True))
        removed = _Tally()
        gone: list[bytes] = []
        kept: dict[str, None] = {}
        for file in unneeded:
            try:
                removed.size += self._store.remove(file.sha1)
            except ContentError as exc:
                kept[exc.message] = None
                continue
            removed.count += 1
            gone.append(file.sha1)
        self._record(gone, FilePresence.WANTED)
        unfinished = self._store.drop_aside()
        self._note(actor, "content.purge", files=removed.count, bytes=removed.size)
        return Purged(
            removed=removed.total(),
            unfinished=unfinished,
            strangers=self._strangers(),
            kept=tuple(kept),
        )

    def adopt(self, directory: Path, *, actor: str, watch: Watch) -> Adopted:
        """Take the files of another directory that updates here name. It stays as it is."""
        adopting = _Adopting(self._store)
        looked = 0
        found = adoption.candidates(directory)
        while batch := list(islice(found, _TOGETHER)):
            digests = [digest for _, digest in batch]
            with transactions.read(self._engine) as conn:
                known = file_records.known_files(conn, digests)
            for path, digest in batch:
                adopting.take(path, known.get(digest))
                looked += 1
                watch(looked, adopting.taken.size)
            self._record(adopting.present, FilePresence.PRESENT)
            adopting.present.clear()
        self._note(actor, "content.adopt", directory=str(directory), files=adopting.taken.count)
        return adopting.report()

    def _stored_and(
        self,
        recorded: dict[bytes, DueFile],
        unreadable: Callable[[StoreNotReadableError], object],
    ) -> Iterator[DueFile]:
        """Yield what is recorded as here, then what is stored and named by an update besides."""
        yield from recorded.values()
        others = (digest for digest, _ in self._store.stored(unreadable) if digest not in recorded)
        while batch := list(islice(others, _TOGETHER)):
            with transactions.read(self._engine) as conn:
                known = file_records.known_files(conn, batch)
            yield from known.values()

    def _strangers(self) -> FileTotal:
        tally = _Tally()
        stored = self._store.stored()
        while batch := dict(islice(stored, _TOGETHER)):
            with transactions.read(self._engine) as conn:
                known = file_records.known_files(conn, list(batch))
            for digest, size in batch.items():
                if digest not in known:
                    tally.count += 1
                    tally.size += size
        return tally.total()

    def _record(self, digests: list[bytes], presence: FilePresence) -> None:
        if digests:
            with transactions.write(self._engine) as conn:
                file_records.record_presence(conn, digests, presence, at=self._now())
                if self._readiness is not None:
                    self._readiness.settle_files(conn, digests)

    def _fetch_again(self, actor: str) -> Job | None:
        if self._readiness is None:
            return None
        with transactions.write(self._engine) as conn:
            choice = self._readiness.choice(conn)
            return queue_fetching_if_due(conn, choice, by=actor, at=self._now())

    def _note(self, actor: str, action: str, **detail: object) -> None:
        with transactions.write(self._engine) as conn:
            audit.note(conn, actor=actor, action=action, detail=detail, at=self._now())


@dataclass(slots=True)
class _Tally:
    count: int = 0
    size: int = 0

    def add(self, file: DueFile) -> None:
        self.count += 1
        self.size += file.size

    def total(self) -> FileTotal:
        return FileTotal(count=self.count, size=self.size)


class _Adopting:
    """Takes files one by one and keeps count."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store
        self.taken = _Tally()
        self.present: list[bytes] = []  #: not recorded yet
        self._without_room = _Tally()
        self._linked = 0
        self._here_already = 0
        self._unknown = 0
        self._damaged: list[str] = []

    def take(self, path: Path, file: DueFile | None) -> None:
        """Take one file; ``file`` None when no update names it."""
        if file is None:
            self._unknown += 1
            return
        if self._store.has(file.sha1):
            self._here_already += 1
            return
        try:
            verify.verify(path, Expected.of(file))
        except (DamagedFileError, UnreadableFileError) as exc:
            self._damaged.append(exc.message)
            return
        aside = self._store.aside(file.sha1)
        if adoption.link(path, aside):
            self._linked += 1
        elif file.size <= self._store.space().usable:
            adoption.copy(path, aside)
        else:
            self._without_room.add(file)
            return
        self._store.keep(aside, file.sha1, file.name)
        self.taken.add(file)
        self.present.append(file.sha1)

    def report(self) -> Adopted:
        """Return what became of all."""
        return Adopted(
            taken=self.taken.total(),
            linked=self._linked,
            here_already=self._here_already,
            unknown=self._unknown,
            damaged=tuple(self._damaged),
            without_room=self._without_room.total(),
        )
