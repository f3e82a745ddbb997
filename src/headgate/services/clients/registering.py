"""What is written down of a computer when it appears, changes its name, or says what it is."""

from datetime import UTC, datetime
from typing import Any

from headgate.fleet.computers import ComputerFacts, bounded, countable, readable
from headgate.services.clients.cookies import ClientCookie
from headgate.services.clients.visitor import Visitor
from headgate.services.computers import inventories
from headgate.storage import computer_names, computers, transactions
from headgate.storage.engine import Connection, Engine


def meet(
    conn: Connection,
    computer_id: str,
    name: str,
    *,
    group: str | None,
    visitor: Visitor,
    at: datetime,
) -> None:
    """Give a new computer its row, note another name or group of a known one.

    ``name`` and ``group`` as :mod:`headgate.fleet.names` returns them.
    """
    if computers.known_computer(conn, computer_id) is None:
        is_new = computers.appear(
            conn, computer_id, dns_name=name, requested_group=group, address=visitor.address, at=at
        )
        if is_new:
            return
        # Somebody was quicker.
    computer_names.rename(conn, computer_id, dns_name=name, requested_group=group, at=at)


def write_down(
    engine: Engine,
    cookie: ClientCookie,
    facts: ComputerFacts,
    name: str,
    visitor: Visitor,
    *,
    at: datetime,
) -> None:
    """Keep a registration; a computer that was forgotten since its authorization appears again."""
    computer_id = cookie.client_id
    with transactions.write(engine) as conn:
        known = computers.known_computer(conn, computer_id)
        if known is None or known.dns_name != name:
            group = known.requested_group if known else None
            meet(conn, computer_id, name, group=group, visitor=visitor, at=at)
        kept = computers.inventories(conn, [computer_id]).get(computer_id)
        inventory = inventories.with_section(kept, inventories.REGISTRATION, bounded(facts.further))
        said = _columns(facts) | {
            "protocol_version": "{}.{}".format(*cookie.protocol),
            "inventory": inventory,
        }
        computers.register(conn, computer_id, said=said, at=at)


def _columns(facts: ComputerFacts) -> dict[str, Any]:
    return {
        "os_major": countable(facts.os_major),
        "os_minor": countable(facts.os_minor),
        "os_build": countable(facts.os_build),
        "os_service_pack": countable(facts.os_service_pack),
        "os_locale": readable(facts.os_locale),
        "os_description": readable(facts.os_description),
        "suite_mask": countable(facts.suite_mask),
        "old_product_type": countable(facts.old_product_type),
        "new_product_type": countable(facts.new_product_type),
        "architecture": readable(facts.architecture),
        "agent_version": readable(facts.agent_version),
        "manufacturer": readable(facts.manufacturer),
        "model": readable(facts.model),
        "bios_version": readable(facts.bios_version),
        "bios_date": _aware(facts.bios_date),
    }


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=UTC)
