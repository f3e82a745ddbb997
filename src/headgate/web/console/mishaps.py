"""What a visitor sees when a request ends before its handler, or in spite of it.

A form that is too large, an address that takes no such request, a database that does not answer, an
error nobody has foreseen: each is told on a page like any other, in the reader's language. When
not even who asks can be found out, the page is a stranger's.
"""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from headgate.errors import HeadgateError
from headgate.web.console import door, messages
from headgate.web.console.messages import Mishap
from headgate.web.console.own_paths import HOME
from headgate.web.console.visit import Console, Visit

log = structlog.get_logger()


def exception_handlers(console: Console) -> Mapping[Any, Callable[[Request, Any], Response]]:
    """Return what Starlette calls for errors; outside the console they stay as plain as its own."""

    def refused(request: Request, error: HTTPException) -> Response:
        if not request.url.path.startswith(HOME):
            return PlainTextResponse(error.detail, error.status_code, headers=error.headers)
        answer = _page(console, request, error.status_code, messages.mishap_of(error.status_code))
        answer.headers.update(error.headers or {})
        return answer

    def told(request: Request, error: HeadgateError) -> Response:
        face = messages.face_of(error)
        log.warning("failed", path=request.url.path, error=type(error).__name__, said=str(error))
        if not request.url.path.startswith(HOME):  # what was refused names our folders
            return PlainTextResponse(f"{face.heading}.\n", face.status)
        said = Mishap(face.heading, (error.message, error.next_step))
        return _page(console, request, face.status, said)

    def failed(request: Request, _error: Exception) -> Response:
        # Starlette raises the error again: the log has all of it, the page none of it.
        if not request.url.path.startswith(HOME):
            return PlainTextResponse("Internal Server Error", 500)
        return _page(console, request, 500, messages.mishap_of(500))

    return {HTTPException: refused, HeadgateError: told, Exception: failed}


def _page(console: Console, request: Request, status: int, mishap: Mishap) -> Response:
    try:
        visit = door.visit_of(console, request)
        answer = _said(visit, status, mishap)
    except Exception:
        log.exception("cannot find out who asks", path=request.url.path)
        visit = door.strangers_visit(console, request)
        answer = _said(visit, status, mishap)
    door.see_out(visit, answer)
    return answer


def _said(visit: Visit, status: int, mishap: Mishap) -> Response:
    return visit.page(
        "problem.html", status=status, heading=mishap.heading, sentences=mishap.sentences
    )
