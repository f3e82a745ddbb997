"""The second half of a synchronization: updates of the chosen products and classifications."""

from dataclasses import dataclass

from headgate.catalogue.identity import RevisionIdentity
from headgate.sentences import Sentence
from headgate.storage import anchors, ingestion, todo, transactions
from headgate.storage.runs import Problem
from headgate.sync import listing, phases
from headgate.sync.plan import Choice, ListingCall, listing_calls
from headgate.sync.working import MEMBERS, UPDATES, FirstRunTooLargeError, Tools, Work

#: A first run above this asks for a yes: at Microsoft's rate it takes about five minutes.
ASK_ABOVE = 20_000


def synchronize_updates(work: Work, *, confirmed: bool) -> None:
    """Bring in what is new, revised or expired since our anchor, and the members bundles name.

    Raises FirstRunTooLargeError when a first run would bring more than ASK_ABOVE documents and
    nobody has confirmed it; nothing is written down then.
    """
    _drop_deselected(work)
    finish_listing(work)
    _list_updates(work, confirmed)
    finish_listing(work)


def _drop_deselected(work: Work) -> None:
    """Give up what an interrupted run had left to fetch, if some of it is chosen no more.

    Nothing is lost: its anchor was not kept, so what is still chosen is listed again.
    """
    tools = work.tools
    with transactions.write(tools.engine) as conn:
        left = anchors.unfinished_listing(conn, scope=UPDATES, source=tools.source_name)
        if left is None:
            return
        chosen = tools.choose(conn).as_rows()
        if any(set(ids).difference(chosen[kind]) for kind, ids in left.categories.items()):
            anchors.drop_listing(conn, UPDATES)


def _list_updates(work: Work, confirmed: bool) -> None:
    """Write down what is to be fetched; of 150,000 identities nothing stays in memory."""
    tools = work.tools
    tools.progress.begin(phases.LISTING_UPDATES)
    with transactions.read(tools.engine) as conn:
        chosen = tools.choose(conn)
        anchor = anchors.kept_anchor(conn, scope=UPDATES, source=tools.source_name)
        anchored = Choice.of(**sides(anchors.anchored_categories(conn)))
    calls = listing_calls(chosen=chosen, anchored=anchored, anchor=anchor)
    if not calls:
        _note_nothing_chosen(work)
        return
    listed = list_all(tools, calls)
    work.count_received(listed.received)
    if (
        anchor is None
        and not confirmed
        and (to_come := documents_to_come(tools, listed)) > ASK_ABOVE
    ):
        raise FirstRunTooLargeError(to_come, ASK_ABOVE)
    listing.write_down(work, UPDATES, listed.anchor, chosen.as_rows(), listed.identities)


def sides(anchored: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return remembered rows as the sides of a Choice."""
    return {"products": anchored["product"], "classifications": anchored["classification"]}


def _note_nothing_chosen(work: Work) -> None:
    work.note(
        Problem(
            kind="notice",
            subject=Sentence("choice"),
            reason=Sentence(
                "No product or no classification is chosen, so no updates were asked for. Choose "
                "with `headgate products select` and `headgate classifications select`."
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """What several listing calls gave together."""

    anchor: str | None  #: the first call's
    identities: frozenset[RevisionIdentity]
    received: int  #: bytes


def list_all(tools: Tools, calls: list[ListingCall]) -> Listed:
    """Make the calls and put their answers together."""
    anchor: str | None = None
    identities: set[RevisionIdentity] = set()
    received = 0
    for call in calls:
        answer = tools.source.list_updates(
            anchor=call.anchor,
            products=call.products,
            classifications=call.classifications,
            delta=call.anchor is not None,
        )
        anchor = anchor or answer.anchor
        identities.update(answer.identities)
        received += answer.received_bytes
        tools.check_stopped()
    return Listed(anchor, frozenset(identities), received)


def documents_to_come(tools: Tools, listed: Listed) -> int:
    """Count the listed identities whose documents are not here."""
    with transactions.read(tools.engine) as conn:
        known = ingestion.known_identities(conn, listed.identities)
    return len(listed.identities) - len(known)


def finish_listing(work: Work) -> None:
    """Work off the listing of updates, close it under bundle membership, keep its anchor."""
    with transactions.read(work.tools.engine) as conn:
        source = work.tools.source_name
        unfinished = anchors.unfinished_listing(conn, scope=UPDATES, source=source)
    if unfinished is None:
        return
    work.fetching.work_off(UPDATES, phases.UPDATES)
    fetch_members(work)
    listing.complete(work, UPDATES)


def fetch_members(work: Work) -> None:
    """Fetch bundle members that are named but unknown, until the set is closed.

    A member the source does not deliver is noted as owed and not asked for again in this run.
    How far the catalogue was closed is kept like an anchor, so that a run with little new does
    not look at every bundle there is.
    """
    tools = work.tools
    while True:
        with transactions.write(tools.engine) as conn:
            closed = anchors.kept_anchor(conn, scope=MEMBERS, source=tools.source_name)
            todo.add(conn, MEMBERS, todo.unknown_members(conn, since=int(closed or 0)))
            if not todo.count(conn, MEMBERS):
                reached = str(ingestion.next_revision_id(conn))
                anchors.keep_anchor(
                    conn,
                    scope=MEMBERS,
                    source=tools.source_name,
                    anchor=reached,
                    at=tools.now(),
                )
                return
        work.fetching.work_off(MEMBERS, phases.BUNDLE_MEMBERS)
