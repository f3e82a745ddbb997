"""All doors on one screen. The console's pages stand in ``console/routes.py``."""

import dataclasses

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from headgate.services.upkeep.health import Health
from headgate.web.clients import ClientDoors
from headgate.web.console.application import console_routes, to_console
from headgate.web.console.mishaps import exception_handlers
from headgate.web.console.visit import Console

#: Where WSUS 2.0 had its console; administrators type it in any case.
WSUS_CONSOLE = "wsusadmin"


def create_app(*, console: Console, health: Health, clients: ClientDoors) -> Starlette:
    """Return the application behind every address the server listens on."""

    def live(_request: Request) -> Response:
        return PlainTextResponse("alive\n")

    def ready(_request: Request) -> Response:
        found = health.readiness()
        return JSONResponse(dataclasses.asdict(found), status_code=200 if found.ready else 503)

    return Starlette(
        routes=[
            *clients.routes,  # first: they are asked a thousand times as often as all others
            Route("/", to_console),
            Route("/health/live", live),
            Route("/health/ready", ready),
            *console_routes(console),
            Route("/{path:path}", elsewhere),
        ],
        exception_handlers=exception_handlers(console),
    )


def elsewhere(request: Request) -> Response:
    """Lead from WSUS's own address to the console; there is nothing else."""
    first, _, _ = request.path_params["path"].partition("/")
    if first.casefold() == WSUS_CONSOLE:
        return to_console(request)
    return PlainTextResponse("There is nothing here. The console is at /console/.\n", 404)
