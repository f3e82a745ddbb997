"""Handing out update files: only what was verified, as it was when it was verified."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from headgate.catalogue.files import FilePresence
from headgate.content import paths
from headgate.content.local import LocalStore
from headgate.content.store import FileNotStoredError
from headgate.content.verify import UnreadableFileError
from headgate.errors import ContentError, HeadgateError
from headgate.logs import get_logger
from headgate.sentences import Sentence
from headgate.services.second_old import SecondOldEach
from headgate.storage import served_files, transactions
from headgate.storage.engine import Engine

#: Seconds after which a computer may ask for a file in quarantine again.
QUARANTINE_SECONDS = 600


class NoSuchFile(HeadgateError):
    """No update here has such a file, or it is not here."""

    def __init__(self) -> None:
        super().__init__(Sentence("There is no such update file here."))


class FileInQuarantine(ContentError):
    """The file was damaged on this disk and is being fetched again."""

    def __init__(self) -> None:
        super().__init__(
            Sentence("This update file is damaged here and is fetched again."),
            next_step=Sentence("Ask again later."),
        )


class OpenFile:
    """A file that is open while anybody holds this; some may read it at once."""

    def __init__(self, descriptor: int) -> None:
        """``descriptor`` is nobody else's, and closed with this."""
        self._descriptor = descriptor

    def __del__(self) -> None:
        os.close(self._descriptor)

    def fileno(self) -> int:
        """Return the descriptor, to be read at places, not from where it stands."""
        return self._descriptor

    def is_still(self, size: int) -> bool:
        """Whether nobody has removed it (as is done with damaged ones) or changed its size."""
        try:
            found = os.fstat(self._descriptor)
        except OSError:  # removed on a file server
            return False
        return found.st_nlink > 0 and found.st_size == size


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedFile:
    """A verified file, opened."""

    opened: OpenFile
    sha1: bytes
    size: int  #: bytes
    stored_at: datetime


class ClientContent:
    """The update files computers fetch."""

    def __init__(
        self,
        *,
        engine: Engine,
        store: LocalStore,
        quarantine: Callable[[bytes], object],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``quarantine`` records a digest as damaged and has it fetched again."""
        self._engine = engine
        self._store = store
        self._damaged = quarantine
        self._recent = SecondOldEach[bytes, ServedFile](monotonic)

    def recent(self, folder: str, name: str) -> ServedFile | None:
        """Return a file that was opened within the last second, and is still as it was.

        Computers fetch a file range by range; this does not ask the database. None: it has to be
        opened.
        """
        digest = _digest(folder, name)
        found = None if digest is None else self._recent.get(digest)
        return found if found and found.opened.is_still(found.size) else None

    def close_old(self) -> None:
        """Close files that were opened more than a second ago; who reads them still may."""
        self._recent.forget_old()

    def open(self, folder: str, name: str) -> ServedFile:
        """Open the file computers know as ``/Content/<folder>/<name>``, in any letter case.

        The name's extension does not matter: documents may call one file by several, and what is
        served is named by its digest. Raises NoSuchFile and FileInQuarantine, and StorageError or
        another ContentError when nothing can be found out about the file now.
        """
        asked, digest = self._recent.now(), _digest(folder, name)
        if digest is None:
            raise NoSuchFile
        with transactions.read(self._engine) as conn:
            record = served_files.file_record(conn, digest)
        if record is None or record.presence is FilePresence.WANTED:
            raise NoSuchFile
        if record.presence is FilePresence.DAMAGED or record.stored_at is None:
            raise FileInQuarantine
        opened = self._opened(digest)
        if not opened.is_still(record.size):
            self._quarantine(digest, "its size has changed")
            raise FileInQuarantine
        file = ServedFile(opened=opened, sha1=digest, size=record.size, stored_at=record.stored_at)
        self._recent.put(digest, file, asked=asked)
        return file

    def read(self, file: ServedFile, count: int, at: int) -> bytes:
        """Return up to ``count`` bytes of a file that is on its way; none behind its end.

        Raises OSError when the disk does not give them out; then nothing of the file goes out any
        more, until it has been fetched again or read whole.
        """
        try:
            return os.pread(file.opened.fileno(), count, at)
        except OSError as exc:
            self._quarantine(file.sha1, f"it cannot be read: {exc.strerror}")
            raise

    def _opened(self, digest: bytes) -> OpenFile:
        try:
            with self._store.open(digest) as stream:
                return OpenFile(_copy_of(stream))
        except FileNotStoredError:
            self._quarantine(digest, "it has vanished")
            raise FileInQuarantine from None  # a 404 would tell computers to give it up
        except UnreadableFileError as exc:
            if not exc.is_lost:
                raise
            self._quarantine(digest, exc.message)
            raise FileInQuarantine from exc

    def _quarantine(self, digest: bytes, why: str) -> None:
        """Somebody has touched the content directory: nothing of the file goes out any more."""
        get_logger(__name__).error("file quarantined", sha1=digest.hex(), reason=why)
        self._recent.drop(digest)
        self._damaged(digest)


def _copy_of(stream: BinaryIO) -> int:
    """Return a descriptor of our own. Raises UnreadableFileError where too many are open."""
    try:
        return os.dup(stream.fileno())
    except OSError as exc:
        raise UnreadableFileError(Path(stream.name), exc) from exc


def _digest(folder: str, name: str) -> bytes | None:
    """Return the SHA-1 in a path, None when it is no file's."""
    digest = paths.digest_in_name(name)
    # Not every letter that becomes an upper-case digit is one: "ﬀ" becomes "FF".
    if digest is None or not folder.isascii() or folder.upper() != paths.folder_of(digest):
        return None
    return digest
