"""The door of the console: what happens to every request before and after its handler.

1. Who calls (also behind a trusted proxy), and which form was posted.
2. Whose session it is, or who else vouches for them (``vouching``).
3. Whether their role may; a posted form must carry the token of its session.
4. The handler, in a thread; an error gets its face (``messages``).
5. Headers that keep others out: no frames, no foreign scripts, nothing cached.

What cannot be read ends before all that, see ``mishaps``.
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import quote
from zoneinfo import ZoneInfo

import structlog
from anyio import CapacityLimiter, to_thread
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Message, Receive

from headgate.errors import HeadgateError
from headgate.sentences import Sentence
from headgate.services.people.roles import Role, Visitor
from headgate.web.console import cookies, messages, vouching
from headgate.web.console.own_paths import HOME, LINK, SIGN_IN
from headgate.web.console.page import FORM_TOKEN, render
from headgate.web.console.routing import PUBLIC, ConsoleRoute, Lane
from headgate.web.console.visit import Console, Visit
from headgate.web.console.words import LANGUAGES, Words, best_language
from headgate.web.forwarded import Caller, where_to_sign_in

log = structlog.get_logger()

#: Pages nobody should use over plain HTTP from another machine.
_SECRETS_ARE_TYPED = (SIGN_IN, LINK)

#: Parts of pages that ask for themselves send this header (``hx-headers``).
BY_TIMER = "headgate-timer"

#: What a form may bring: the tree of products has a few thousand boxes.
_MOST_FIELDS = 10_000
_MOST_BYTES = 1_000_000
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(slots=True)
class Threads:
    """How many requests of each lane are worked on at once."""

    limiters: dict[Lane, CapacityLimiter] = field(default_factory=dict)

    def get(self, lane: Lane) -> CapacityLimiter:
        """Return the limiter of a lane; it must be made inside the event loop."""
        if lane not in self.limiters:
            self.limiters[lane] = CapacityLimiter(lane.threads)
        return self.limiters[lane]


def endpoint(
    console: Console, route: ConsoleRoute, threads: Threads
) -> Callable[[Request], Awaitable[Response]]:
    """Return what Starlette calls for a route."""

    async def answer(request: Request) -> Response:
        form = await _form(request)
        _refuse_unstorable(request, form)
        return await to_thread.run_sync(
            lambda: _answer(console, route, request, form), limiter=threads.get(route.lane)
        )

    return answer


async def _form(request: Request) -> FormData:
    """Return what was posted; raises HTTPException for what no form of ours sends."""
    if request.method != "POST":
        return FormData()
    limited = Request(request.scope, _limited(request.receive))
    try:
        return await limited.form(max_files=0, max_fields=_MOST_FIELDS)
    except (ClientDisconnect, UnicodeError) as exc:  # gone; or an encoding nobody writes in
        raise HTTPException(400) from exc


def _limited(receive: Receive) -> Receive:
    """Count what arrives: a body need not say beforehand how long it is."""
    left = _MOST_BYTES

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return counted


def _refuse_unstorable(request: Request, form: FormData) -> None:
    """Refuse the characters that no database keeps and no keyboard types: NUL, half pairs."""
    texts = [request.url.path, *chain(*request.query_params.multi_items())]
    texts += [text for pair in form.multi_items() for text in pair if isinstance(text, str)]
    if any(map(_UNSTORABLE.search, texts)):
        raise HTTPException(400)


def _answer(console: Console, route: ConsoleRoute, request: Request, form: FormData) -> Response:
    visit = visit_of(console, request, form)
    try:
        response = _refusal(route, visit) or route.handler(console, visit)
    except HeadgateError as error:
        face = messages.face_of(error)
        log.info("refused", path=request.url.path, error=type(error).__name__, said=str(error))
        response = visit.page(
            "problem.html",
            status=face.status,
            heading=face.heading,
            sentences=[error.message, error.next_step],
        )
    see_out(visit, response)
    return response


def see_out(visit: Visit, response: Response) -> None:
    """Give an answer the cookies its page counts on, and the headers that keep others out."""
    request, https = visit.request, visit.caller.scheme == "https"
    if visit.visitor is None and cookies.cookie(request, cookies.FORM) != visit.form_token:
        cookies.set_cookie(response, cookies.FORM, visit.form_token, https=https)
    if visit.session and cookies.cookie(request, cookies.SESSION) != visit.session:
        cookies.set_cookie(response, cookies.SESSION, visit.session, https=https)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)


def visit_of(console: Console, request: Request, form: FormData | None = None) -> Visit:
    """Return who asks, in which language, and what was typed."""
    caller = Caller.of(request, console.addresses.trusted_proxies)
    session = vouching.session_by_others(console, request, caller) or cookies.cookie(
        request, cookies.SESSION
    )
    is_click = BY_TIMER not in request.headers
    visitor = console.sessions.visitor(session, is_click=is_click) if session else None
    return Visit(
        console=console,
        request=request,
        caller=caller,
        visitor=visitor,
        session=session if visitor else None,
        form_token=visitor.form_token if visitor else _form_token(request),
        words=Words(_language(request, visitor), ZoneInfo(_zone(console))),
        theme=(visitor and visitor.theme) or _among(request, cookies.THEME, ("light", "dark")),
        form=form or FormData(),
        renderer=render,
    )


def strangers_visit(console: Console, request: Request) -> Visit:
    """Return a visit of nobody in particular, found out without asking the database."""
    return Visit(
        console=console,
        request=request,
        caller=Caller.of(request, ()),
        visitor=None,
        session=None,
        form_token=_form_token(request),
        words=Words(_language(request, None), ZoneInfo("UTC")),
        theme=_among(request, cookies.THEME, ("light", "dark")),
        form=FormData(),
        renderer=render,
    )


def _form_token(request: Request) -> str:
    return cookies.cookie(request, cookies.FORM) or secrets.token_urlsafe(24)


def _language(request: Request, visitor: Visitor | None) -> str:
    preferred = (visitor and visitor.language) or _among(request, cookies.LANGUAGE, LANGUAGES)
    return preferred or best_language(request.headers.get("accept-language", ""))


def _among(request: Request, name: str, allowed: object) -> str | None:
    value = cookies.cookie(request, name)
    return value if value in allowed else None  # type: ignore[operator]


def _zone(console: Console) -> str:
    return console.configuring.shared().schedule.zone


def _refusal(route: ConsoleRoute, visit: Visit) -> Response | None:
    """Return the answer to somebody who may not, None for who may."""
    if route.role is not PUBLIC:
        if visit.visitor is None:
            return _to_sign_in(visit)
        if route.role is Role.ADMINISTRATOR and not visit.visitor.may_change:
            return _only_for_administrators(visit)
    if visit.request.method == "POST" and not _carries_token(visit):
        return _old_form(visit)
    if visit.visitor is None and visit.request.url.path in _SECRETS_ARE_TYPED:
        elsewhere = _over_tls(visit, visit.address)
        return RedirectResponse(elsewhere, status_code=302) if elsewhere else None
    return None


def _carries_token(visit: Visit) -> bool:
    return secrets.compare_digest(visit.typed(FORM_TOKEN).encode(), visit.form_token.encode())


def _to_sign_in(visit: Visit) -> Response:
    """Lead to signing in and back, over TLS from elsewhere; a form is not sent again."""
    request = visit.request
    lost = request.method == "POST"
    back = request.url.path if not lost else visit.typed("back") or HOME
    if not lost and request.url.query:
        back += f"?{request.url.query}"
    address = f"{SIGN_IN}?next={quote(back, safe='/')}" + ("&why=ended" if lost else "")
    address = _over_tls(visit, address) or address
    if visit.is_live:
        # htmx would put the sign-in page into the part it asked for.
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


def _over_tls(visit: Visit, address: str) -> str | None:
    """Return where a visitor from another machine signs in instead; None: here."""
    console = visit.console
    return where_to_sign_in(
        visit.caller,
        address,
        tls_port=console.addresses.tls_port,
        plain_http=console.configuring.shared().console.plain_http,
        server_name=console.addresses.server_name,
    )


def _only_for_administrators(visit: Visit) -> Response:
    return visit.page(
        "problem.html",
        status=403,
        heading=Sentence("Only WSUS Administrators may do this"),
        sentences=[
            Sentence(
                "You are signed in as {name}, a member of WSUS Reporters: you may look at "
                "everything and change nothing.",
                name=visit.actor,
            ),
            Sentence("Ask an administrator, or sign in as one."),
        ],
    )


def _old_form(visit: Visit) -> Response:
    return visit.page(
        "problem.html",
        status=403,
        heading=Sentence("This page was too old"),
        sentences=[
            Sentence(
                "The form came from a page of an earlier session or from somewhere else; nothing "
                "was changed."
            ),
            Sentence("Go back, load the page again, and repeat what you did."),
        ],
    )
