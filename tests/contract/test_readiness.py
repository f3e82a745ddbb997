"""An approved update is ready when its files are here and its licences accepted."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from headgate.approvals.decisions import Action
from headgate.catalogue.files import FileChoice, FilePresence, UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import Revision
from headgate.content.local import LocalStore
from headgate.offer.questions import OfferedAction
from headgate.services.catalogue import settling
from headgate.services.clients.handshake import GROUPS
from headgate.services.clients.snapshots import Snapshots
from headgate.services.files.readiness import Readiness, settle_readiness
from headgate.services.files.update_files import UpdateFiles
from headgate.settings.shared import shared_settings
from headgate.storage import decisions, effective, file_records, transactions
from headgate.storage.engine import Engine
from tests import deciding
from tests.cast import NOON, a_guid, a_revision, an_identity
from tests.catalogue_rows import store

EULA = "5D9A2A66-3a1b-4a6e-9f0e-000000000001"  # documents write them in either case

KEPT = FileChoice(everything=False, approved=True)
MICROSOFTS = FileChoice(everything=False)


def _file(text: str, **facts: object) -> UpdateFile:
    data = text.encode()
    return UpdateFile(
        sha1=hashlib.sha1(data).digest(),
        sha256=hashlib.sha256(data).digest(),
        name=f"{text}.cab",
        size=len(data),
        **facts,  # type: ignore[arg-type]
    )


@pytest.fixture
def readiness() -> Readiness:
    chosen = {"languages.mode": "all"}
    return Readiness(settings=lambda: shared_settings(chosen, machine_zone="UTC"))


@pytest.fixture
def approve(engine: Engine) -> Callable[[Revision], str]:
    def approve(revision: Revision) -> str:
        update_id = revision.identity.update_id
        with transactions.write(engine) as conn:
            deciding.approve(conn, update_id, ready=False)
        return update_id

    return approve


def _presence(
    engine: Engine, readiness: Readiness, *files: UpdateFile, here: bool = True
) -> list[str]:
    """Record files as here or not, and return the updates this changes."""
    digests = [file.sha1 for file in files]
    presence = FilePresence.PRESENT if here else FilePresence.DAMAGED
    with transactions.write(engine) as conn:
        file_records.record_presence(conn, digests, presence, at=NOON)
        return readiness.settle_files(conn, digests)


def _ready(engine: Engine) -> set[str]:
    with transactions.read(engine) as conn:
        return {
            one.update_id for one in decisions.read_decisions(conn).approvals if one.files_ready
        }


def test_the_last_file_of_a_nested_bundle_makes_it_ready(
    engine: Engine, readiness: Readiness, approve: Callable[[Revision], str]
) -> None:
    first, last, licence = _file("first"), _file("last"), _file("licence", is_eula=True)
    inner, outer = an_identity(), an_identity()
    bundle = a_revision(bundled=((outer,),), files=(licence,))
    store(
        engine,
        bundle,
        a_revision(outer, visible=False, bundled=((inner,),), files=(first,)),
        a_revision(inner, visible=False, files=(last,)),
        a_revision(files=(_file("another's"),)),
    )
    update = approve(bundle)

    assert _presence(engine, readiness, first, licence) == []
    assert _presence(engine, readiness, last) == [update]
    assert _ready(engine) == {update}
    assert _presence(engine, readiness, first, here=False) == [update]
    assert _ready(engine) == set()


def test_a_file_nobody_approved_takes_no_counter(
    engine: Engine, readiness: Readiness, approve: Callable[[Revision], str]
) -> None:
    mine, others = _file("mine"), _file("others")
    revision = a_revision(files=(mine,))
    store(engine, revision, a_revision(files=(others,)))
    approve(revision)
    with transactions.read(engine) as conn:
        before = effective.counter(conn)

    assert _presence(engine, readiness, others) == []

    with transactions.read(engine) as conn:
        assert effective.counter(conn) == before


def test_a_shared_file_makes_every_update_ready_at_one_counter(
    engine: Engine, readiness: Readiness, approve: Callable[[Revision], str]
) -> None:
    shared = _file("shared")
    revisions = [a_revision(files=(shared,)) for _ in range(3)]
    store(engine, *revisions)
    updates = sorted(approve(one) for one in revisions)

    assert _presence(engine, readiness, shared) == updates

    with transactions.read(engine) as conn:
        now = decisions.read_decisions(conn)
    assert {one.since for one in now.approvals} == {now.counter}
    assert len({one.deployment_id for one in now.approvals}) == 3


def test_the_newest_revision_counts(
    engine: Engine, readiness: Readiness, approve: Callable[[Revision], str]
) -> None:
    old, new = _file("old"), _file("new")
    update_id = a_guid()
    revision = a_revision(RevisionIdentity(update_id, 1), files=(old,))
    store(engine, revision)
    approve(revision)
    _presence(engine, readiness, old)
    assert _ready(engine) == {update_id}

    store(engine, a_revision(RevisionIdentity(update_id, 2), files=(new,)))
    with transactions.write(engine) as conn:
        assert readiness.settle(conn) == [update_id]
        assert readiness.settle(conn) == []

    assert _ready(engine) == set()
    assert _presence(engine, readiness, new) == [update_id]


@pytest.mark.parametrize(
    ("choice", "ready"),
    [
        (KEPT, False),
        (MICROSOFTS, True),
        (FileChoice(everything=False, approved=True, languages=frozenset({"en"})), True),
        (FileChoice(everything=True, approved=True, languages=frozenset({"de"})), False),
    ],
)
def test_what_is_not_chosen_is_not_waited_for(
    engine: Engine,
    approve: Callable[[Revision], str],
    choice: FileChoice,
    ready: bool,
) -> None:
    german = an_identity()
    bundle = a_revision(bundled=((german,),))
    store(
        engine,
        bundle,
        a_revision(german, visible=False, languages=("de",), files=(_file("german"),)),
    )
    update = approve(bundle)
    with transactions.write(engine) as conn:
        settle_readiness(conn, choice)

    assert (_ready(engine) == {update}) is ready


def test_adopting_and_verifying_settle_it(
    engine: Engine, readiness: Readiness, approve: Callable[[Revision], str], tmp_path: Path
) -> None:
    wanted = _file("wanted")
    revision = a_revision(files=(wanted,))
    store(engine, revision)
    update = approve(revision)
    files = UpdateFiles(
        engine=engine,
        store=LocalStore(tmp_path / "content"),
        now=lambda: NOON,
        readiness=readiness,
    )
    digits = wanted.sha1.hex().upper()
    place = tmp_path / "old" / digits[-2:]
    place.mkdir(parents=True)
    (place / f"{digits}.cab").write_bytes(b"wanted")

    files.adopt(tmp_path / "old", actor="anna", watch=lambda _files, _size: None)
    assert _ready(engine) == {update}

    (tmp_path / "content" / digits[-2:] / f"{digits}.cab").unlink()
    found = files.verify(actor="anna", watch=lambda _files, _size: None)
    assert len(found.missing) == 1
    assert found.fetching is not None
    assert _ready(engine) == set()


def _unlicensed(engine: Engine) -> list[str]:
    with transactions.read(engine) as conn:
        return decisions.waiting_for_licences(conn)


def _settle(engine: Engine, choice: FileChoice = KEPT) -> list[str]:
    with transactions.write(engine) as conn:
        return settle_readiness(conn, choice)


def _accept(engine: Engine, eula_id: str) -> None:
    with transactions.write(engine) as conn:
        decisions.accept_licences(conn, [eula_id.lower()], by="anna", at=NOON)


@pytest.mark.parametrize("choice", [KEPT, MICROSOFTS])
def test_a_new_revision_waits_until_its_new_licence_is_accepted(
    engine: Engine, approve: Callable[[Revision], str], choice: FileChoice
) -> None:
    update_id = a_guid()
    first = a_revision(RevisionIdentity(update_id, 1))
    store(engine, first)
    approve(first)
    _settle(engine, choice)
    assert _unlicensed(engine) == []

    store(engine, a_revision(RevisionIdentity(update_id, 2), eula_id=EULA))
    assert _settle(engine, choice) == [update_id]
    assert _unlicensed(engine) == [update_id]
    assert _ready(engine) == {update_id}  # as far as files go

    _accept(engine, EULA)
    assert _settle(engine, choice) == [update_id]
    assert _unlicensed(engine) == []


def test_the_licence_of_what_a_bundle_bundles_counts(
    engine: Engine, approve: Callable[[Revision], str]
) -> None:
    inner, outer = an_identity(), an_identity()
    bundle = a_revision(bundled=((outer,),))
    store(
        engine,
        bundle,
        a_revision(outer, visible=False, bundled=((inner,),)),
        a_revision(inner, visible=False, eula_id=EULA),
    )
    update_id = approve(bundle)
    _settle(engine)

    assert _unlicensed(engine) == [update_id]


def test_nothing_changes_for_an_update_whose_licence_was_accepted(
    engine: Engine, approve: Callable[[Revision], str]
) -> None:
    """Neither by the next revision with the same licence nor by a new start or a restore."""
    update_id = a_guid()
    first = a_revision(RevisionIdentity(update_id, 1), eula_id=EULA)
    store(engine, first)
    _accept(engine, EULA)
    approve(first)
    _settle(engine)
    with transactions.read(engine) as conn:
        before = decisions.read_decisions(conn)

    store(engine, a_revision(RevisionIdentity(update_id, 2), eula_id=EULA.lower()))

    assert _settle(engine) == []
    with transactions.read(engine) as conn:
        assert decisions.read_decisions(conn) == before


def test_a_revision_without_the_licence_waits_no_more(
    engine: Engine, approve: Callable[[Revision], str]
) -> None:
    update_id = a_guid()
    for number, eula_id in ((1, None), (2, EULA), (3, None)):
        revision = a_revision(RevisionIdentity(update_id, number), eula_id=eula_id)
        store(engine, revision)
        if number == 1:
            approve(revision)
        _settle(engine)
        assert _unlicensed(engine) == ([update_id] if eula_id else [])


def test_removal_waits_for_no_licence(engine: Engine) -> None:
    revision = a_revision(eula_id=EULA)
    store(engine, revision)
    with transactions.write(engine) as conn:
        deciding.approve(conn, revision.identity.update_id, action=Action.UNINSTALL)
    _settle(engine)

    assert _unlicensed(engine) == []
    with transactions.read(engine) as conn:
        assert [one.licences_accepted for one in decisions.read_decisions(conn).approvals] == [True]


def test_computers_evaluate_what_has_an_unaccepted_licence(
    engine: Engine, approve: Callable[[Revision], str]
) -> None:
    first = a_revision()
    store(engine, first)
    approve(first)
    store(engine, a_revision(RevisionIdentity(first.identity.update_id, 101), eula_id=EULA))
    _settle(engine, MICROSOFTS)
    assert _offered(engine) == [OfferedAction.PRE_DEPLOYMENT_CHECK]

    _accept(engine, EULA)
    _settle(engine, MICROSOFTS)
    assert _offered(engine) == [OfferedAction.INSTALL]


def _offered(engine: Engine) -> list[OfferedAction]:
    with transactions.write(engine) as conn:
        settling.catalogue_changed(conn)
    overlay = Snapshots(engine, files_are_kept=lambda: False).overlay(GROUPS)
    return [overlay.offered(one).action for one in overlay.scope]
