"""SyncInfo: the answer to a scan, of software, drivers and printers ([MS-WUSP] 2.2.2.2.4)."""

from dataclasses import dataclass

from headgate.wire import answers, cookie, soap, values, xmltree
from headgate.wire.clientsync import namespaces
from headgate.wire.clientsync.arrays import write_ids
from headgate.wire.clientsync.parts import Parts
from headgate.wire.clientsync.update_info import (
    Pieces,
    UpdateInfo,
    gathered,
    read_updates,
    update_pieces,
)
from headgate.wire.cookie import Cookie
from headgate.wire.soap import SoapVersion, Style


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncInfo:
    """What is new, what changed, what may be forgotten; empty lists are left out (FACTS §1.3)."""

    new_updates: tuple[UpdateInfo, ...] = ()
    out_of_scope_revision_ids: tuple[int, ...] = ()
    changed_updates: tuple[UpdateInfo, ...] = ()  #: without ``xml``
    truncated: bool
    new_cookie: Cookie | None
    deployed_out_of_scope_revision_ids: tuple[int, ...] = ()
    driver_sync_not_needed: bool | None = None  #: None for computers older than 1.7


def sync_info_pieces(operation: str, info: SyncInfo, version: SoapVersion) -> Pieces:
    """Yield the answer to ``operation``, ready to be sent."""
    return gathered(_pieces(operation, info, version))


def _pieces(operation: str, info: SyncInfo, version: SoapVersion) -> Pieces:
    opening, closing = soap.response_frame(version, Style.WCF)
    yield opening
    yield (f'<{operation}Response xmlns="{namespaces.CLIENT}"><{operation}Result>').encode()
    yield from update_pieces("NewUpdates", info.new_updates)
    gone = write_ids("OutOfScopeRevisionIDs", info.out_of_scope_revision_ids or None)
    yield gone.encode()
    yield from update_pieces("ChangedUpdates", info.changed_updates)
    deployed = info.deployed_out_of_scope_revision_ids or None
    rest = (
        values.write_boolean("Truncated", info.truncated)
        + cookie.write_cookie(info.new_cookie, "NewCookie")
        + write_ids("DeployedOutOfScopeRevisionIds", deployed)
        + values.write_boolean("DriverSyncNotNeeded", info.driver_sync_not_needed)
        + f"</{operation}Result></{operation}Response>"
    )
    yield rest.encode()
    yield closing


def read_sync_info(operation: str, body: bytes) -> SyncInfo:
    """Return the answer to ``operation``. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{operation}Response")
    result = xmltree.required_child(message, f"{operation}Result")
    parts = Parts(result)
    return SyncInfo(
        new_updates=read_updates(parts.each("NewUpdates", "UpdateInfo")),
        out_of_scope_revision_ids=parts.ids("OutOfScopeRevisionIDs") or (),
        changed_updates=read_updates(parts.each("ChangedUpdates", "UpdateInfo")),
        truncated=xmltree.boolean(result, "Truncated"),
        new_cookie=parts.cookie("NewCookie"),
        deployed_out_of_scope_revision_ids=parts.ids("DeployedOutOfScopeRevisionIds") or (),
        driver_sync_not_needed=parts.boolean("DriverSyncNotNeeded"),
    )
