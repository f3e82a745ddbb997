"""How calls after the handshake begin: the cookie is opened and judged, or the call refused."""

from typing import Protocol

from headgate.services.clients.cookies import ClientCookie
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.clients.visitor import Visitor


class Admits(Protocol):
    """Judges who calls."""

    def __call__(self, data: bytes | None, visitor: Visitor, *, operation: str) -> ClientCookie:
        """Return what the cookie ``data`` says. Raises ComputerRefused."""
        ...


def bad_parameter(about: str, cookie: ClientCookie) -> ComputerRefused:
    """Return the refusal of a call because of the parameter ``about``."""
    return ComputerRefused(Refusal.INVALID_PARAMETERS, about, computer_id=cookie.client_id)
