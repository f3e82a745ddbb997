"""What was decided is kept, and every change of it takes a newer counter; on every database."""

from datetime import timedelta

from headgate.approvals.decisions import Action, Decisions, Ready
from headgate.fleet.groups import ALL_COMPUTERS
from headgate.storage import decisions, effective, transactions
from headgate.storage.engine import Engine
from tests import deciding
from tests.cast import NOON, a_guid

ANOTHER_GROUP = a_guid()
LATER = NOON + timedelta(hours=1)


def _read(engine: Engine) -> Decisions:
    with transactions.read(engine) as conn:
        return decisions.read_decisions(conn)


def _approve(
    engine: Engine,
    *updates: str,
    action: Action = Action.INSTALL,
    group_id: str = ALL_COMPUTERS,
    ready: bool = True,
) -> list[str]:
    with transactions.write(engine) as conn:
        return deciding.approve(conn, *updates, action=action, group_id=group_id, ready=ready)


def test_an_approval_is_numbered_far_from_revision_ids(engine: Engine) -> None:
    first, second = sorted([a_guid(), a_guid()])
    before = _read(engine).counter

    assert _approve(engine, first, second) == [first, second]

    now = _read(engine)
    assert now.counter == before + 1
    approved = {one.update_id: one for one in now.approvals}
    assert [approved[one].deployment_id for one in (first, second)] == [
        2_000_000_001,
        2_000_000_002,
    ]
    assert {one.since for one in now.approvals} == {now.counter}
    assert approved[first].action is Action.INSTALL
    assert approved[first].decided_at == NOON


def test_what_stands_takes_no_counter(engine: Engine) -> None:
    update = a_guid()
    _approve(engine, update)
    before = _read(engine)
    with transactions.write(engine) as conn:
        assert decisions.undecline(conn, [update], by="bob", at=LATER) == []
        assert decisions.withdraw(conn, [a_guid()], by="bob", at=LATER) == []
        assert decisions.note_readiness(conn, {update: Ready(True, True)}) == []

    assert _approve(engine, update) == []
    assert _read(engine) == before


def test_a_withdrawn_approval_stays_as_a_row_with_a_newer_counter(engine: Engine) -> None:
    update = a_guid()
    _approve(engine, update)
    (approved,) = _read(engine).approvals
    with transactions.write(engine) as conn:
        assert decisions.withdraw(conn, [update], by="bob", at=LATER) == [update]
        assert decisions.approvals_of(conn, [update]) == []
        assert decisions.approved_updates(conn) == []

    (withdrawn,) = _read(engine).approvals
    assert withdrawn.action is None
    assert withdrawn.since > approved.since
    assert withdrawn.deployment_id > approved.deployment_id
    assert withdrawn.decided_at == LATER


def test_withdrawing_for_one_group_leaves_the_others(engine: Engine) -> None:
    update = a_guid()
    _approve(engine, update)
    _approve(engine, update, group_id=ANOTHER_GROUP)
    with transactions.write(engine) as conn:
        decisions.withdraw(conn, [update], by="bob", at=LATER, group_id=ANOTHER_GROUP)
        (left,) = decisions.approvals_of(conn, [update])

    assert left.group_id == ALL_COMPUTERS


def test_declining_withdraws_approvals_and_can_be_taken_back(engine: Engine) -> None:
    update = a_guid()
    _approve(engine, update)
    with transactions.write(engine) as conn:
        assert decisions.decline(conn, [update], by="bob", at=LATER) == [update]
        assert decisions.decline(conn, [update], by="bob", at=LATER) == []

    now = _read(engine)
    assert [(one.update_id, one.is_declined) for one in now.declines] == [(update, True)]
    assert [one.action for one in now.approvals] == [None]
    assert now.approvals[0].since == now.declines[0].since == now.counter

    with transactions.write(engine) as conn:
        assert decisions.undecline(conn, [update], by="bob", at=LATER) == [update]
    again = _read(engine)
    assert [one.is_declined for one in again.declines] == [False]
    assert again.declines[0].since == again.counter > now.counter
    assert [one.action for one in again.approvals] == [None]


def test_approving_what_is_declined_takes_the_decline_back(engine: Engine) -> None:
    update = a_guid()
    with transactions.write(engine) as conn:
        decisions.decline(conn, [update], by="bob", at=NOON)

    assert _approve(engine, update) == [update]

    now = _read(engine)
    assert [one.is_declined for one in now.declines] == [False]
    assert [one.action for one in now.approvals] == [Action.INSTALL]


def test_becoming_ready_is_another_deployment_of_the_same_day(engine: Engine) -> None:
    update, other = a_guid(), a_guid()
    _approve(engine, update, other, ready=False)
    before = {one.update_id: one for one in _read(engine).approvals}
    with transactions.write(engine) as conn:
        readiness = {update: Ready(files=True, licences=True), other: Ready(False, True)}
        assert decisions.note_readiness(conn, readiness) == [update]

    now = _read(engine)
    after = {one.update_id: one for one in now.approvals}
    assert after[other] == before[other]
    assert after[update].files_ready
    assert after[update].since == now.counter > before[update].since
    assert after[update].deployment_id > before[update].deployment_id
    assert after[update].decided_at == before[update].decided_at


def test_more_updates_than_one_statement_holds(engine: Engine) -> None:
    updates = [a_guid() for _ in range(1_203)]
    assert len(_approve(engine, *updates)) == 1_203
    with transactions.write(engine) as conn:
        assert len(decisions.decline(conn, updates, by="bob", at=LATER)) == 1_203
        assert decisions.declined_of(conn, updates) == frozenset(updates)

    assert {one.since for one in _read(engine).approvals} == {_read(engine).counter}


def test_licences_are_accepted_once(engine: Engine) -> None:
    with transactions.write(engine) as conn:
        assert decisions.accept_licences(conn, ["a", "b"], by="anna", at=NOON) == ["a", "b"]
        assert decisions.accept_licences(conn, ["b", "c"], by="bob", at=LATER) == ["c"]
        assert decisions.accepted(conn, ["a", "c", "d"]) == {"a", "c"}


def test_a_decision_that_was_rolled_back_took_no_counter(engine: Engine) -> None:
    with transactions.read(engine) as conn:
        before = effective.counter(conn)
    try:
        with transactions.write(engine) as conn:
            decisions.decline(conn, [a_guid()], by="anna", at=NOON)
            raise InterruptedError
    except InterruptedError:
        pass

    now = _read(engine)
    assert (now.counter, now.declines) == (before, ())
