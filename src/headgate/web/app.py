"""All routes on one screen."""

import dataclasses

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from headgate.services.health import Health
from headgate.services.sync_control import SyncControl
from headgate.web.start_page import start_page


def create_app(*, sync_control: SyncControl, health: Health) -> Starlette:
    """Return the application behind every address the server listens on."""

    def start(_request: Request) -> Response:
        return HTMLResponse(start_page(sync_control.status()))

    def live(_request: Request) -> Response:
        return PlainTextResponse("alive\n")

    def ready(_request: Request) -> Response:
        found = health.readiness()
        return JSONResponse(dataclasses.asdict(found), status_code=200 if found.ready else 503)

    return Starlette(
        routes=[
            Route("/", start),
            Route("/health/live", live),
            Route("/health/ready", ready),
        ]
    )
