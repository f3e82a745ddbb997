"""Which revisions computers may be told of, worked out anew whenever the catalogue has changed.

1. *Live* is the highest revision of each update id. But of an id that a live revision bundles, the
   revisions so named are live instead, as far as we hold them: a bundle means exactly those.
2. So ids are gone through with bundles before what they bundle; a circle is cut at the id that
   comes first.
3. A live revision is a *member* when a live one bundles it, and a *leaf* when no revision of the
   whole catalogue, old ones too, names its id in a prerequisite (FACTS §3.6).

What differs from before is stamped with one new value of the counter behind *effective-since*, in
the transaction that raises the catalogue's version. In the same transaction approved updates are
declined that their publishers have withdrawn since.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from pyroaring import BitMap

from headgate import clock
from headgate.logs import get_logger
from headgate.sentences import Sentence
from headgate.storage import (
    audit,
    catalogue_version,
    deciding,
    decisions,
    live_rows,
    runs,
    transactions,
)
from headgate.storage.deciding import Candidate
from headgate.storage.engine import Connection, Engine
from headgate.storage.live_rows import Settled
from headgate.storage.run_history import NOTICE
from headgate.storage.runs import Problem

#: Who declines what publishers have withdrawn.
BY_ITSELF = "headgate"


def catalogue_changed(conn: Connection, *, run_id: int | None = None) -> list[str]:
    """Settle what is live and tell everybody who looks that the catalogue has changed.

    Call at the end of whatever brought documents, in a write transaction. ``run_id``: the
    synchronization that did, for a notice. Returns the ids of approved updates that have expired.
    """
    settle(conn)
    at = clock.now()
    expired = _withdraw_expired(conn, at)
    if run_id is not None:
        for update in deciding.candidates(conn, expired).values():
            runs.note_problem(conn, run_id, _notice(update), at=at)
    catalogue_version.raise_catalogue_version(conn)
    return expired


def _withdraw_expired(conn: Connection, at: datetime) -> list[str]:
    """Decline approved updates that their publishers have withdrawn (FACTS §8.1: WSUS does).

    Parts of bundles are only unapproved: declining them would spoil the bundle. What nobody has
    approved stays as it is: a real server was captured telling computers of hundreds of such
    revisions, and none installs them.
    """
    expired = decisions.approved_but_expired(conn)
    for ids, change, action in (
        (expired.alone, decisions.decline, "update declined"),
        (expired.parts, decisions.withdraw, "update unapproved"),
    ):
        if ids:
            change(conn, ids, by=BY_ITSELF, at=at)
            detail = {"updates": ids, "reason": "expired"}
            audit.note(conn, actor=BY_ITSELF, action=action, detail=detail, at=at)
    return sorted((*expired.alone, *expired.parts))


def _notice(update: Candidate) -> Problem:
    return Problem(
        kind=NOTICE,
        subject=update.title,
        reason=Sentence(
            "It was approved, and its publisher has withdrawn it: it is not approved any more."
        ),
        detail=update.update_id,
    )


def settle_if_never(engine: Engine) -> None:
    """Settle once what an earlier schema stored; a quick question when that is done.

    A first run that is still under way settles when it ends.
    """
    with transactions.read(engine) as conn:
        if not _was_never_settled(conn):
            return
    with transactions.write(engine) as conn:
        if _was_never_settled(conn):  # another process may have been quicker
            catalogue_changed(conn)
            get_logger(__name__).info("worked out what computers can be offered")


def _was_never_settled(conn: Connection) -> bool:
    return bool(catalogue_version.catalogue_version(conn)) and live_rows.is_never_settled(conn)


def settle(conn: Connection) -> int:
    """Work out what is live, and return how many rows differed. Call in a write transaction."""
    live, members = what_is_live(live_rows.identities(conn), live_rows.bundling(conn))
    leaves = live - live_rows.named_as_prerequisite(conn)
    after = Settled(live=live, leaves=leaves, members=members)
    return live_rows.settle(conn, live_rows.settled(conn), after)


def what_is_live(
    identities: Iterable[tuple[int, object]], bundling: Iterable[tuple[int, int]]
) -> tuple[BitMap, BitMap]:
    """Return which revisions are live, and which of them are members of live bundles.

    ``identities``: (revision id, update id) by update id, the newest of each last. ``bundling``:
    (bundle, member) by revision ids.
    """
    members_of: dict[int, list[int]] = {}
    for bundle, member in bundling:
        members_of.setdefault(bundle, []).append(member)
    ids = _Ids(identities, BitMap(members_of).union(*map(BitMap, members_of.values())))
    live, named = ids.newest_of_all, dict[int, BitMap]()
    for update in _bundles_first(ids.bundled_by(members_of)):
        newest = ids.newest[update]
        wanted = named.get(update) or BitMap([newest])
        live.discard(newest)
        live |= wanted
        for bundle in wanted:
            for member in members_of.get(bundle, ()):
                named.setdefault(ids.update_of[member], BitMap()).add(member)
    members = BitMap(
        member
        for bundle in live & BitMap(members_of)
        for member in members_of[bundle]
        if member != bundle
    )
    return live, live & members


class _Ids:
    """Update ids as small numbers in the ids' order, of those revisions bundles are about."""

    def __init__(self, identities: Iterable[tuple[int, object]], concerned: BitMap) -> None:
        self.newest_of_all = BitMap()
        self.newest: dict[int, int] = {}  #: revision id by update
        self.update_of: dict[int, int] = {}  #: update by revision id
        for update, (_, group) in enumerate(groupby(identities, itemgetter(1))):
            revisions = [revision_id for revision_id, _ in group]
            self.newest_of_all.add(revisions[-1])
            for revision_id in revisions:
                if revision_id in concerned:
                    self.update_of[revision_id] = update
                    self.newest[update] = revisions[-1]

    def bundled_by(self, members_of: dict[int, list[int]]) -> dict[int, list[int]]:
        """Return which updates an update bundles, in order, whatever its revision."""
        found: dict[int, set[int]] = {update: set() for update in sorted(self.newest)}
        for bundle, members in members_of.items():
            update = self.update_of[bundle]
            found[update].update(self.update_of[member] for member in members)
        return {update: sorted(below - {update}) for update, below in found.items()}


def _bundles_first(below: dict[int, list[int]]) -> list[int]:
    """Return all keys, each before those below it; in a circle the one met first comes first."""
    finished: list[int] = []
    met: set[int] = set()
    for start in below:
        if start in met:
            continue
        met.add(start)
        path: list[tuple[int, Iterator[int]]] = [(start, iter(below[start]))]
        while path:
            update, rest = path[-1]
            following = next((each for each in rest if each not in met), None)
            if following is None:
                finished.append(update)
                path.pop()
            else:
                met.add(following)
                path.append((following, iter(below[following])))
    return finished[::-1]
