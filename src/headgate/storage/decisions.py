"""What administrators decided, written and read: approvals, declined updates, accepted licences.

Functions that change something return the ids they changed; a decision that already stands is no
change and takes no counter. Those that change call in a write transaction.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, distinct, func, select

from headgate.approvals.decisions import Action, Approval, Decisions, Decline
from headgate.storage import effective, gathering, statements
from headgate.storage.catalogue_version import catalogue_version
from headgate.storage.gathering import Row, gathered
from headgate.storage.tables.decisions import accepted_licences, approvals, declined


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
    return [_approval(row) for row in _of(conn, wanted, approvals.c.update_id, update_ids)]


def approved_updates(conn: Connection) -> list[str]:
    """Return the ids of the updates that are approved for some group."""
    wanted = select(approvals.c.update_id).where(approvals.c.action.is_not(None)).distinct()
    return list(conn.execute(wanted.order_by(approvals.c.update_id)).scalars())


def count_waiting(conn: Connection) -> int:
    """Return how many updates are approved, not declined, and wait for files."""
    waiting = (
        select(func.count(distinct(approvals.c.update_id)))
        .where(approvals.c.action == Action.INSTALL.value, ~approvals.c.files_ready)
        .where(
            approvals.c.update_id.not_in(select(declined.c.update_id).where(declined.c.is_declined))
        )
    )
    return int(conn.execute(waiting).scalar_one())


def declined_of(conn: Connection, update_ids: Collection[str]) -> frozenset[str]:
    """Return those of some updates that are declined."""
    wanted = select(declined).where(declined.c.is_declined)
    rows = _of(conn, wanted, declined.c.update_id, update_ids)
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

    ``ready``: those of them whose files are all here.
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


def note_readiness(conn: Connection, readiness: Mapping[str, bool]) -> list[str]:
    """Write down of approved updates, by id, whether their files are all here.

    What becomes ready is another deployment to computers, so it gets another number.
    """
    flipped = [
        approval
        for approval in approvals_of(conn, readiness)
        if approval.files_ready != readiness[approval.update_id]
    ]
    if not flipped:
        return []
    since = effective.next_since(conn)
    for approval in flipped:
        conn.execute(
            approvals.update()
            .where(
                approvals.c.group_id == approval.group_id,
                approvals.c.update_id == approval.update_id,
            )
            .values(
                files_ready=not approval.files_ready,
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
    rows = _of(conn, wanted, accepted_licences.c.eula_id, eula_ids)
    return frozenset(row.eula_id for row in rows)


def _of(conn: Connection, wanted: Select[Any], column: Any, ids: Collection[str]) -> Iterable[Any]:
    for chunk in statements.chunks(sorted(set(ids))):
        yield from conn.execute(wanted.where(column.in_(chunk))).all()


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
            }
            for approval in standing
        ],
    )


def _write_approvals(conn: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        changed = ("action", "deployment_id", "since", "decided_at", "decided_by", "files_ready")
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
    group_id, update_id, action, deployment_id, since, decided_at, decided_by, files_ready = row
    return Approval(
        group_id=group_id,
        update_id=update_id,
        action=None if action is None else Action(action),
        deployment_id=deployment_id,
        since=since,
        decided_at=decided_at,
        decided_by=decided_by,
        files_ready=files_ready,
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
