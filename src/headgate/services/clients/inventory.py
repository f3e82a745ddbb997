"""What computers send as inventory ([MS-WUSP] 6.3: ``ReportInventory``; FACTS §9.1).

Nobody has seen an agent send one: we ask for none (``IsInventoryRequired`` is 0, and no type is
required). Who sends it all the same gets it kept as it came, cut, for administrators to read. It is
never unpacked or parsed: it is a stranger's text.
"""

from base64 import b64encode
from datetime import UTC, datetime

from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.computers import inventories
from headgate.storage import computers, transactions
from headgate.storage.computers import ScanFacts
from headgate.storage.engine import Engine

#: Characters, or bytes of what is compressed, that are kept.
LARGEST = 64 * 1024


class ClientInventory:
    """Takes inventories."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def required_type(self, rules_id: str, rules_version: str | None) -> int:
        """Return which inventory is wanted for a set of rules: none (0), whatever the rules."""
        return 0

    def report(
        self,
        computer_id: str,
        *,
        text: str | None,
        compressed: bytes | None,
        received_at: datetime,
    ) -> None:
        """Keep what a computer sent; it is committed when this returns.

        Both may be missing or contradict each other. Raises ComputerRefused (REGISTRATION_REQUIRED)
        for a computer that is not here.
        """
        facts = {"received_at": received_at.astimezone(UTC).isoformat()}
        if text:
            facts |= {"characters": str(len(text)), "xml": text[:LARGEST]}
        if compressed:
            shown = b64encode(compressed[:LARGEST]).decode()
            facts |= {"compressed_bytes": str(len(compressed)), "compressed": shown}
        with transactions.write(self._engine) as conn:
            found = computers.inventories(conn, [computer_id])
            if computer_id not in found:
                raise ComputerRefused(Refusal.REGISTRATION_REQUIRED, computer_id=computer_id)
            inventory = inventories.with_section(found[computer_id], inventories.REPORT, facts)
            said = ScanFacts(computer_id=computer_id, inventory=inventory, build=None)
            computers.note_facts(conn, [said])
