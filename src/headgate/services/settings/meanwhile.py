"""Two people change settings at once: the second is told what the first has changed.

A form carries what its settings were when it was shown. Whoever saves it after somebody else has
changed one of them is told who, when and what, before anything of the form is kept.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from headgate.errors import UsageError
from headgate.sentences import Sentence
from headgate.services.settings.change import ACTION
from headgate.services.settings.stored import PASSWORD, Reading, Rows, plain, with_defaults
from headgate.settings.values import Value
from headgate.storage import audit
from headgate.storage.engine import Connection

#: Audit lines that are searched for who changed a setting.
_LINES = 500

Seen = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """A setting somebody changed after a form was shown; a password's values are never told."""

    key: str
    before: Value
    after: Value
    by: str | None  #: None: the environment, or too long ago
    at: datetime | None


class ChangedMeanwhileError(UsageError):
    """Settings of the form were changed after it was shown; nothing of the form was saved."""

    next_step = Sentence("Look at what was changed, and save again.")

    def __init__(self, changes: Iterable[Meanwhile]) -> None:
        super().__init__(Sentence("Somebody has changed these settings meanwhile."))
        self.changes = tuple(changes)


class UnreadableFormError(UsageError):
    """A form says nothing usable about what it had shown."""

    def __init__(self) -> None:
        super().__init__(
            Sentence("The form did not arrive as it was shown; nothing was changed."),
            next_step=Sentence("Load the page again, and repeat what you did."),
        )


def seen_now(reading: Reading, rows: Rows, keys: Iterable[str]) -> dict[str, Value]:
    """Return what a form shows of these settings; of a password, only which one it is."""
    values = with_defaults(reading.chosen(rows))
    values[PASSWORD] = _which_password(reading, rows)
    return {name: values[name] for name in sorted(keys)}


def _which_password(reading: Reading, rows: Rows) -> str | None:
    if PASSWORD in reading.locked():
        return "environment"
    row = rows.get(PASSWORD)
    return None if row is None else row.changed_at.isoformat()


def written_seen(seen: Seen) -> str:
    """Return what a form carries in a hidden field."""
    return json.dumps({name: plain(value) for name, value in seen.items()}, sort_keys=True)


def read_seen(text: str) -> dict[str, Value]:
    """Return what a form had shown. Raises UnreadableFormError."""
    try:
        found = json.loads(text)
        return {
            str(name): tuple(value) if isinstance(value, list) else value
            for name, value in found.items()
        }
    except (ValueError, AttributeError, RecursionError) as exc:
        raise UnreadableFormError from exc


def changes_between(conn: Connection, before: Seen, after: Seen) -> list[Meanwhile]:
    """Return what differs, with who has changed it and when."""
    names = [name for name in before if name in after and before[name] != after[name]]
    lines = audit.latest_lines(conn, limit=_LINES) if names else []
    found = []
    for name in names:
        line = next((one for one in lines if one.action == ACTION and name in one.detail), None)
        found.append(
            Meanwhile(
                key=name,
                before=before[name],
                after=after[name],
                by=line.actor if line else None,
                at=line.at if line else None,
            )
        )
    return found
