"""Signing in and out: the form, who is let in without it, and what it says when it refuses."""

from starlette.responses import Response

from headgate.errors import HeadgateError
from headgate.services.people.attempts import TooManyAttemptsError
from headgate.services.people.sessions import WrongPasswordError
from headgate.web.console import certificate, cookies, vouching
from headgate.web.console.own_paths import SIGN_IN, own_path
from headgate.web.console.visit import Console, Visit

#: Why somebody is here: a session ended under a form, or they signed out and want to stay out.
ENDED, OUT = "ended", "out"


def show(console: Console, visit: Visit) -> Response:
    """Show the form; whoever is signed in already goes where they wanted to."""
    why = visit.query.get("why", "")
    if visit.visitor is not None and why != OUT:
        return visit.go(own_path(visit.query.get("next", "")))
    if why != OUT and not visit.is_live and vouching.may_negotiate(console, visit.request):
        asking = _page(console, visit, status=401)
        asking.headers["WWW-Authenticate"] = vouching.CHALLENGE
        return asking
    return _page(console, visit)


def sign_in(console: Console, visit: Visit) -> Response:
    """Check name and password, open a session and go where the visitor wanted to."""
    try:
        token = console.sessions.sign_in(
            visit.typed("name"),
            visit.secret("password"),
            address=visit.caller.address,
            browser=visit.caller.browser,
        )
    except WrongPasswordError as error:
        return _page(console, visit, status=400, error=error)
    except TooManyAttemptsError as error:
        refused = _page(console, visit, status=429, error=error)
        refused.headers["Retry-After"] = str(error.seconds)
        return refused
    return with_session(console, visit, token, own_path(visit.typed("next")))


def sign_out(console: Console, visit: Visit) -> Response:
    """End the session of this browser."""
    if visit.session:
        console.sessions.sign_out(visit.session)
    response = visit.go(SIGN_IN, why=OUT)
    cookies.forget_cookie(response, cookies.SESSION, https=visit.caller.scheme == "https")
    return response


def with_session(console: Console, visit: Visit, token: str, to: str) -> Response:
    """Lead to a page with a new session; one that the browser had before ends."""
    if visit.session:
        console.sessions.sign_out(visit.session)
    https = visit.caller.scheme == "https"
    response = visit.go(to)
    cookies.set_cookie(response, cookies.SESSION, token, https=https)
    cookies.forget_cookie(response, cookies.FORM, https=https)
    return response


def _page(
    console: Console, visit: Visit, *, status: int = 200, error: HeadgateError | None = None
) -> Response:
    return visit.page(
        "sign_in.html",
        status=status,
        next=visit.typed("next") or visit.query.get("next", ""),
        why=visit.query.get("why", ""),
        name=visit.typed("name"),
        error=error,
        named=vouching.named_by_proxy(console, visit.request, visit.caller),
        needs_first=console.accounts.needs_first_administrator(),
        certificate=certificate.in_use(console),
        kerberos=console.local.keytab is not None,
    )
