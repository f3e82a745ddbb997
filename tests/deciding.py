"""Decisions an administrator made at noon, straight in the database."""

from headgate.approvals.decisions import Action
from headgate.fleet.groups import ALL_COMPUTERS
from headgate.storage import decisions
from headgate.storage.engine import Connection
from tests.cast import NOON

BY = "anna"


def approve(
    conn: Connection,
    *update_ids: str,
    action: Action = Action.INSTALL,
    group_id: str = ALL_COMPUTERS,
    ready: bool = True,
) -> list[str]:
    """Approve updates; ``ready``: their files are here. Returns the ids of those that changed."""
    return decisions.approve(
        conn,
        update_ids,
        action,
        group_id=group_id,
        ready=update_ids if ready else (),
        by=BY,
        at=NOON,
    )
