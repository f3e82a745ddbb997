"""The catalogue in numbers, and the newest of things, on every database."""

from datetime import timedelta

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import CategoryType, Revision
from headgate.storage import (
    audit,
    catalogue_numbers,
    ingestion,
    jobs,
    source_languages,
    transactions,
)
from headgate.storage.engine import Engine
from tests.cast import NOON, a_category, an_identity, incoming
from tests.catalogue_rows import an_update, fill, store


def _product(number: int, update_id: str | None = None) -> Revision:
    return a_category("Windows 12", CategoryType.PRODUCT, identity=an_identity(update_id, number))


def _arrive(engine: Engine, revision: Revision, hours: int) -> RevisionIdentity:
    with transactions.write(engine) as conn:
        ingestion.store_batch(
            conn, [incoming(revision)], arrived_at=NOON + timedelta(hours=hours), run_id=None
        )
    return revision.identity


def test_updates_are_counted_once_whatever_their_revisions(engine: Engine) -> None:
    shelf = fill(engine)
    identity = an_identity()
    store(engine, an_update(shelf.windows_11, identity=identity))
    store(
        engine,
        an_update(shelf.windows_11, identity=RevisionIdentity(identity.update_id, 101)),
        an_update(shelf.windows_10),
    )
    with transactions.write(engine) as conn:
        for number, name in ((0, "all"), (1033, "en"), (1031, "de")):
            source_languages.note_language(
                conn, language_id=number, short_name=name, long_name=name, at=NOON
            )

    with transactions.read(engine) as conn:
        size = catalogue_numbers.catalogue_size(conn)

    assert (size.updates, size.products, size.languages) == (2, 3, 2)
    assert size.revisions == 8 + 3


def test_a_product_is_as_old_as_its_first_revision(engine: Engine) -> None:
    old = _arrive(engine, _product(100), 0)
    _arrive(engine, _product(101, old.update_id), 5)
    new = _arrive(engine, _product(100), 3)

    with transactions.read(engine) as conn:
        found = catalogue_numbers.products_first_seen_since(conn, NOON + timedelta(hours=1))

    assert found == [new.update_id]


def test_the_newest_line_of_the_audit_trail_may_be_asked_for_by_its_beginning(
    engine: Engine,
) -> None:
    with transactions.write(engine) as conn:
        for hour, action in enumerate(("products.select", "products.choose", "productsX", "other")):
            at = NOON + timedelta(hours=hour)
            audit.note(conn, actor="alice", action=action, detail={}, at=at)

    with transactions.read(engine) as conn:
        found = audit.newest_line(conn, action_begins="products.")
        none = audit.newest_line(conn, action_begins="approvals.")

    assert found is not None
    assert (found.action, found.at) == ("products.choose", NOON + timedelta(hours=1))
    assert none is None


def test_the_newest_job_that_has_ended_is_not_the_one_that_waits(engine: Engine) -> None:
    with transactions.write(engine) as conn:
        ended = jobs.enqueue(conn, kind="synchronize", payload={}, by="alice", at=NOON)
        jobs.claim(conn, at=NOON)
        jobs.finish(conn, ended.job_id, state=jobs.DONE, at=NOON)
        jobs.enqueue(conn, kind="synchronize", payload={}, by="alice", at=NOON)

    with transactions.read(engine) as conn:
        found = jobs.newest_ended(conn, "synchronize")
        other = jobs.newest_ended(conn, "import")

    assert found is not None
    assert found.job_id == ended.job_id
    assert other is None
