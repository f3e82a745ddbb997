"""Telling somebody what a form has done, on the next page they see, once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog

from headgate.errors import StorageError
from headgate.storage import said, transactions
from headgate.storage.engine import Engine

_log = structlog.get_logger()


class Tone(StrEnum):
    """How it is meant."""

    DONE = "done"
    NOTE = "note"  #: worth knowing
    PROBLEM = "problem"  #: not done


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence and how it is meant."""

    tone: Tone
    sentence: str


@dataclass(frozen=True, slots=True)
class Telling:
    """Keeps sentences with sessions."""

    engine: Engine

    def tell(self, token: str, sentences: Sequence[Told]) -> None:
        """Keep sentences for the next page of a session."""
        if not sentences:
            return
        with transactions.write(self.engine) as conn:
            said.keep(conn, _hash(token), [(one.tone.value, one.sentence) for one in sentences])

    def take(self, token: str) -> list[Told]:
        """Return what the session has not been told yet; it counts as told now."""
        with transactions.read(self.engine) as conn:
            waiting = said.waiting_for(conn, _hash(token))
        if waiting:
            self._forget(token)
        return [Told(Tone(tone), sentence) for tone, sentence in waiting]

    def _forget(self, token: str) -> None:
        try:
            with transactions.write(self.engine) as conn:
                said.forget(conn, _hash(token))
        except StorageError as exc:
            # Told twice is better than no page at all while the disk is full.
            _log.warning("what was told is not forgotten", reason=exc.message)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
