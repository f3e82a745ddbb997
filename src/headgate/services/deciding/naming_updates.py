"""Which updates people mean who name one by its id or its knowledge base article."""

import re
from collections.abc import Sequence

from headgate.catalogue.identity import guid
from headgate.errors import UsageError
from headgate.sentences import Sentence
from headgate.services.catalogue.browser import FINDING_IDS, NoSuchUpdateError
from headgate.services.deciding.rules import Verb
from headgate.storage import deciding
from headgate.storage.deciding import Candidate
from headgate.storage.engine import Connection

_KB = re.compile(r"(?:KB)?\s*([0-9]{4,10})\Z", re.IGNORECASE)


class SeveralUpdatesError(UsageError):
    """One article is about several updates; ``found`` are they."""

    next_step = Sentence("Name one or more of them by id, or take `--all`.")

    def __init__(self, name: str, found: Sequence[Candidate], *, only_one: bool) -> None:
        super().__init__(
            Sentence("'{name}' is the article of {count} updates.", name=name, count=len(found)),
            next_step=Sentence("Name one of them by id.") if only_one else None,
        )
        self.found = tuple(found)


class RevisionNamedError(UsageError):
    """Decisions are about updates, whatever their revision."""

    def __init__(self, name: str, update_id: str) -> None:
        super().__init__(
            Sentence(
                "'{name}' names one revision, and decisions are about an update with all of its "
                "revisions.",
                name=name,
            ),
            next_step=Sentence("Leave out the revision number: {id}.", id=update_id),
        )


def find_updates(
    conn: Connection, names: Sequence[str], verb: Verb | None = None, *, every: bool = False
) -> list[str]:
    """Return the ids of the updates some names mean, each once.

    A name is an id, or a KB number with or without ``KB``. An article may be about several updates;
    ``every`` takes all of them, except those that have expired where they are to be approved.
    ``verb``: what is to be decided about them; None: they are only looked for.
    Raises NoSuchUpdateError, SeveralUpdatesError, RevisionNamedError.
    """
    found: dict[str, None] = {}
    for name in names:
        found.update(dict.fromkeys(_find(conn, name.strip(), verb, every=every)))
    return list(found)


def names_article(name: str) -> bool:
    """Whether a name is a KB number, and no id."""
    return _KB.match(name.strip()) is not None


def _find(conn: Connection, name: str, verb: Verb | None, *, every: bool) -> list[str]:
    article = _KB.match(name)
    if article is None:
        return [_by_id(conn, name)]
    candidates = deciding.updates_of_kb(conn, article[1])
    if not candidates:
        raise NoSuchUpdateError(name, next_step=FINDING_IDS)
    possible = [one for one in candidates if not one.is_expired]
    meant = possible if verb is not None and verb.approves and possible else candidates
    if len(meant) > 1 and not every:
        raise SeveralUpdatesError(name, meant, only_one=verb is None)
    return [one.update_id for one in meant]


def _by_id(conn: Connection, name: str) -> str:
    written, _, revision = name.partition("/")
    try:
        update_id = guid(written)
    except ValueError as exc:
        raise NoSuchUpdateError(name, next_step=FINDING_IDS) from exc
    if not deciding.candidates(conn, [update_id]):
        raise NoSuchUpdateError(name, next_step=FINDING_IDS)
    if revision:
        raise RevisionNamedError(name, update_id)
    return update_id
