"""The to-do list and the anchors, on every database."""

from sqlalchemy import Engine

from headgate.catalogue.revisions import UpdateKind
from headgate.storage import anchors, ingestion, todo, transactions
from tests.cast import NOON, a_revision, an_identity, incoming


def test_known_documents_never_reach_the_to_do_list(engine: Engine) -> None:
    known, unknown = an_identity(), an_identity()
    with transactions.write(engine) as conn:
        ingestion.store_batch(conn, [incoming(a_revision(known))], arrived_at=NOON, run_id=None)
        todo.add(conn, "updates", [known, unknown])

        assert todo.next_items(conn, "updates", after=None, limit=10) == [unknown]


def test_the_to_do_list_is_walked_in_pieces_without_gaps(engine: Engine) -> None:
    identities = [an_identity(number=number) for number in (1, 100, 200) for _ in range(7)]
    same_update = an_identity()
    identities += [an_identity(same_update.update_id, number) for number in range(1, 6)]
    walked = []
    with transactions.write(engine) as conn:
        todo.add(conn, "updates", identities)
        after = None
        while piece := todo.next_items(conn, "updates", after=after, limit=4):
            walked += piece
            after = piece[-1]

    assert sorted(walked) == sorted(identities)
    assert len(walked) == len(set(walked))


def test_only_unknown_bundle_members_are_asked_for(engine: Engine) -> None:
    here, missing, owed = an_identity(), an_identity(), an_identity()
    bundle = a_revision(bundled=((here, missing), (owed,)))
    with transactions.write(engine) as conn:
        child = a_revision(here, kind=UpdateKind.SOFTWARE, visible=False)
        ingestion.store_batch(
            conn, [incoming(bundle), incoming(child)], arrived_at=NOON, run_id=None
        )
        todo.note_owed(conn, owed, reason="unknown", encoding=None, data=None, at=NOON)

        assert todo.unknown_members(conn) == [missing]


def test_an_unfinished_listing_is_found_again_with_what_it_was_asked_for(engine: Engine) -> None:
    product, classification = an_identity().update_id, an_identity().update_id
    categories = {"product": [product], "classification": [classification]}
    with transactions.write(engine) as conn:
        total = anchors.write_listing(
            conn,
            scope="updates",
            source="parent:8530",
            anchor="1,2026-11-20 12:00:00.000",
            categories=categories,
            identities=[an_identity(), an_identity()],
            at=NOON,
        )
    with transactions.read(engine) as conn:
        found = anchors.unfinished_listing(conn, scope="updates", source="parent:8530")
        elsewhere = anchors.unfinished_listing(conn, scope="updates", source="other:8530")

    assert total == 2
    assert found is not None
    assert found.categories == categories
    assert elsewhere is None


def test_an_anchor_belongs_to_one_source(engine: Engine) -> None:
    with transactions.write(engine) as conn:
        anchors.keep_anchor(conn, scope="updates", source="parent:8530", anchor="a", at=NOON)

        assert anchors.kept_anchor(conn, scope="updates", source="parent:8530") == "a"
        assert anchors.kept_anchor(conn, scope="updates", source="microsoft") is None
