"""Approving, unapproving, declining, undeclining: what may be decided and what follows from it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from headgate.approvals.decisions import Action, Approval, Decisions
from headgate.catalogue.files import FileChoice, FilePresence, UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    Behavior,
    CategoryType,
    PublicationState,
    Revision,
    UpdateKind,
)
from headgate.content.local import LocalStore
from headgate.services.deciding.approving import (
    Approving,
    DecisionRefusedError,
    LicenceNotAcceptedError,
)
from headgate.services.deciding.rules import Verb
from headgate.services.files.fetching import FETCH_FILES
from headgate.services.files.readiness import settle_readiness
from headgate.services.settings.configuring import Configuring
from headgate.settings.secrets import SecretKey
from headgate.settings.shared import Shared, shared_settings
from headgate.storage import audit, decisions, effective, file_records, jobs, transactions
from headgate.storage.engine import Engine
from headgate.storage.tables.catalogue import revisions
from headgate.storage.tables.offering import live_revisions
from tests.cast import NOON, a_category, a_guid, a_revision, an_identity
from tests.catalogue_rows import store

EULA = "5d9a2a66-3a1b-4a6e-9f0e-000000000001"


@pytest.fixture
def chosen() -> dict[str, object]:
    """Shared settings a test may change."""
    return {"languages.mode": "all"}


@pytest.fixture
def settings(chosen: dict[str, object]) -> Callable[[], Shared]:
    return lambda: shared_settings(chosen, machine_zone="UTC")  # type: ignore[arg-type]


@pytest.fixture
def approving(engine: Engine, settings: Callable[[], Shared], tmp_path: Path) -> Approving:
    return Approving(
        engine=engine,
        settings=settings,
        store=LocalStore(tmp_path / "content"),
        now=lambda: NOON,
    )


def a_file(number: int, **facts: object) -> UpdateFile:
    facts = {"name": f"{number}.cab", "size": number * 1000} | facts
    return UpdateFile(sha1=bytes([number]) * 20, sha256=None, **facts)  # type: ignore[arg-type]


def _stored(engine: Engine, revision: Revision) -> str:
    store(engine, revision)
    return revision.identity.update_id


def _live(engine: Engine, *identities: RevisionIdentity, member: bool = False) -> None:
    """Say that revisions are live, as settling the catalogue does."""
    with transactions.write(engine) as conn:
        for identity in identities:
            number = conn.execute(
                select(revisions.c.revision_id).where(
                    revisions.c.update_id == identity.update_id,
                    revisions.c.revision_number == identity.revision_number,
                )
            ).scalar_one()
            row = {"revision_id": number, "is_leaf": True, "is_member": member, "since": 1}
            there = conn.execute(
                select(live_revisions.c.revision_id).where(live_revisions.c.revision_id == number)
            ).first()
            if there is None:
                conn.execute(live_revisions.insert(), [row])


def _read(engine: Engine) -> Decisions:
    with transactions.read(engine) as conn:
        return decisions.read_decisions(conn)


def _approval(engine: Engine) -> Approval:
    (approval,) = _read(engine).approvals
    return approval


def _here(engine: Engine, *files: UpdateFile) -> None:
    with transactions.write(engine) as conn:
        file_records.record_presence(
            conn, [one.sha1 for one in files], FilePresence.PRESENT, at=NOON
        )


def _waiting_jobs(engine: Engine) -> list[int]:
    with transactions.read(engine) as conn:
        return [job.job_id for job in jobs.unfinished(conn, [FETCH_FILES])]


def test_approving_is_written_with_its_audit_line(engine: Engine, approving: Approving) -> None:
    update = _stored(engine, a_revision())

    done = approving.approve([update], by="anna")

    assert done.changed == (update,)
    assert _approval(engine).action is Action.INSTALL
    assert _approval(engine).files_ready  # it has no files
    with transactions.read(engine) as conn:
        (line,) = audit.latest_lines(conn, limit=1)
    assert (line.actor, line.action, line.detail["updates"]) == (
        "anna",
        "update approved",
        [update],
    )


def test_repeating_changes_nothing(engine: Engine, approving: Approving) -> None:
    update = _stored(engine, a_revision())
    verbs = (approving.approve, approving.unapprove, approving.decline, approving.undecline)
    for verb in verbs:
        assert verb([update], by="anna").changed == (update,)
        before = _read(engine)
        with transactions.read(engine) as conn:
            lines = audit.latest_lines(conn, limit=100)

        assert verb([update], by="bob").changed == ()

        assert _read(engine) == before
        with transactions.read(engine) as conn:
            assert audit.latest_lines(conn, limit=100) == lines


def test_all_or_none(engine: Engine, approving: Approving) -> None:
    good = _stored(engine, a_revision())
    expired = _stored(engine, a_revision(state=PublicationState.EXPIRED, title="Old"))

    with pytest.raises(DecisionRefusedError, match="'Old' has expired") as refused:
        approving.approve([good, expired], by="anna")

    assert [one.update_id for one in refused.value.refused] == [expired]
    assert refused.value.next_step
    assert _read(engine).approvals == ()


def test_what_is_no_update_is_refused(engine: Engine, approving: Approving) -> None:
    bundle, member = an_identity(), an_identity()
    product = a_category("Windows 11", CategoryType.PRODUCT)
    detectoid = a_revision(kind=UpdateKind.DETECTOID, visible=False)
    hidden = a_revision(visible=False, title="Hidden")
    store(
        engine,
        a_revision(bundle, title="Whole", bundled=((member,),)),
        a_revision(member, title="Part"),
        product,
        detectoid,
        hidden,
    )
    _live(engine, bundle)
    _live(engine, member, member=True)
    refused = approving.propose(
        [
            member.update_id,
            product.identity.update_id,
            detectoid.identity.update_id,
            hidden.identity.update_id,
            a_guid(),
        ],
        Verb.INSTALL,
    )

    sentences = [str(one.refusal) for one in refused]
    assert sentences[0] == "'Part' is a part of 'Whole'."
    assert bundle.update_id in refused[0].next_step
    assert all("is no update" in one for one in sentences[1:3])
    assert "not meant to be installed by itself" in sentences[3]
    assert "There is no update" in sentences[4]
    assert not any(one.changes for one in refused)


def test_a_part_can_be_decided_about_when_its_bundle_is_declined(
    engine: Engine, approving: Approving
) -> None:
    bundle, member = an_identity(), an_identity()
    store(
        engine,
        a_revision(bundle, title="Whole", bundled=((member,),)),
        a_revision(member, title="Part"),
    )
    _live(engine, bundle)
    _live(engine, member, member=True)

    with pytest.raises(DecisionRefusedError, match="is a part of 'Whole'"):
        approving.approve([member.update_id], by="anna")
    approving.decline([bundle.update_id], by="anna")
    done = approving.approve([member.update_id], by="anna")

    assert done.changed == (member.update_id,)


def test_only_what_can_be_uninstalled_is_approved_for_removal(
    engine: Engine, approving: Approving
) -> None:
    stays = _stored(engine, a_revision(title="Stays"))
    goes = _stored(engine, a_revision(uninstallation=Behavior(), files=(a_file(1),)))

    with pytest.raises(DecisionRefusedError, match="cannot be uninstalled"):
        approving.approve([stays], by="anna", action=Action.UNINSTALL)
    done = approving.approve([goes], by="anna", action=Action.UNINSTALL)

    assert _approval(engine).action is Action.UNINSTALL
    assert _approval(engine).files_ready
    assert done.job is None  # removing needs no files


def test_a_licence_is_asked_for_once(engine: Engine, approving: Approving) -> None:
    member = an_identity()
    bundle = a_revision(bundled=((member,),), title="With a licence")
    another = a_revision(eula_id=EULA)
    store(engine, bundle, a_revision(member, visible=False, eula_id=EULA), another)
    update = bundle.identity.update_id
    (proposal,) = approving.propose([update], Verb.INSTALL)
    assert [one.eula_id for one in proposal.licences] == [EULA]

    with pytest.raises(LicenceNotAcceptedError, match="With a licence"):
        approving.approve([update], by="anna")
    assert _read(engine).approvals == ()
    approving.approve([update], by="anna", accept_licences=True)

    with transactions.read(engine) as conn:
        (line,) = audit.latest_lines(conn, limit=1)
    assert line.detail["licences"] == [EULA]
    approving.approve([another.identity.update_id], by="anna")  # the same licence


def test_a_new_licence_of_an_approved_update_is_accepted_by_approving_again(
    engine: Engine, approving: Approving
) -> None:
    update, another = a_guid(), a_guid()
    for one in (update, another):
        store(engine, a_revision(RevisionIdentity(one, 1)))
    approving.approve([update, another], by="anna")
    for one in (update, another):
        store(engine, a_revision(RevisionIdentity(one, 2), eula_id=EULA, title="Licensed"))
    with transactions.write(engine) as conn:
        assert settle_readiness(conn, FileChoice(everything=False)) == sorted([update, another])
    outlook = approving.outlook(update)
    assert outlook.approval is not None
    assert not outlook.approval.licences_accepted
    assert Verb.INSTALL in outlook.verbs
    (proposal,) = approving.propose([update], Verb.INSTALL)
    assert proposal.changes
    assert ["new licence" in one for one in proposal.effects] == [True]

    with pytest.raises(LicenceNotAcceptedError, match="Licensed"):
        approving.approve([update], by="bob")
    before = _read(engine)
    done = approving.approve([update], by="bob", accept_licences=True)

    assert done.changed == (update,)
    now = _read(engine)
    assert all(one.licences_accepted for one in now.approvals)  # the other has the same licence
    assert {one.since for one in now.approvals} == {now.counter} != {before.counter}
    assert {one.decided_by for one in now.approvals} == {"anna"}
    with transactions.read(engine) as conn:
        (line,) = audit.latest_lines(conn, limit=1)
    assert (line.actor, line.detail["licences"]) == ("bob", [EULA])
    assert Verb.INSTALL not in approving.outlook(update).verbs
    assert approving.approve([update, another], by="bob").changed == ()


def test_a_new_licence_hinders_no_removal(engine: Engine, approving: Approving) -> None:
    update = a_guid()
    store(engine, a_revision(RevisionIdentity(update, 1), uninstallation=Behavior()))
    approving.approve([update], by="anna", action=Action.UNINSTALL)
    newer = RevisionIdentity(update, 2)
    store(engine, a_revision(newer, uninstallation=Behavior(), eula_id=EULA))

    assert approving.approve([update], by="anna", action=Action.UNINSTALL).changed == ()
    assert Verb.UNINSTALL not in approving.outlook(update).verbs


def test_a_licence_nobody_can_read_yet_cannot_be_accepted(
    engine: Engine, approving: Approving
) -> None:
    english, german = (
        a_file(number, is_eula=True, languages=(language,))
        for number, language in ((1, "en"), (2, "de"))
    )
    update = _stored(engine, a_revision(eula_id=EULA, files=(english, german)))

    with pytest.raises(DecisionRefusedError, match="not on this server yet"):
        approving.approve([update], by="anna", accept_licences=True)

    _here(engine, german)
    assert approving.approve([update], by="anna", accept_licences=True).changed == (update,)


def test_people_are_told_what_else_happens(engine: Engine, approving: Approving) -> None:
    old, new = an_identity(), an_identity()
    store(
        engine,
        a_revision(old, title="October"),
        a_revision(new, title="November", supersedes=(old.update_id,)),
    )
    approving.decline([old.update_id], by="anna")

    (proposal,) = approving.propose([old.update_id], Verb.INSTALL)

    assert [str(one) for one in proposal.warnings] == ["It is superseded by: November."]
    assert [str(one) for one in proposal.effects] == ["It is declined; approving takes that back."]
    approving.approve([old.update_id], by="anna")
    (proposal,) = approving.propose([old.update_id], Verb.DECLINE)
    assert [str(one) for one in proposal.effects] == ["It is approved; declining withdraws that."]


def test_missing_files_are_fetched_by_one_waiting_job(
    engine: Engine, approving: Approving, chosen: dict[str, object]
) -> None:
    chosen["languages.mode"] = "selected"
    chosen["languages.selected"] = ("de",)
    german, french = an_identity(), an_identity()
    bundle = a_revision(bundled=((german, french),))
    single = a_revision(files=(a_file(4),))
    store(
        engine,
        bundle,
        a_revision(german, visible=False, languages=("de",), files=(a_file(1), a_file(2))),
        a_revision(french, visible=False, languages=("fr",), files=(a_file(3),)),
        single,
    )
    _here(engine, a_file(2))
    (proposal,) = approving.propose([bundle.identity.update_id], Verb.INSTALL)
    assert (proposal.fetch.count, proposal.fetch.size) == (1, 1000)

    first = approving.approve([bundle.identity.update_id], by="anna")
    second = approving.approve([single.identity.update_id], by="anna")

    assert first.job is not None
    assert second.job == first.job
    assert _waiting_jobs(engine) == [first.job.job_id]
    assert not any(one.files_ready for one in _read(engine).approvals)
    # Behind a job that runs, one more waits: the first has read what was due before.
    with transactions.write(engine) as conn:
        jobs.claim(conn, at=NOON)
    approving.unapprove([single.identity.update_id], by="anna")
    approving.approve([single.identity.update_id], by="anna")
    assert len(_waiting_jobs(engine)) == 2


def test_nothing_is_fetched_that_microsoft_serves(
    engine: Engine, approving: Approving, chosen: dict[str, object]
) -> None:
    chosen["content.store"] = "microsoft"
    update = _stored(engine, a_revision(files=(a_file(1),)))

    done = approving.approve([update], by="anna")

    assert (done.fetch.count, done.job) == (0, None)
    assert _approval(engine).files_ready


def test_what_is_kept_here_again_is_fetched_for_what_was_approved_meanwhile(
    engine: Engine, approving: Approving, chosen: dict[str, object], tmp_path: Path
) -> None:
    configuring = Configuring(
        engine=engine,
        secret_key=SecretKey(tmp_path / "secret.key"),
        environment={},
        machine_zone=lambda: "UTC",
    )
    configuring.change({"content.store": "microsoft", "languages.mode": "all"}, by="anna")
    chosen["content.store"] = "microsoft"
    approving.approve([_stored(engine, a_revision(files=(a_file(1),)))], by="anna")
    configuring.change({"schedule.mode": "daily"}, by="anna")
    assert _waiting_jobs(engine) == []

    configuring.foresee({"content.store": "local"}, by="anna")
    assert _waiting_jobs(engine) == [], "nothing has been saved"
    configuring.change({"content.store": "local"}, by="anna")

    assert not _approval(engine).files_ready
    assert len(_waiting_jobs(engine)) == 1


def test_the_same_id_twice_is_one_decision(engine: Engine, approving: Approving) -> None:
    update = _stored(engine, a_revision())
    assert approving.approve([update, update], by="anna").changed == (update,)
    assert len(_read(engine).approvals) == 1


def test_a_new_number_is_taken_by_every_decision(engine: Engine, approving: Approving) -> None:
    update = _stored(engine, a_revision(uninstallation=Behavior()))
    approving.approve([update], by="anna")
    first = _approval(engine)
    approving.approve([update], by="anna", action=Action.UNINSTALL)
    second = _approval(engine)

    assert second == replace(
        first,
        action=Action.UNINSTALL,
        deployment_id=first.deployment_id + 1,
        since=first.since + 1,
    )
    with transactions.read(engine) as conn:
        assert effective.counter(conn) == second.since
