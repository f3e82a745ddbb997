"""What a line of the table of routes says."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from headgate.services.people import Role
from headgate.web.console.visit import Console, Visit

Handler = Callable[[Console, Visit], Response]

#: Open to everybody, signed in or not.
PUBLIC = None


@dataclass(frozen=True, slots=True)
class ConsoleRoute:
    """One address of the console: who may, and which function answers."""

    method: str  #: GET (HEAD too) | POST
    path: str  #: below /console, placeholders in braces
    handler: Handler
    role: Role | None  #: the least role that may; PUBLIC for everybody

    @property
    def address(self) -> str:
        """The whole path."""
        return f"/console{self.path}"
