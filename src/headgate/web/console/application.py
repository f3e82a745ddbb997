"""The console as routes of the one application."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from headgate.web.console import assets
from headgate.web.console.door import Threads, endpoint
from headgate.web.console.own_paths import HOME
from headgate.web.console.routes import ROUTES
from headgate.web.console.visit import Console


def console_routes(console: Console) -> list[Route]:
    """Return every route of the console."""
    threads = Threads()
    pages = [
        Route(route.address, endpoint(console, route, threads), methods=[route.method])
        for route in ROUTES
    ]
    return [
        Route(f"{assets.BASE}/{{digest}}/{{name:path}}", assets.serve),
        Route("/console", to_console),
        *pages,
    ]


def to_console(_request: Request) -> Response:
    """Lead to the home page."""
    return RedirectResponse(HOME, status_code=302)
