"""Storing revisions, on every database."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, select

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.fragments import CorePiece
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    DriverMetadata,
    PrerequisiteClause,
    PublicationState,
    UpdateKind,
)
from headgate.metadata.core_pieces import CoreStream
from headgate.metadata.packing import Packer
from headgate.storage import ingestion, runs, todo, transactions
from headgate.storage.tables import catalogue as t
from headgate.storage.tables.offering import core_pieces, feature_scores
from headgate.wire import xpress
from tests.cast import NOON, a_guid, a_revision, an_identity, incoming


def _store(engine: Engine, *revisions: object, run_id: int | None = None) -> ingestion.StoredBatch:
    with transactions.write(engine) as conn:
        return ingestion.store_batch(
            conn,
            [incoming(revision) for revision in revisions],  # type: ignore[arg-type]
            arrived_at=NOON,
            run_id=run_id,
        )


def _latest(engine: Engine, update_id: str) -> list[int]:
    with transactions.read(engine) as conn:
        return list(
            conn.execute(
                select(t.revisions.c.revision_number).where(
                    t.revisions.c.update_id == update_id, t.revisions.c.is_latest
                )
            ).scalars()
        )


def test_a_rolled_back_batch_leaves_no_row(engine: Engine) -> None:
    with pytest.raises(RuntimeError), transactions.write(engine) as conn:
        ingestion.store_batch(conn, [incoming(a_revision())], arrived_at=NOON, run_id=None)
        raise RuntimeError("the disk caught fire")

    with transactions.read(engine) as conn:
        assert conn.execute(select(func.count()).select_from(t.revisions)).scalar_one() == 0


def test_storing_twice_keeps_the_first_document(engine: Engine) -> None:
    identity = an_identity()
    with transactions.write(engine) as conn:
        first = incoming(a_revision(identity), b"<first/>")
        ingestion.store_batch(conn, [first], arrived_at=NOON, run_id=None)
        second = incoming(a_revision(identity), b"<second/>")
        outcome = ingestion.store_batch(conn, [second], arrived_at=NOON, run_id=None)

    assert outcome.known == (identity,)
    with transactions.read(engine) as conn:
        assert ingestion.document_of(conn, identity) == (DocumentEncoding.UTF8, b"<first/>")


def test_one_refused_document_does_not_stop_the_batch(engine: Engine) -> None:
    """A number no database column can hold concerns one document only."""
    good, bad, also_good = an_identity(), an_identity(), an_identity()
    outcome = _store(
        engine,
        a_revision(good),
        a_revision(bad, max_download_size=2**70),
        a_revision(also_good),
    )

    assert set(outcome.stored) == {good, also_good}
    assert [identity for identity, _reason in outcome.refused] == [bad]


def test_revision_ids_start_high_and_are_never_reused(engine: Engine) -> None:
    with transactions.write(engine) as conn:
        first = ingestion.take_revision_ids(conn, 3)
    with pytest.raises(RuntimeError), transactions.write(engine) as conn:
        ingestion.take_revision_ids(conn, 5)
        raise RuntimeError
    with transactions.write(engine) as conn:
        second = ingestion.take_revision_ids(conn, 1)

    assert first > 1_000_000
    assert second >= first + 3
    assert second < 2**31


def test_latest_revision_is_the_highest_number_whatever_the_order(engine: Engine) -> None:
    update_id = a_guid()
    _store(engine, a_revision(RevisionIdentity(update_id, 201)))
    _store(engine, a_revision(RevisionIdentity(update_id, 200)))
    _store(engine, a_revision(RevisionIdentity(update_id, 7)))

    assert _latest(engine, update_id) == [201]


def test_prerequisites_keep_their_clauses(engine: Engine) -> None:
    one, two, three = a_guid(), a_guid(), a_guid()
    clauses = (
        PrerequisiteClause(any_of=(one,)),
        PrerequisiteClause(any_of=(two, three, two), is_category=True),
    )
    _store(engine, a_revision(prerequisites=clauses))

    with transactions.read(engine) as conn:
        rows = conn.execute(
            select(t.prerequisites.c.clause, t.prerequisites.c.update_id).order_by(
                t.prerequisites.c.clause, t.prerequisites.c.update_id
            )
        ).fetchall()
    assert [tuple(row) for row in rows] == [(0, one), (1, two), (1, three)]


def test_a_large_core_is_stored_in_pieces_too(engine: Engine) -> None:
    packer, small = Packer(), incoming(a_revision())
    stream = CoreStream(packer, compress=xpress.compress)
    core = b"&lt;a /&gt;" * 20_000
    stream.write(core)
    whole, pieces = stream.finish()
    large = incoming(a_revision())
    large = replace(large, fragments=replace(large.fragments, core=whole, core_pieces=pieces))
    with transactions.write(engine) as conn:
        ingestion.store_batch(conn, [small, large], arrived_at=NOON, run_id=None)

    with transactions.read(engine) as conn:
        rows = conn.execute(select(core_pieces).order_by(core_pieces.c.position)).all()
        sizes = conn.execute(select(t.fragments.c.core_size)).scalars().all()
    assert sorted(sizes) == [4, len(core)]
    assert [row.position for row in rows] == list(range(len(rows)))
    assert b"".join(packer.unpack(row.packed) for row in rows) == core
    assert sum(row.size for row in rows) == len(core)
    assert [row.xpress_size for row in rows] == [len(row.xpress) for row in rows]


def test_a_build_without_a_compiler_stores_pieces_without_blocks(engine: Engine) -> None:
    piece = CorePiece(packed=Packer().pack(b"x"), xpress=None)
    one = incoming(a_revision())
    with transactions.write(engine) as conn:
        cut = replace(one.fragments, core_pieces=(piece,))
        ingestion.store_batch(conn, [replace(one, fragments=cut)], arrived_at=NOON, run_id=None)
    with transactions.read(engine) as conn:
        (row,) = conn.execute(select(core_pieces.c.xpress_size, core_pieces.c.xpress))
        assert tuple(row) == (None, None)


def test_feature_scores_and_computers_are_stored_to_be_compared_without_case(
    engine: Engine,
) -> None:
    driver = DriverMetadata(
        hardware_id="PCI\\VEN_8086",
        computer_hardware_ids=("3962B55F-F768-58CB-9CA2-B5D61A1FDBAE",),
        feature_scores=(("amd64.10.0", 255), ("x86.6.1", 0)),
    )
    _store(engine, a_revision(kind=UpdateKind.DRIVER, drivers=(driver, driver)))

    with transactions.read(engine) as conn:
        computers = conn.execute(select(t.drivers.c.computer_hardware_ids)).scalars().all()
        scores = conn.execute(
            select(
                feature_scores.c.position,
                feature_scores.c.operating_system,
                feature_scores.c.score,
            )
        )
        assert computers == ["3962b55f-f768-58cb-9ca2-b5d61a1fdbae"] * 2
        assert {tuple(row) for row in scores} == {
            (position, system, score)
            for position in (0, 1)
            for system, score in driver.feature_scores
        }


def test_what_arrives_is_no_longer_owed(engine: Engine) -> None:
    identity = an_identity()
    with transactions.write(engine) as conn:
        todo.note_owed(
            conn,
            identity,
            reason="was damaged",
            encoding=DocumentEncoding.UTF8,
            data=b"<broken",
            at=NOON,
        )
    _store(engine, a_revision(identity))

    with transactions.read(engine) as conn:
        assert todo.owed(conn) == []


def test_a_run_counts_each_update_once_as_new_revised_or_expired(engine: Engine) -> None:
    known, withdrawn, fresh = a_guid(), a_guid(), a_guid()
    with transactions.write(engine) as conn:
        first = runs.begin_run(conn, scope="everything", source="s", started_by="anna", at=NOON)
    _store(
        engine,
        a_revision(RevisionIdentity(known, 100)),
        a_revision(RevisionIdentity(withdrawn, 100)),
        run_id=first,
    )
    with transactions.write(engine) as conn:
        runs.end_run(conn, first, result="succeeded", reason=None, at=NOON)
        second = runs.begin_run(conn, scope="everything", source="s", started_by="anna", at=NOON)
    _store(
        engine,
        a_revision(RevisionIdentity(known, 101)),
        a_revision(RevisionIdentity(known, 102)),
        a_revision(RevisionIdentity(withdrawn, 101), state=PublicationState.EXPIRED),
        a_revision(RevisionIdentity(fresh, 100)),
        a_revision(RevisionIdentity(fresh, 101)),
        a_revision(visible=False),
        run_id=second,
    )
    with transactions.write(engine) as conn:
        runs.end_run(conn, second, result="succeeded", reason=None, at=NOON)

    with transactions.read(engine) as conn:
        newest, oldest = runs.runs(conn)
    assert {key: oldest[key] for key in ("new", "revised", "expired")} == {
        "new": 2,
        "revised": 0,
        "expired": 0,
    }
    assert {key: newest[key] for key in ("new", "revised", "expired")} == {
        "new": 1,
        "revised": 1,
        "expired": 1,
    }


def test_what_a_source_delivered_last_is_known(engine: Engine) -> None:
    mine, theirs = an_identity(), an_identity()
    for source, identity in (("mine", mine), ("theirs", theirs)):
        with transactions.write(engine) as conn:
            run_id = runs.begin_run(
                conn, scope="everything", source=source, started_by="anna", at=NOON
            )
        _store(engine, a_revision(identity), run_id=run_id)
    _store(engine, a_revision())

    with transactions.read(engine) as conn:
        assert runs.delivered_by(conn, "mine") == mine
        assert runs.delivered_by(conn, "theirs") == theirs
        assert runs.delivered_by(conn, "nobody") is None
