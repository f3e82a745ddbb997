"""Telling somebody what a form has done, on the next page they see, once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from headgate.storage import said, transactions
from headgate.storage.engine import Engine


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
            with transactions.write(self.engine) as conn:
                said.forget(conn, _hash(token))
        return [Told(Tone(tone), sentence) for tone, sentence in waiting]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
