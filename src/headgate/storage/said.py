"""What a form has done, kept with the session until the next page has told it."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from headgate import sentences
from headgate.storage.tables.accounts import sessions


def keep(conn: Connection, token_hash: bytes, said: Sequence[tuple[str, str]]) -> None:
    """Keep (kind, sentence) pairs for the next page of a session, after those not yet told."""
    waiting = waiting_for(conn, token_hash)
    told = [(kind, sentences.kept(sentence)) for kind, sentence in (*waiting, *said)]
    conn.execute(
        update(sessions)
        .where(sessions.c.token_hash == token_hash)
        .values(said=json.dumps(told, ensure_ascii=False))
    )


def waiting_for(conn: Connection, token_hash: bytes) -> list[tuple[str, str]]:
    """Return what the session has not been told yet."""
    stored = conn.execute(
        select(sessions.c.said).where(sessions.c.token_hash == token_hash)
    ).scalar_one_or_none()
    if stored is None:
        return []
    return [(kind, sentences.restored(text)) for kind, text in json.loads(stored)]


def forget(conn: Connection, token_hash: bytes) -> None:
    """The session has been told."""
    conn.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(said=None))
