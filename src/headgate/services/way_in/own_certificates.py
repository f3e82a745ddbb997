"""The certificate this server shows: one we make under a CA of our own, or the administrator's.

``DATA/tls/ca.pem`` and ``DATA/tls/server.pem`` each hold a private key and its certificate in one
file (0600): written aside and renamed, a pair can never be found half new. A lock lets one process
make them, whoever else starts at the same moment. The CA stays for good, because computers have
been told to trust it; the server's certificate is made anew 30 days before its end, or when the
names it is for have changed. With ``listen.certificate`` nothing is made, and its end is watched.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.sentences import Sentence
from headgate.services.way_in.certificate_facts import (
    CertificateError,
    CertificateFacts,
    Stamp,
    authority_of,
    facts_of,
    is_signed_by,
    names_in,
    normal_name,
    read_certificate,
    stamp_of,
    unreadable,
)
from headgate.services.way_in.server_names import ServerNames

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

#: Days before its end from which a certificate is renewed, or its owner is reminded.
DAYS_BEFORE_END = 30

#: Names every certificate of ours has besides the server's.
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")

#: Seconds after which files are read again although nothing seems to have changed.
_LOOK_AGAIN = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """What a listener loads; another ``stamp`` means other contents."""

    certificate: Path
    key: Path | None  #: None: the key is in the same file
    stamp: tuple[Stamp, ...]


class OwnCertificates:
    """Makes, renews and describes the certificate of one installation."""

    def __init__(
        self,
        *,
        folder: Path,
        certificate: Path | None,
        key: Path | None,
        names: ServerNames,
        now: Callable[[], datetime],
    ) -> None:
        """``folder``: where ours are kept; ``certificate``, ``key``: the administrator's own."""
        self._folder = folder
        self._own = certificate
        self._own_key = key
        self._names = names
        self._now = now
        self._last_look: tuple[object, float] | None = None

    @property
    def _ca_file(self) -> Path:
        return self._folder / "ca.pem"

    @property
    def _server_file(self) -> Path:
        return self._folder / "server.pem"

    def ready(self) -> CertificateFiles:
        """Return the files to listen with; ours are made or renewed first when that is due.

        Cheap to call again: files are read only when they, or the names, are others than at the
        last call, and once an hour. Raises CertificateError.
        """
        if self._own is not None:
            return _files(self._own, self._own_key)
        seen = (self._names.chosen(), stamp_of(self._ca_file), stamp_of(self._server_file))
        if not self._has_just_seen(seen):
            self._renew_if_due()
            stamps = (stamp_of(self._ca_file), stamp_of(self._server_file))
            self._last_look = ((seen[0], *stamps), time.monotonic())
        return _files(self._server_file, None)

    def describe(self) -> CertificateFacts | None:
        """Return what the certificate says; None when there is none yet or it cannot be read."""
        try:
            return self.check()
        except CertificateError:
            return None

    def check(self) -> CertificateFacts | None:
        """Return what the certificate says; None for one of ours that was not made yet.

        Raises CertificateError when it cannot be read.
        """
        if self._own is not None:
            return facts_of(read_certificate(self._own), None, self._now())
        if not self._server_file.exists() or not self._ca_file.exists():
            return None
        server, ca = read_certificate(self._server_file), read_certificate(self._ca_file)
        return facts_of(server, authority_of(ca), self._now())

    def days_until(self, moment: datetime) -> int:
        """Return whole days from now; negative for what is over."""
        return (moment - self._now()).days

    def _has_just_seen(self, seen: object) -> bool:
        if self._last_look is None:
            return False
        before, at = self._last_look
        return before == seen and time.monotonic() - at < _LOOK_AGAIN

    def _renew_if_due(self) -> None:
        if not self._is_due():
            return
        with self._only_one_process():
            if self._is_due():  # another process may have done it while we waited
                self._make()

    def _is_due(self) -> bool:
        if not self._server_file.exists() or not self._ca_file.exists():
            return True
        server, ca = read_certificate(self._server_file), read_certificate(self._ca_file)
        return (
            not is_signed_by(server, ca)
            or not self._has_its_names(names_in(server))
            or self._ends_soon(server, ca)
        )

    def _has_its_names(self, has: tuple[str, ...]) -> bool:
        """Chosen names are taken at their word; the machine's may be unknown for a while.

        A name server that does not answer must not cost the certificate a name it has.
        """
        wanted = set(self._wanted())
        return set(has) == wanted if self._names.chosen() else set(has) >= wanted

    def _ends_soon(self, server: "Certificate", ca: "Certificate") -> bool:
        now, end = self._now(), server.not_valid_after_utc
        soon = end - timedelta(days=DAYS_BEFORE_END) <= now or now < server.not_valid_before_utc
        return soon and end < ca.not_valid_after_utc  # nothing outlives the CA

    def _wanted(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(normal_name, (*self._names.current(), *LOCAL_NAMES))))

    def _make(self) -> None:
        from headgate.services.way_in import certificate_making as making

        now = self._now()
        if not self._ca_file.exists():
            # Named after the machine, not after names that are chosen and changed later.
            _write(self._ca_file, making.make_authority(self._names.of_machine()[-1], at=now))
        authority = self._ca_file.read_bytes()
        try:
            made = making.make_server_certificate(authority, self._wanted(), at=now)
        except (ValueError, TypeError, IndexError) as exc:
            raise unreadable(self._ca_file) from exc
        _write(self._server_file, made)

    @contextmanager
    def _only_one_process(self) -> Iterator[None]:
        lock = None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        except OSError as exc:
            raise CertificateError(
                Sentence(
                    "No certificate can be made in {folder} ({reason}).",
                    folder=str(self._folder),
                    reason=exc.strerror or str(exc),
                ),
                next_step=Sentence("Give the folder to the user that runs Headgate."),
            ) from exc
        finally:
            if lock is not None:
                os.close(lock)


def _write(file: Path, pem: bytes) -> None:
    """Write aside and rename, for its owner alone from the first byte."""
    aside = file.with_name(f"{file.name}.new")
    aside.unlink(missing_ok=True)  # left by a process that died; we hold the lock
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(out.fileno())
    aside.rename(file)


def _files(certificate: Path, key: Path | None) -> CertificateFiles:
    paths = (certificate, key) if key else (certificate,)
    stamps = tuple(stamp_of(path) for path in paths)
    if None in stamps:
        raise unreadable(paths[stamps.index(None)])
    return CertificateFiles(
        certificate=certificate, key=key, stamp=tuple(stamp for stamp in stamps if stamp)
    )
