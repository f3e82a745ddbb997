"""What a line of the table of routes says."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from starlette.responses import Response

from headgate.services.people.roles import Role
from headgate.web.console.visit import Console, Visit

Handler = Callable[[Console, Visit], Response]

#: Open to everybody, signed in or not.
PUBLIC = None


class Lane(Enum):
    """How many requests of a kind are worked on at once; no kind makes another one wait."""

    PAGES = (8, "they hold the interpreter: few at once are best")
    PASSWORDS = (4, "each waits for its turn to hash")
    OUTSIDE = (2, "each may wait half a minute for other computers")

    @property
    def threads(self) -> int:
        """The most threads at once."""
        return self.value[0]


@dataclass(frozen=True, slots=True)
class ConsoleRoute:
    """One address of the console: who may, and which function answers."""

    method: str  #: GET (HEAD too) | POST
    path: str  #: below /console, placeholders in braces
    handler: Handler
    role: Role | None  #: the least role that may; PUBLIC for everybody
    lane: Lane = Lane.PAGES

    @property
    def address(self) -> str:
        """The whole path."""
        return f"/console{self.path}"
