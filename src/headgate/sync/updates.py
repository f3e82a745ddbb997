"""The second half of a synchronization: updates of the chosen products and classifications."""

from headgate.catalogue.identity import RevisionIdentity
from headgate.storage import anchors, todo, transactions
from headgate.storage.runs import Problem
from headgate.sync import listing
from headgate.sync.plan import Choice, ListingCall, listing_calls
from headgate.sync.working import MEMBERS, UPDATES, FirstRunTooLargeError, Work
from headgate.upstream.source import RevisionList

#: A first run above this asks for a yes: at Microsoft's rate it takes about five minutes.
ASK_ABOVE = 20_000


def synchronize_updates(work: Work, *, confirmed: bool) -> None:
    """Bring in what is new, revised or expired since our anchor, and the members bundles name.

    Raises FirstRunTooLargeError when a first run would bring more than ASK_ABOVE documents and
    nobody has confirmed it; nothing is written down then.
    """
    finish_listing(work)
    tools = work.tools
    tools.progress.begin("listing updates")
    with transactions.read(tools.engine) as conn:
        chosen = tools.choose(conn)
        anchor = anchors.kept_anchor(conn, scope=UPDATES, source=tools.source_name)
        anchored = Choice.of(**_sides(anchors.anchored_categories(conn)))
    calls = listing_calls(chosen=chosen, anchored=anchored, anchor=anchor)
    if not calls:
        _note_nothing_chosen(work)
        return
    kept, identities = list_all(work, calls)
    if anchor is None and not confirmed and len(identities) > ASK_ABOVE:
        raise FirstRunTooLargeError(len(identities), ASK_ABOVE)
    listing.write_down(work, UPDATES, kept, chosen.as_rows(), identities)
    finish_listing(work)


def _sides(anchored: dict[str, set[str]]) -> dict[str, set[str]]:
    return {"products": anchored["product"], "classifications": anchored["classification"]}


def _note_nothing_chosen(work: Work) -> None:
    work.note(
        Problem(
            kind="notice",
            subject="choice",
            reason="No product or no classification is chosen, so no updates were asked for. "
            "Choose with `headgate products select` and `headgate classifications select`.",
        )
    )


def list_all(
    work: Work, calls: list[ListingCall]
) -> tuple[str | None, dict[RevisionIdentity, None]]:
    """Make the calls; return the first one's anchor and every identity once, in order."""
    anchors_given: list[str] = []
    identities: dict[RevisionIdentity, None] = {}
    for call in calls:
        answer = listing.ask(work, call.anchor, lambda kept, call=call: _list(work, call, kept))
        anchors_given.append(answer.anchor)
        identities.update(dict.fromkeys(answer.identities))
        work.tools.check_stopped()
    return (anchors_given[0] or None), identities


def _list(work: Work, call: ListingCall, anchor: str | None) -> RevisionList:
    return work.tools.source.list_updates(
        anchor=anchor,
        products=call.products,
        classifications=call.classifications,
        delta=anchor is not None,
    )


def finish_listing(work: Work) -> None:
    """Work off the listing of updates, close it under bundle membership, keep its anchor."""
    with transactions.read(work.tools.engine) as conn:
        source = work.tools.source_name
        unfinished = anchors.unfinished_listing(conn, scope=UPDATES, source=source)
    if unfinished is None:
        return
    work.fetching.work_off(UPDATES, "updates")
    fetch_members(work)
    listing.complete(work, UPDATES)


def fetch_members(work: Work) -> None:
    """Fetch bundle members that are named but unknown, until the set is closed.

    A member the source does not deliver is noted as owed and not asked for again in this run.
    """
    while True:
        with transactions.write(work.tools.engine) as conn:
            todo.add(conn, MEMBERS, todo.unknown_members(conn))
            if not todo.count(conn, MEMBERS):
                return
        work.fetching.work_off(MEMBERS, "bundle members")
