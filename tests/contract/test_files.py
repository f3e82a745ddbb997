"""Which files are due, on every database."""

from dataclasses import replace

import pytest

from headgate.approvals.decisions import Action
from headgate.catalogue.files import FileChoice, FilePresence, UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import PublicationState, Revision
from headgate.storage import decisions, file_records, ingestion, transactions
from headgate.storage.engine import Engine
from tests import deciding
from tests.cast import NOON, a_guid, a_revision, an_identity
from tests.catalogue_rows import store

EVERYTHING = FileChoice(everything=True)
LICENCES = FileChoice(everything=False)


def a_file(number: int, **facts: object) -> UpdateFile:
    facts = {"name": f"{number}.cab", "size": number} | facts
    return UpdateFile(sha1=bytes([number]) * 20, sha256=None, **facts)  # type: ignore[arg-type]


def _due(engine: Engine, choice: FileChoice) -> list[str]:
    with transactions.read(engine) as conn:
        due = file_records.due_files(conn, choice)
        total = file_records.due_total(conn, choice)
    assert (total.count, total.size) == (len(due), sum(file.size for file in due))
    return [file.name for file in due]


def test_files_of_nested_bundle_members_are_due(engine: Engine) -> None:
    inner, outer = an_identity(), an_identity()
    store(
        engine,
        a_revision(bundled=((outer,),)),
        a_revision(outer, visible=False, bundled=((inner,),)),
        a_revision(inner, visible=False, files=(a_file(1),)),
        a_revision(visible=False, files=(a_file(2),)),  # nobody bundles it
    )

    assert _due(engine, EVERYTHING) == ["1.cab"]


def test_only_licences_are_due_while_downloads_are_deferred(engine: Engine) -> None:
    licence = a_file(2, is_eula=True, languages=("de",))
    store(engine, a_revision(files=(a_file(1), licence)))

    assert _due(engine, LICENCES) == ["2.cab"]
    assert _due(engine, replace(EVERYTHING, languages=frozenset({"en"}))) == ["1.cab", "2.cab"]


def test_neither_withdrawn_updates_nor_old_revisions_need_files(engine: Engine) -> None:
    update_id = a_guid()
    store(
        engine,
        a_revision(RevisionIdentity(update_id, 1), files=(a_file(1),)),
        a_revision(RevisionIdentity(update_id, 2), files=(a_file(2),)),
        a_revision(state=PublicationState.EXPIRED, files=(a_file(3), a_file(4, is_eula=True))),
    )

    assert _due(engine, EVERYTHING) == ["2.cab"]


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        (None, ["1.cab", "2.cab", "3.cab", "4.cab", "5.cab"]),
        ({"en"}, ["1.cab", "2.cab", "5.cab"]),
        ({"pt", "en"}, ["1.cab", "2.cab", "3.cab", "5.cab"]),
        ({"pt-br"}, ["1.cab", "4.cab", "5.cab"]),
    ],
)
def test_files_are_due_in_the_chosen_languages(
    engine: Engine, languages: set[str] | None, expected: list[str]
) -> None:
    """``pt`` is not ``pt-br``, and what names no language or all of them is for everybody."""
    store(
        engine,
        a_revision(files=(a_file(1),)),
        a_revision(files=(a_file(2),), languages=("de", "en", "fr")),
        a_revision(files=(a_file(3),), languages=("pt",)),
        a_revision(files=(a_file(4),), languages=("pt-br",)),
        a_revision(files=(a_file(5),), languages=("all",)),
    )
    chosen = None if languages is None else frozenset(languages)

    assert _due(engine, replace(EVERYTHING, languages=chosen)) == expected


def test_express_files_are_due_only_when_wanted(engine: Engine) -> None:
    express = a_file(1, patching_type="Express")
    store(engine, a_revision(files=(express, a_file(2, patching_type="SelfContained"))))

    assert _due(engine, EVERYTHING) == ["2.cab"]
    assert _due(engine, replace(EVERYTHING, express=True)) == ["1.cab", "2.cab"]


def test_what_is_here_is_not_due_and_a_damaged_file_is(engine: Engine) -> None:
    store(engine, a_revision(files=(a_file(1), a_file(2), a_file(3))))
    with transactions.write(engine) as conn:
        ingestion.note_addresses(conn, {a_file(3).sha1: "http://mu.example/3.cab"})
        for number, presence in ((1, FilePresence.PRESENT), (2, FilePresence.DAMAGED)):
            file_records.record_presence(conn, [a_file(number).sha1], presence, at=NOON)
    with transactions.read(engine) as conn:
        due = file_records.due_files(conn, EVERYTHING)
        totals = file_records.totals(conn)

    assert [(file.name, file.mu_url) for file in due] == [
        ("2.cab", None),
        ("3.cab", "http://mu.example/3.cab"),
    ]
    assert {presence: total.count for presence, total in totals.items()} == {
        FilePresence.WANTED: 1,
        FilePresence.PRESENT: 1,
        FilePresence.DAMAGED: 1,
    }


def test_a_file_two_updates_share_is_due_once(engine: Engine) -> None:
    store(engine, a_revision(files=(a_file(7),)), a_revision(files=(a_file(7, name="b.cab"),)))

    assert _due(engine, EVERYTHING) == ["7.cab"]


def test_a_digest_that_a_later_document_adds_is_kept_and_never_replaced(engine: Engine) -> None:
    for sha256 in (None, b"2" * 32, b"3" * 32, None):
        store(engine, a_revision(files=(replace(a_file(7), sha256=sha256),)))

    with transactions.read(engine) as conn:
        (due,) = file_records.due_files(conn, EVERYTHING)
    assert due.sha256 == b"2" * 32


def test_files_nobody_needs_any_more_are_found(engine: Engine) -> None:
    update_id = a_guid()
    store(
        engine,
        a_revision(RevisionIdentity(update_id, 1), files=(a_file(1), a_file(2))),
        a_revision(RevisionIdentity(update_id, 2), files=(a_file(2),)),
    )
    with transactions.write(engine) as conn:
        digests = [a_file(1).sha1, a_file(2).sha1]
        file_records.record_presence(conn, digests, FilePresence.PRESENT, at=NOON)
    with transactions.read(engine) as conn:
        found = file_records.unneeded_files(conn, EVERYTHING)

    assert [file.name for file in found] == ["1.cab"]


def test_with_deferred_downloads_files_of_approved_updates_are_due(engine: Engine) -> None:
    member = an_identity()
    approved, other = a_revision(bundled=((member,),)), a_revision(files=(a_file(2),))
    removed = a_revision(files=(a_file(3),))
    store(
        engine,
        approved,
        a_revision(member, visible=False, files=(a_file(1), a_file(4, patching_type="Express"))),
        other,
        removed,
        a_revision(files=(a_file(5, is_eula=True),)),
    )
    _decide(engine, approved, Action.INSTALL)
    _decide(engine, removed, Action.UNINSTALL)
    deferred = replace(LICENCES, approved=True)

    assert _due(engine, deferred) == ["1.cab", "5.cab"]
    assert _due(engine, replace(deferred, express=True)) == ["1.cab", "4.cab", "5.cab"]
    assert _due(engine, LICENCES) == ["5.cab"]
    with transactions.write(engine) as conn:
        decisions.withdraw(conn, [approved.identity.update_id], by="anna", at=NOON)
    assert _due(engine, deferred) == ["5.cab"]


def _decide(engine: Engine, revision: Revision, action: Action) -> None:
    with transactions.write(engine) as conn:
        deciding.approve(conn, revision.identity.update_id, action=action, ready=False)
