"""Everything around one update, on every database."""

from headgate.catalogue.files import FilePresence, UpdateFile
from headgate.catalogue.revisions import PrerequisiteClause, UpdateKind
from headgate.catalogue.update_details import prerequisite_sentences
from headgate.storage import transactions, update_details
from headgate.storage.engine import Connection, Engine
from tests.cast import a_guid, a_revision, an_identity
from tests.catalogue_rows import an_update, fill, store


def _number(conn: Connection, update_id: str, revision_number: int | None) -> int:
    found = update_details.find_revision(conn, update_id, revision_number)
    assert found is not None
    return found[1]


def test_relations_are_looked_up_both_ways(engine: Engine) -> None:
    shelf = fill(engine)
    member, missing, old, bundle = (an_identity() for _ in range(4))
    detectoid, unknown = an_identity(), a_guid()
    update = a_revision(
        bundle,
        title="bundle",
        prerequisites=(
            PrerequisiteClause(any_of=(shelf.windows_10, shelf.windows_11)),
            PrerequisiteClause(any_of=(detectoid.update_id,)),
            PrerequisiteClause(any_of=(unknown,)),
        ),
        bundled=((member, missing),),
        supersedes=(old.update_id,),
    )
    store(
        engine,
        update,
        a_revision(member, title="member", visible=False),
        a_revision(detectoid, title="Is x64", kind=UpdateKind.DETECTOID, visible=False),
        an_update(identity=old, title="old"),
    )
    with transactions.read(engine) as conn:
        revision_id = _number(conn, bundle.update_id, None)
        found = update_details.relations_of(conn, revision_id, bundle, None)
        old_id = _number(conn, old.update_id, 100)
        of_old = update_details.relations_of(conn, old_id, old, None)
        member_id = _number(conn, member.update_id, None)
        of_member = update_details.relations_of(conn, member_id, member, None)

    assert list(prerequisite_sentences(found.prerequisites)) == [
        "Is for the product Windows 10 or Windows 11.",
        "Needs: Is x64.",
        f"Needs something the source has not sent ({unknown}): never satisfied.",
    ]
    ((first, second),) = found.bundled
    assert {first.title, second.title} == {"member", None}
    assert [one.title for one in found.supersedes] == ["old"]
    assert [one.title for one in of_old.superseded_by] == ["bundle"]
    assert [one.title for one in of_member.bundled_in] == ["bundle"]


def test_files_come_with_digests_and_presence(engine: Engine) -> None:
    identity = an_identity()
    file = UpdateFile(sha1=b"\1" * 20, sha256=b"\2" * 32, name="a.cab", size=5)
    store(engine, a_revision(identity, files=(file,)))
    with transactions.read(engine) as conn:
        revision_id = _number(conn, identity.update_id, None)
        (found,), _ = update_details.files_of(conn, revision_id, None)

    assert (found.sha1, found.sha256, found.name, found.size) == (
        b"\1" * 20,
        b"\2" * 32,
        "a.cab",
        5,
    )
    assert found.presence is FilePresence.WANTED


def test_a_bundle_shows_the_files_of_its_members(engine: Engine) -> None:
    inner, middle, outer = (an_identity() for _ in range(3))
    file = UpdateFile(sha1=b"\1" * 20, sha256=None, name="a.cab", size=5)
    store(
        engine,
        a_revision(outer, bundled=((middle,),)),
        a_revision(middle, visible=False, bundled=((inner, an_identity()),)),
        a_revision(inner, visible=False, files=(file,)),
        a_revision(
            visible=False, files=(UpdateFile(sha1=b"\2" * 20, sha256=None, name="b", size=1),)
        ),
    )
    with transactions.read(engine) as conn:
        revision_id = _number(conn, outer.update_id, None)
        found, _ = update_details.files_of(conn, revision_id, None)

    assert [one.name for one in found] == ["a.cab"]
