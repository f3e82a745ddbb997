"""The door's routes; they take paths without regard to letter case (FACTS §1.1)."""

from http import HTTPStatus

from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from headgate.web.any_case import AnyCaseRoute

#: Every operation is answered at every one of them: the body says what is asked. Reporting has two
#: names, one that computers use and one from the WSDL.
SERVICES = (
    "/clientwebservice/client.asmx",
    "/simpleauthwebservice/simpleauth.asmx",
    "/reportingwebservice/reportingwebservice.asmx",
    "/reportingwebservice/webservice.asmx",
)

#: Files for agents of Windows 8.1 and older, which nobody but Microsoft may hand out (FACTS §7).
SELF_UPDATE = "/selfupdate{rest:path}"

_NO_SELF_UPDATE = (
    "Agents of Windows 8.1 and older look for a newer version of themselves here. Only Microsoft "
    "may hand it out."
)


def soap_routes(door: ASGIApp) -> list[BaseRoute]:
    """Return the routes of a :class:`~headgate.web.soap.door.SoapDoor`, and of what it refuses."""
    nothing = PlainTextResponse(f"{_NO_SELF_UPDATE}\n", HTTPStatus.NOT_FOUND)
    return [
        *(AnyCaseRoute(path, door) for path in SERVICES),
        AnyCaseRoute(SELF_UPDATE, nothing),
    ]
