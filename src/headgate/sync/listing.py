"""A listing's life: asked for, written down, worked off, its anchor kept.

An interrupted run leaves its listing; the next one finishes it first.
"""

from collections.abc import Iterable, Mapping, Sequence

from headgate.catalogue.identity import RevisionIdentity
from headgate.sentences import Sentence
from headgate.storage import anchors, runs, transactions
from headgate.storage.runs import Problem
from headgate.sync.working import UPDATES, Work

SOURCE_CHANGED = Problem(
    kind="notice",
    subject=Sentence("source"),
    reason=Sentence(
        "The update source was changed while this synchronization ran; what it had left to fetch "
        "is asked of the new source next time."
    ),
)


def finish_earlier(work: Work, scope: str, phase: Sentence) -> None:
    """Work off what an earlier, interrupted run wrote down for this scope."""
    tools = work.tools
    with transactions.read(tools.engine) as conn:
        earlier = anchors.unfinished_listing(conn, scope=scope, source=tools.source_name)
    if earlier is None:
        return
    work.fetching.work_off(scope, phase)
    complete(work, scope)


def write_down(
    work: Work,
    scope: str,
    anchor: str | None,
    categories: Mapping[str, Sequence[str]],
    identities: Iterable[RevisionIdentity],
) -> int:
    """Write down a listing minus what is here already; return how many documents are to come."""
    with transactions.write(work.tools.engine) as conn:
        anchors.drop_listing(conn, scope)
        return anchors.write_listing(
            conn,
            scope=scope,
            source=work.tools.source_name,
            anchor=anchor,
            categories=categories,
            identities=identities,
            at=work.tools.now(),
        )


def complete(work: Work, scope: str) -> None:
    """Everything listed is here: the anchor moves."""
    tools = work.tools
    with transactions.write(tools.engine) as conn:
        done = anchors.unfinished_listing(conn, scope=scope, source=tools.source_name)
        if done is None:
            runs.note_problem(conn, work.run_id, SOURCE_CHANGED, at=tools.now())
            return
        if done.anchor is not None:
            anchors.keep_anchor(
                conn, scope=scope, source=tools.source_name, anchor=done.anchor, at=tools.now()
            )
        if scope == UPDATES:
            anchors.replace_anchored_categories(conn, done.categories)
        anchors.drop_listing(conn, scope)
