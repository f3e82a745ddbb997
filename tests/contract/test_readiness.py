"""An approved update is ready when all its files are here; on every database."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from headgate.catalogue.files import FileChoice, FilePresence, UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import Revision
from headgate.content.local import LocalStore
from headgate.services.files.readiness import Readiness, settle_readiness
from headgate.services.files.update_files import UpdateFiles
from headgate.settings.shared import shared_settings
from headgate.storage import decisions, effective, file_records, transactions
from headgate.storage.engine import Engine
from tests import deciding
from tests.cast import NOON, a_guid, a_revision, an_identity
from tests.catalogue_rows import store

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
