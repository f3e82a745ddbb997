"""The door's routes; they take paths without regard to letter case (FACTS §1.1)."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import URLPath
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send

from headgate.sentences import Sentence
from headgate.web.soap import paths

_NO_SELF_UPDATE = Sentence(
    "Agents of Windows 8.1 and older look for a newer version of themselves here. Only Microsoft "
    "may hand it out."
)


class _Paths(BaseRoute):
    """Leads every path a question is true of to one application."""

    def __init__(self, is_meant: Callable[[str], bool], application: ASGIApp) -> None:
        self._is_meant = is_meant
        self._application = application

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether a request is meant."""
        meant = scope["type"] == "http" and self._is_meant(scope["path"])
        return (Match.FULL if meant else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request over."""
        await self._application(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """Raise: nobody links to these paths."""
        raise NoMatchFound(name, path_params)


def soap_routes(door: ASGIApp) -> list[BaseRoute]:
    """Return the routes of a :class:`~headgate.web.soap.door.SoapDoor`, and of what it refuses."""
    return [
        _Paths(paths.is_service, door),
        _Paths(
            paths.is_self_update,
            PlainTextResponse(f"{_NO_SELF_UPDATE}\n", HTTPStatus.NOT_FOUND),
        ),
    ]
