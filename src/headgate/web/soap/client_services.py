"""What the door asks: the services behind the vendor's operations."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from headgate.services.clients.contacts import Contacts
from headgate.services.clients.core_texts import CoreTexts
from headgate.services.clients.details import ClientDetails
from headgate.services.clients.handshake import ClientHandshake
from headgate.services.clients.inventory import ClientInventory
from headgate.services.clients.reports import ClientReports
from headgate.services.clients.scan import ClientScan


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientServices:
    """Everything the SOAP door needs; each is one for the process."""

    handshake: ClientHandshake
    category_type: Callable[[str], str | None]  #: of a lower-case GUID; None: no category here
    scan: ClientScan
    details: ClientDetails
    reports: ClientReports
    inventory: ClientInventory
    contacts: Contacts
    texts: CoreTexts
    now: Callable[[], datetime]
