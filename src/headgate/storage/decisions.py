"""What administrators decided, written and read: approvals, declined updates, accepted licences.

Functions that change something return the ids they changed; a decision that already stands is no
change and takes no counter. Those that change call in a write transaction.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, distinct, func, or_, select

from headgate.approvals.decisions import Action, Approval, Decisions, Decline, Ready
from headgate.catalogue.revisions import PublicationState
from headgate.storage import effective, gathering, statements
from headgate.storage.catalogue_version import catalogue_version
from headgate.storage.gathering import Row, gathered
from headgate.storage.tables.catalogue import revisions
from headgate.storage.tables.decisions import accepted_licences, approvals, declined
from headgate.storage.tables.offering import live_revisions

#: The ids of declined updates.
DECLINED = select(declined.c.update_id).where(declined.c.is_declined)


class ExpiredUpdates(NamedTuple):
    """Ids of updates that were approved when their publishers withdrew them."""

    alone: list[str]
    parts: list[str]  #: live bundles name them


def read_decisions(conn: Connection) -> Decisions:
    """Return every decision, withdrawn and taken-back ones too. Call in a read transaction."""
    return Decisions(
        catalogue_version=catalogue_version(conn),
        counter=effective.counter(conn),
        approvals=tuple(map(_approval, gathered(conn, select(approvals)))),
        declines=tuple(_declines(conn)),
    )


def approvals_of(conn: Connection, update_ids: Collection[str]) -> list[Approval]:
    """Return the approvals of some updates that stand, for any group."""
    wanted = select(approvals).where(approvals.c.action.is_not(None))
    return [
        _approval(row)
        for row in statements.rows_of(conn, wanted, approvals.c.update_id, update_ids)
    ]


def approved_updates(conn: Connection) -> list[str]:
    """Return the ids of the updates that are approved for some group."""
    wanted = select(approvals.c.update_id).where(approvals.c.action.is_not(None)).distinct()
    return list(conn.execute(wanted.order_by(approvals.c.update_id)).scalars())


def approved_but_expired(conn: Connection) -> ExpiredUpdates:
    """Return the approved updates whose newest or live revision says that they are withdrawn."""
    expired = (
        select(approvals.c.update_id, live_revisions.c.is_member)
        .distinct()
        .join(revisions, revisions.c.update_id == approvals.c.update_id)
        .outerjoin(live_revisions, live_revisions.c.revision_id == revisions.c.revision_id)
        .where(
            approvals.c.action.is_not(None),
            revisions.c.publication_state == PublicationState.EXPIRED.value,
            or_(revisions.c.is_latest, live_revisions.c.revision_id.is_not(None)),
        )
    )
    rows = conn.execute(expired.order_by(approvals.c.update_id)).all()
    # Where the newest revision is not live, a bundle that names another one is the reason.
    parts = {update_id for update_id, is_member in rows if is_member is not False}
    return ExpiredUpdates(
        alone=sorted({update_id for update_id, _ in rows} - parts), parts=sorted(parts)
    )


def count_waiting(conn: Connection) -> int:
    """Return how many updates are approved, not declined, and wait for files."""
    waiting = select(func.count(distinct(approvals.c.update_id)))
    return int(conn.execute(waiting.where(*_held_up(~approvals.c.files_ready))).scalar_one())


def waiting_for_licences(conn: Connection) -> list[str]:
    """Return the ids of updates that are approved, not declined, and have an unaccepted licence."""
    waiting = select(approvals.c.update_id).distinct().order_by(approvals.c.update_id)
    held_up = _held_up(~approvals.c.licences_accepted)
    return list(conn.execute(waiting.where(*held_up)).scalars())


def _held_up(by: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (
        approvals.c.action == Action.INSTALL.value,
        by,
        approvals.c.update_id.not_in(DECLINED),
    )


def declined_of(conn: Connection, update_ids: Collection[str]) -> frozenset[str]:
    """Return those of some updates that are declined."""
    rows = statements.rows_of(conn, DECLINED, declined.c.update_id, update_ids)
    return frozenset(row.update_id for row in rows)


def approve(
    conn: Connection,
    update_ids: Collection[str],
    action: Action,
    *,
    group_id: str,
    ready: Collection[str],
    by: str,
    at: datetime,
) -> list[str]:
    """Approve updates for a group, and take back that they are declined.

    ``ready``: those of them whose files are all here. Their licences are accepted before that.
    """
    standing = {
        approval.update_id: approval.action
        for approval in approvals_of(conn, update_ids)
        if approval.group_id == group_id
    }
    changed = [one for one in sorted(set(update_ids)) if standing.get(one) is not action]
    taken_back = declined_of(conn, update_ids)
    if not changed and not taken_back:
        return []
    since = effective.next_since(conn)
    _write_declines(conn, taken_back, since, is_declined=False, by=by, at=at)
    _write_approvals(
        conn,
        [
            {
                "group_id": group_id,
                "update_id": update_id,
                "action": action.value,
                "deployment_id": effective.next_deployment_id(conn),
                "since": since,
                "decided_at": at,
                "decided_by": by,
                "files_ready": update_id in ready,
                "licences_accepted": True,
            }
            for update_id in changed
        ],
    )
    return sorted({*changed, *taken_back})


def withdraw(
    conn: Connection,
    update_ids: Collection[str],
    *,
    by: str,
    at: datetime,
    group_id: str | None = None,
) -> list[str]:
    """Withdraw the approvals of updates, for one group or (None) for all."""
    standing = [
        approval
        for approval in approvals_of(conn, update_ids)
        if group_id is None or approval.group_id == group_id
    ]
    if standing:
        _withdraw(conn, standing, effective.next_since(conn), by=by, at=at)
    return sorted({approval.update_id for approval in standing})


def decline(conn: Connection, update_ids: Collection[str], *, by: str, at: datetime) -> list[str]:
    """Decline updates; their approvals are withdrawn with that."""
    changed = sorted(set(update_ids) - declined_of(conn, update_ids))
    if changed:
        since = effective.next_since(conn)
        _withdraw(conn, approvals_of(conn, changed), since, by=by, at=at)
        _write_declines(conn, changed, since, is_declined=True, by=by, at=at)
    return changed


def undecline(conn: Connection, update_ids: Collection[str], *, by: str, at: datetime) -> list[str]:
    """Take back that updates are declined; they are not approved then."""
    changed = sorted(declined_of(conn, update_ids))
    if changed:
        since = effective.next_since(conn)
        _write_declines(conn, changed, since, is_declined=False, by=by, at=at)
    return changed


def note_readiness(conn: Connection, readiness: Mapping[str, Ready]) -> list[str]:
    """Write down of approved updates, by id, what they wait for.

    What becomes ready is another deployment to computers, so it gets another number.
    """
    flipped = [
        approval
        for approval in approvals_of(conn, readiness)
        if (approval.files_ready, approval.licences_accepted) != readiness[approval.update_id]
    ]
    if not flipped:
        return []
    since = effective.next_since(conn)
    for approval in flipped:
        ready = readiness[approval.update_id]
        conn.execute(
            approvals.update()
            .where(
                approvals.c.group_id == approval.group_id,
                approvals.c.update_id == approval.update_id,
            )
            .values(
                files_ready=ready.files,
                licences_accepted=ready.licences,
                deployment_id=effective.next_deployment_id(conn),
                since=since,
            )
        )
    return sorted({approval.update_id for approval in flipped})


def accept_licences(
    conn: Connection, eula_ids: Collection[str], *, by: str, at: datetime
) -> list[str]:
    """Write down that licences were accepted; who accepted one first stays."""
    fresh = sorted(set(eula_ids) - accepted(conn, eula_ids))
    if fresh:
        conn.execute(
            statements.insert_or_ignore(conn, accepted_licences),
            [{"eula_id": one, "accepted_at": at, "accepted_by": by} for one in fresh],
        )
    return fresh


def accepted(conn: Connection, eula_ids: Collection[str]) -> frozenset[str]:
    """Return those of some licences that are accepted."""
    wanted = select(accepted_licences)
    rows = statements.rows_of(conn, wanted, accepted_licences.c.eula_id, eula_ids)
    return frozenset(row.eula_id for row in rows)


def _withdraw(
    conn: Connection, standing: Sequence[Approval], since: int, *, by: str, at: datetime
) -> None:
    _write_approvals(
        conn,
        [
            {
                "group_id": approval.group_id,
                "update_id": approval.update_id,
                "action": None,
                "deployment_id": effective.next_deployment_id(conn),
                "since": since,
                "decided_at": at,
                "decided_by": by,
                "files_ready": False,
                "licences_accepted": False,
            }
            for approval in standing
        ],
    )


def _write_approvals(conn: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        changed = [one.name for one in approvals.c if not one.primary_key]
        conn.execute(statements.insert_or_update(conn, approvals, changed), rows)


def _write_declines(
    conn: Connection,
    update_ids: Collection[str],
    since: int,
    *,
    is_declined: bool,
    by: str,
    at: datetime,
) -> None:
    rows = [
        {
            "update_id": update_id,
            "is_declined": is_declined,
            "since": since,
            "decided_at": at,
            "decided_by": by,
        }
        for update_id in sorted(update_ids)
    ]
    if rows:
        changed = ("is_declined", "since", "decided_at", "decided_by")
        conn.execute(statements.insert_or_update(conn, declined, changed), rows)


def _approval(row: Row) -> Approval:
    (
        group_id,
        update_id,
        action,
        deployment_id,
        since,
        decided_at,
        decided_by,
        files_ready,
        licences_accepted,
    ) = row
    return Approval(
        group_id=group_id,
        update_id=update_id,
        action=None if action is None else Action(action),
        deployment_id=deployment_id,
        since=since,
        decided_at=decided_at,
        decided_by=decided_by,
        files_ready=files_ready,
        licences_accepted=licences_accepted,
    )


def _declines(conn: Connection) -> Iterator[Decline]:
    columns = declined.c
    wanted = select(columns.update_id, columns.is_declined, columns.since)
    wanted = wanted.order_by(columns.update_id).limit(gathering.ROWS)
    rows = gathered(conn, wanted)
    while rows:
        for update_id, is_declined, since in rows:
            yield Decline(update_id=update_id, is_declined=is_declined, since=since)
        rows = gathered(conn, wanted.where(columns.update_id > rows[-1][0]))
