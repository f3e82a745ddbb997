"""The live catalogue as a snapshot is built from it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.live import DriverEntry, LiveRevision
from headgate.catalogue.revisions import (
    CategoryType,
    DriverMetadata,
    PrerequisiteClause,
    Revision,
    UpdateKind,
)
from headgate.services.catalogue import settling
from headgate.storage import ingestion, live, transactions
from tests.cast import NOON, a_category, a_guid, a_revision, an_identity
from tests.catalogue_rows import store, written

NOON_ON = (NOON - datetime(1970, 1, 1, tzinfo=UTC)).days


def _bring(engine: Engine, *revisions: Revision) -> None:
    store(engine, *revisions)
    with transactions.write(engine) as conn:
        settling.catalogue_changed(conn)


def _identity(row: LiveRevision) -> RevisionIdentity:
    return RevisionIdentity(row.update_id, row.revision_number)


def _revisions(engine: Engine) -> dict[RevisionIdentity, LiveRevision]:
    with transactions.read(engine) as conn:
        rows = list(live.live_catalogue(conn).revisions())
    assert [row.revision_id for row in rows] == sorted(row.revision_id for row in rows)
    return {_identity(row): row for row in rows}


def test_a_live_revision_with_all_that_is_known_of_it(engine: Engine) -> None:
    product, update, bundle = an_identity(), an_identity(), an_identity()
    _bring(
        engine,
        a_category("Windows", CategoryType.PRODUCT, identity=product),
        a_revision(update, prerequisites=(PrerequisiteClause(any_of=(product.update_id,)),)),
        a_revision(bundle, bundled=((update,),), visible=False),
        a_revision(RevisionIdentity(update.update_id, 101)),
    )
    found = _revisions(engine)

    def row(identity: RevisionIdentity, *facts: object) -> tuple[object, ...]:
        return (found[identity].revision_id, identity.update_id, 100, *facts)

    assert list(found.values()) == [
        row(product, "category", False, False, 4, NOON_ON, 1, "product", False),
        row(update, "software", True, True, 4, NOON_ON, 1, None, True),
        row(bundle, "software", True, False, 4, NOON_ON, 1, None, False),
    ]
    assert [type(row.is_leaf) for row in found.values()] == [bool] * 3


def test_relations_are_those_of_live_revisions_and_known_is_everything(engine: Engine) -> None:
    one, two, absent = a_guid(), a_guid(), a_guid()
    member, update, bundle = a_guid(), a_guid(), a_guid()
    clauses = (
        PrerequisiteClause(any_of=(one,)),
        PrerequisiteClause(any_of=(two, absent)),
    )
    identities = {
        "one": RevisionIdentity(one, 1),
        "two": RevisionIdentity(two, 1),
        "old": RevisionIdentity(update, 1),
        "new": RevisionIdentity(update, 2),
        "named": RevisionIdentity(member, 1),
        "unnamed": RevisionIdentity(member, 2),
        "bundle": RevisionIdentity(bundle, 1),
    }
    named = (identities["named"],)
    _bring(
        engine,
        a_revision(identities["one"]),
        a_revision(identities["two"]),
        a_revision(identities["old"], prerequisites=clauses[1:]),
        a_revision(identities["new"], prerequisites=clauses),
        a_revision(identities["named"]),
        a_revision(identities["unnamed"]),
        a_revision(identities["bundle"], bundled=(named, (*named, RevisionIdentity(absent, 1)))),
    )
    with transactions.read(engine) as conn:
        catalogue = live.live_catalogue(conn)
        known = dict(catalogue.known())
        live_ids = {_identity(row): row.revision_id for row in catalogue.revisions()}
        prerequisites = list(catalogue.prerequisites())
        members = list(catalogue.members())

    new, parent = live_ids[identities["new"]], live_ids[identities["bundle"]]
    assert sorted(known.values()) == sorted(each.update_id for each in identities.values())
    assert identities["old"] not in live_ids
    assert prerequisites[0] == (new, 0, one)
    assert {tuple(row) for row in prerequisites[1:]} == {(new, 1, two), (new, 1, absent)}
    assert [tuple(row) for row in members] == [(parent, live_ids[identities["named"]])]


def test_drivers_with_their_scores_and_computers(engine: Engine) -> None:
    computers = (a_guid(), a_guid().upper())
    first = DriverMetadata(
        hardware_id="PCI\\VEN_8086",
        driver_class="Net",
        manufacturer="Contoso",
        provider="Fabrikam",
        version="1.2.3.4",
        version_date="2022-05-30",
        computer_hardware_ids=computers,
        feature_scores=(("amd64.10.0", 255), ("x86.6.1", 0)),
    )
    identity = an_identity()
    _bring(
        engine,
        a_revision(
            RevisionIdentity(identity.update_id, 1),
            kind=UpdateKind.DRIVER,
            drivers=(DriverMetadata(hardware_id="old"),),
        ),
        a_revision(
            identity, kind=UpdateKind.DRIVER, drivers=(first, DriverMetadata(hardware_id="B"))
        ),
    )
    with transactions.read(engine) as conn:
        catalogue = live.live_catalogue(conn)
        (driver,) = catalogue.revisions()
        found = list(catalogue.drivers())

    nothing = (None,) * 5
    assert found == [
        DriverEntry(
            driver.revision_id,
            0,
            "PCI\\VEN_8086",
            "Net",
            "Contoso",
            "Fabrikam",
            "1.2.3.4",
            "2022-05-30",
            tuple(each.lower() for each in computers),
            {"amd64.10.0": 255, "x86.6.1": 0},
        ),
        DriverEntry(driver.revision_id, 1, "B", *nothing, (), {}),
    ]


def test_the_size_of_core_is_that_of_its_escaped_text(engine: Engine) -> None:
    incoming = written(a_revision())
    with transactions.write(engine) as conn:
        ingestion.store_batch(conn, [incoming], arrived_at=NOON, run_id=None)
        settling.catalogue_changed(conn)
    (row,) = _revisions(engine).values()

    assert row.core_size == incoming.fragments.core.size > 100


def test_two_questions_may_be_read_side_by_side(engine: Engine) -> None:
    _bring(engine, *(a_revision() for _ in range(3)))
    with transactions.read(engine) as conn:
        catalogue = live.live_catalogue(conn)
        pairs = list(zip(catalogue.revisions(), catalogue.known(), strict=True))

    assert len(pairs) == 3


def test_it_stays_at_its_moment_while_the_catalogue_changes(engine: Engine) -> None:
    _bring(engine, a_revision())
    with transactions.read(engine) as conn:
        catalogue = live.live_catalogue(conn)
        _bring(engine, a_revision())
        seen = len(list(catalogue.revisions()))
        assert (catalogue.version, catalogue.counter, seen) == (1, 1, 1)
    with transactions.read(engine) as conn:
        catalogue = live.live_catalogue(conn)
        seen = len(list(catalogue.revisions()))
        assert (catalogue.version, catalogue.counter, seen) == (2, 2, 2)


class _NobodyWaits(Exception):
    pass


def test_reading_ends_with_what_the_check_raises(engine: Engine) -> None:
    def check() -> None:
        raise _NobodyWaits

    _bring(engine, a_revision())
    with transactions.read(engine) as conn:
        catalogue = live.live_catalogue(conn, check=check)
        with pytest.raises(_NobodyWaits):
            list(catalogue.revisions())
