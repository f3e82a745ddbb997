"""Reading what is stored and comparing it with the metadata, file by file.

What is not what it should be, or what the disk has lost, is damaged. What the system only refuses
to read (rights, too many open files) says nothing about the file, nor about any other: it is told,
and stays recorded as it was.
"""

from dataclasses import dataclass

from headgate.catalogue.files import DueFile, FilePresence
from headgate.content import verify
from headgate.content.local import LocalStore, StoreNotReadableError
from headgate.content.verify import DamagedFileError, Expected, UnreadableFileError
from headgate.errors import ContentError
from headgate.sentences import Sentences
from headgate.storage.jobs import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What reading every stored file showed."""

    whole: int
    damaged: tuple[str, ...]  #: sentences
    missing: tuple[str, ...]  #: names of files recorded as here that are not
    found: int  #: whole files nobody had recorded
    unreadable: tuple[str, ...]  #: sentences about folders and files that could not be read
    unread: int  #: files that could not be read, and stay as they were recorded
    fetching: Job | None = None  #: what fetches again those that approved updates need


class Verifying:
    """Reads files one by one and keeps count; one that cannot be read says nothing of others."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store
        self.bytes_read = 0  #: of whole files
        self._whole = 0
        self._damaged: list[str] = []
        self._missing: list[str] = []
        self._unreadable: dict[str, None] = {}  #: a folder is told once, whatever is in it
        self._unread = 0

    @property
    def looked_at(self) -> int:
        """How many files."""
        return self._whole + len(self._damaged) + len(self._missing) + self._unread

    def look_for(self, file: DueFile) -> None:
        """See whether a file in quarantine is there at all."""
        try:
            if not self._store.has(file.sha1):
                self._missing.append(_named(file))
        except StoreNotReadableError as exc:
            self._not_read(exc)

    def read(self, file: DueFile) -> FilePresence | None:
        """Read a file whole and return what to record; None when nothing was found out."""
        try:
            path = self._store.find(file.sha1)
            if path is None:
                self._missing.append(_named(file))
                return FilePresence.WANTED
            verify.verify(path, Expected.of(file))
        except DamagedFileError as exc:
            self._damaged.append(Sentences((exc.message, self._removed(file))))
            return FilePresence.DAMAGED
        except UnreadableFileError as exc:
            if not exc.is_lost:
                self._not_read(exc)
                return None
            self._damaged.append(exc.message)  # and left there: a disk may recover
            return FilePresence.DAMAGED
        except StoreNotReadableError as exc:
            self._not_read(exc)
            return None
        self._whole += 1
        self.bytes_read += file.size
        return FilePresence.PRESENT

    def unreadable_folder(self, error: StoreNotReadableError) -> None:
        """Take down a folder that cannot be read; nobody knows what is in it."""
        self._unreadable[error.message] = None

    def report(self, *, found: int) -> Verified:
        """Return what all have shown, ``found`` of them unrecorded."""
        return Verified(
            whole=self._whole,
            damaged=tuple(self._damaged),
            missing=tuple(self._missing),
            found=found,
            unreadable=tuple(self._unreadable),
            unread=self._unread,
        )

    def _not_read(self, error: ContentError) -> None:
        self._unreadable[error.message] = None
        self._unread += 1

    def _removed(self, file: DueFile) -> str:
        """Remove a damaged file; return what the system has to say against it."""
        try:
            self._store.remove(file.sha1)
        except ContentError as exc:
            return exc.message
        return ""


def _named(file: DueFile) -> str:
    return f"{file.name} ({file.sha1.hex().upper()})"
