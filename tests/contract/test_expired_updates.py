"""What a publisher withdraws is not installed on the strength of an older approval."""

from datetime import timedelta
from pathlib import Path

import pytest

from headgate.approvals.decisions import Action
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import PublicationState, Revision
from headgate.catalogue.update_list import UpdateQuery, UpdateState
from headgate.content.local import LocalStore
from headgate.offer.questions import OfferedAction
from headgate.services.catalogue import settling
from headgate.services.clients.handshake import GROUPS
from headgate.services.clients.snapshots import Snapshots
from headgate.services.deciding.approving import Approving, DecisionRefusedError
from headgate.settings.shared import shared_settings
from headgate.storage import audit, decisions, effective, ingestion, listing, runs, transactions
from headgate.storage.audit import AuditLine
from headgate.storage.engine import Engine
from headgate.sync.recording import recorded
from tests import deciding
from tests.cast import NOON, a_guid, a_revision, incoming
from tests.catalogue_rows import store

ANOTHER_GROUP = a_guid()


def _published(update: str, number: int = 100, **facts: object) -> Revision:
    return a_revision(RevisionIdentity(update, number), **facts)  # type: ignore[arg-type]


def _expired(update: str, number: int = 200, **facts: object) -> Revision:
    return _published(update, number, state=PublicationState.EXPIRED, **facts)


def _bring(engine: Engine, *revisions: Revision) -> list[str]:
    """Store revisions, settle, and return what that declined."""
    store(engine, *revisions)
    with transactions.write(engine) as conn:
        return settling.catalogue_changed(conn)


def _approved(engine: Engine, *, group_id: str = GROUPS[0], action: Action = Action.INSTALL) -> str:
    update = a_guid()
    _bring(engine, _published(update))
    with transactions.write(engine) as conn:
        deciding.approve(conn, update, group_id=group_id, action=action)
    return update


def _offered(engine: Engine) -> list[OfferedAction]:
    overlay = Snapshots(engine, files_are_kept=lambda: True).overlay(GROUPS)
    return [overlay.offered(one).action for one in overlay.scope]


def _states(engine: Engine) -> list[UpdateState]:
    with transactions.read(engine) as conn:
        return [line.state for line in listing.updates(conn, UpdateQuery()).lines]


def _audit_lines(engine: Engine) -> list[AuditLine]:
    with transactions.read(engine) as conn:
        return audit.latest_lines(conn, limit=10)


@pytest.mark.parametrize("group_id", [GROUPS[0], ANOTHER_GROUP])
@pytest.mark.parametrize("action", list(Action))
def test_an_approved_update_that_expires_is_declined(
    engine: Engine, group_id: str, action: Action
) -> None:
    update = _approved(engine, group_id=group_id, action=action)

    assert _bring(engine, _expired(update)) == [update]

    assert _offered(engine) == []
    assert _states(engine) == [UpdateState.DECLINED]
    with transactions.read(engine) as conn:
        now = decisions.read_decisions(conn)
    assert [one.action for one in now.approvals] == [None]
    assert [(one.update_id, one.since) for one in now.declines] == [(update, now.counter)]


def test_all_that_expire_together_have_one_audit_line(engine: Engine) -> None:
    updates = sorted(_approved(engine) for _ in range(3))

    assert _bring(engine, *map(_expired, updates)) == updates

    (line,) = _audit_lines(engine)
    assert (line.actor, line.action) == ("headgate", "update declined")
    assert line.detail == {"updates": updates, "reason": "expired"}


def test_nothing_more_happens_when_the_catalogue_changes_again(engine: Engine) -> None:
    update = _approved(engine)
    _bring(engine, _expired(update))
    with transactions.read(engine) as conn:
        before = effective.counter(conn)

    assert _bring(engine) == []

    assert len(_audit_lines(engine)) == 1
    with transactions.read(engine) as conn:
        assert effective.counter(conn) == before


def test_what_nobody_approved_is_told_of_still(engine: Engine) -> None:
    """Captures of a real server tell of hundreds of them; they are never installed."""
    update = a_guid()

    assert _bring(engine, _published(update), _expired(update)) == []

    assert _offered(engine) == [OfferedAction.PRE_DEPLOYMENT_CHECK]
    assert _states(engine) == [UpdateState.EXPIRED]
    assert _audit_lines(engine) == []


def test_a_withdrawn_approval_is_none(engine: Engine) -> None:
    update = _approved(engine)
    with transactions.write(engine) as conn:
        decisions.withdraw(conn, [update], by="anna", at=NOON)

    assert _bring(engine, _expired(update)) == []


@pytest.mark.parametrize("named", [100, 200])
def test_an_expired_part_of_a_bundle_is_unapproved_and_stays(engine: Engine, named: int) -> None:
    """Declining it would spoil the bundle for everybody who needs that."""
    part, bundle = _approved(engine), a_guid()
    whole = _published(bundle, bundled=((RevisionIdentity(part, named),),))

    assert _bring(engine, whole, _expired(part)) == [part]

    assert OfferedAction.BUNDLE in _offered(engine)
    (line,) = _audit_lines(engine)
    assert (line.actor, line.action) == ("headgate", "update unapproved")
    with transactions.write(engine) as conn:  # what is left of the bundle would count for itself
        decisions.decline(conn, [bundle], by="anna", at=NOON)
    assert OfferedAction.INSTALL not in _offered(engine)


def test_a_part_whose_live_revision_has_expired_is_unapproved(engine: Engine) -> None:
    """The bundle names that one, whatever has been published since."""
    part, bundle = _approved(engine), a_guid()
    expired = _expired(part)
    whole = _published(bundle, bundled=((expired.identity,),))

    assert _bring(engine, whole, expired, _published(part, 300)) == [part]


def test_undeclining_what_has_expired_does_not_install_it(engine: Engine, tmp_path: Path) -> None:
    update = _approved(engine)
    _bring(engine, _expired(update))
    approving = Approving(
        engine=engine,
        settings=lambda: shared_settings({}, machine_zone="UTC"),
        store=LocalStore(tmp_path),
        now=lambda: NOON,
    )

    approving.undecline([update], by="anna")

    assert _offered(engine) == [OfferedAction.PRE_DEPLOYMENT_CHECK]
    with pytest.raises(DecisionRefusedError, match="has expired"):
        approving.approve([update], by="anna")
    assert _bring(engine) == []


def test_the_run_that_brought_it_tells_of_it(engine: Engine) -> None:
    update = _approved(engine)
    with recorded(
        engine, scope="everything", source="mu", started_by="anna", now=lambda: NOON
    ) as run_id:
        _arrive(engine, run_id, _expired(update, title="Harmful"))

    with transactions.read(engine) as conn:
        (run,) = runs.runs(conn)
    (problem,) = run["problems"]
    assert (problem["kind"], problem["subject"], problem["detail"]) == (
        "notice",
        "Harmful",
        update,
    )
    assert "it is not approved any more" in problem["reason"]
    assert run["result"] == "succeeded"


def test_a_run_that_the_next_one_closes_tells_of_it_too(engine: Engine) -> None:
    update = _approved(engine)
    with transactions.write(engine) as conn:
        run_id = runs.begin_run(conn, scope="everything", source="mu", started_by="anna", at=NOON)
    _arrive(engine, run_id, _expired(update))
    with recorded(
        engine,
        scope="categories",
        source="mu",
        started_by="anna",
        now=lambda: NOON + timedelta(hours=1),
    ):
        pass

    with transactions.read(engine) as conn:
        problems = [one["problems"] for one in runs.runs(conn)]
    assert [len(one) for one in problems] == [0, 1]


def _arrive(engine: Engine, run_id: int, revision: Revision) -> None:
    with transactions.write(engine) as conn:
        ingestion.store_batch(conn, [incoming(revision)], arrived_at=NOON, run_id=run_id)
        runs.add_to_run(conn, run_id, documents=1)
