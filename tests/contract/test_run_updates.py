"""The updates a synchronization brought: the list is what the history counts."""

from collections.abc import Sequence

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import PublicationState, Revision, UpdateKind
from headgate.catalogue.update_list import Brought, UpdateQuery, UpdateSort
from headgate.storage import ingestion, listing, runs, transactions
from headgate.storage.engine import Engine
from tests.cast import NOON, a_guid, a_revision, incoming

_GONE = PublicationState.EXPIRED


def _run(engine: Engine, *batches: Sequence[Revision]) -> int:
    with transactions.write(engine) as conn:
        run = runs.begin_run(conn, scope="everything", source="s", started_by="anna", at=NOON)
    for batch in batches:
        _store(engine, batch, run)
    with transactions.write(engine) as conn:
        runs.end_run(conn, run, result="succeeded", reason=None, at=NOON)
    return run


def _store(engine: Engine, batch: Sequence[Revision], run: int | None) -> None:
    with transactions.write(engine) as conn:
        ingestion.store_batch(conn, [incoming(one) for one in batch], arrived_at=NOON, run_id=run)


def _listed(engine: Engine, run: int, brought: Brought | None = None) -> list[str]:
    query = UpdateQuery(run=run, brought=brought, sort=UpdateSort.TITLE, descending=False)
    with transactions.read(engine) as conn:
        page = listing.updates(conn, query)
    assert page.total == len(page.lines)
    return [line.title for line in page.lines]


def _assert_counts_are_lists(engine: Engine) -> None:
    with transactions.read(engine) as conn:
        history = runs.runs(conn)
    for run in history:
        for brought in Brought:
            assert run[brought.value] == len(_listed(engine, run["id"], brought))
        assert sum(run[brought.value] for brought in Brought) == len(_listed(engine, run["id"]))


def test_each_run_lists_what_it_did_and_goes_on_to_when_later_ones_change_it(
    engine: Engine,
) -> None:
    a, b, c, hidden = (a_guid() for _ in range(4))
    first = _run(
        engine,
        [
            a_revision(RevisionIdentity(a, 1), title="a1"),
            a_revision(RevisionIdentity(b, 1), title="b1"),
        ],
        [a_revision(RevisionIdentity(a, 2), title="a2")],  # newer already, in the same run
        [a_revision(RevisionIdentity(hidden, 1), title="hidden", visible=False)],
        [a_revision(title="detectoid", kind=UpdateKind.DETECTOID)],
    )
    _store(engine, [a_revision(RevisionIdentity(c, 1), title="c1")], None)  # from a package
    second = _run(
        engine,
        [
            a_revision(RevisionIdentity(a, 3), title="a3"),
            a_revision(RevisionIdentity(b, 2), title="b2", state=_GONE),
            a_revision(RevisionIdentity(c, 2), title="c2"),
            a_revision(title="d1"),
        ],
    )
    third = _run(
        engine,
        [
            a_revision(RevisionIdentity(a, 4), title="a4", visible=False),
            a_revision(title="e1", state=_GONE),
        ],
    )
    nothing = _run(engine)

    assert _listed(engine, first) == ["a2", "b1"]
    assert _listed(engine, first, Brought.NEW) == ["a2", "b1"]
    assert _listed(engine, second, Brought.NEW) == ["d1"]
    assert _listed(engine, second, Brought.REVISED) == ["a3", "c2"]
    assert _listed(engine, second, Brought.EXPIRED) == ["b2"]
    assert _listed(engine, third) == ["e1"]
    assert _listed(engine, nothing) == []
    _assert_counts_are_lists(engine)


def test_an_older_revision_that_a_run_brings_late_is_nothing_it_did(engine: Engine) -> None:
    update_id = a_guid()
    _run(engine, [a_revision(RevisionIdentity(update_id, 5), title="new")])
    late = _run(engine, [a_revision(RevisionIdentity(update_id, 4), title="old")])

    assert _listed(engine, late) == []
    _assert_counts_are_lists(engine)


def test_a_run_that_is_ended_twice_counts_once(engine: Engine) -> None:
    """A cancelled run is closed by whoever notices first."""
    run = _run(engine, [a_revision(title="one")])
    with transactions.write(engine) as conn:
        runs.end_run(conn, run, result="cancelled", reason=None, at=NOON)

    assert _listed(engine, run) == ["one"]
    _assert_counts_are_lists(engine)


def test_a_run_nobody_knows_brought_nothing(engine: Engine) -> None:
    assert _listed(engine, 4711) == []
