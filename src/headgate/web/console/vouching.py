"""Who else says who a visitor is, so that nobody inside an intranet is asked twice.

* A trusted reverse proxy (``listen.trusted_proxies``) that has signed somebody in names them in the
  header ``console.user_header``. It must remove that header from what visitors send.
* With ``console.keytab`` the browser's Negotiate does. It is asked for by the sign-in page alone,
  and once: a 401 whose body is the page itself, so whoever cannot answer just sees the form.

Both name local users; somebody unknown sees the form. A session that a proxy vouched for lasts as
long as the proxy names that user.
"""

import base64
import binascii

import structlog
from starlette.requests import Request

from headgate.services.people.accounts import UnknownUserError
from headgate.services.people.kerberos import Kerberos
from headgate.services.people.roles import Visitor, Way
from headgate.services.people.user_names import bare_name, name_key
from headgate.web.console import cookies
from headgate.web.console.visit import Console
from headgate.web.forwarded import Caller

CHALLENGE = "Negotiate"

_log = structlog.get_logger()


def session_by_others(console: Console, request: Request, caller: Caller) -> str | None:
    """Return the token of a session somebody else vouches for; None: the cookie counts."""
    token = _ticket(request) if console.local.keytab else None
    if console.local.user_header is None and token is None:
        return None
    cookie = cookies.cookie(request, cookies.SESSION)
    # Whether this is a sign of life is decided later: parts of pages ask by themselves.
    visitor = console.sessions.visitor(cookie, is_click=False) if cookie else None
    if visitor is not None and visitor.way is not Way.PROXY:
        return None  # signed in by themselves
    named = named_by_proxy(console, request, caller)
    if visitor is not None:
        if named is not None and _is(visitor, named):
            return cookie
        console.sessions.sign_out(cookie)
    if named is not None:
        return _begin(console, request, caller, named, Way.PROXY, exact=False)
    return _by_ticket(console, request, caller, token) if token else None


def named_by_proxy(console: Console, request: Request, caller: Caller) -> str | None:
    """Return whom a trusted proxy names; None when there is none, or it names nobody."""
    if console.local.user_header is None or not caller.by_proxy:
        return None
    names = request.headers.getlist(console.local.user_header)
    if len(names) != 1:
        return None  # several: one of them may be the visitor's own invention
    return _text(names[0]).strip() or None


def may_negotiate(console: Console, request: Request) -> bool:
    """Whether to ask the browser for a ticket: not when it has just shown one in vain."""
    return console.local.keytab is not None and "authorization" not in request.headers


def _by_ticket(console: Console, request: Request, caller: Caller, token: bytes) -> str | None:
    keytab = console.local.keytab
    found = Kerberos(keytab).identity(token) if keytab else None
    if found is None:
        return None
    # Other realms may be trusted too, and have an "anna" of their own; and what looks like a domain
    # in front of a principal is a part of its name.
    exact = not found.of_own_realm or "\\" in found.principal
    return _begin(console, request, caller, found.principal, Way.KERBEROS, exact=exact)


def _begin(
    console: Console, request: Request, caller: Caller, name: str, way: Way, *, exact: bool
) -> str | None:
    try:
        return console.sessions.vouched(
            name, way=way, address=caller.address, browser=caller.browser, exact=exact
        )
    except UnknownUserError:
        _log.warning("nobody here has the name vouched for", name=name[:100], way=way.value)
        return None


def _is(visitor: Visitor, named: str) -> bool:
    return name_key(visitor.name) in (name_key(named), name_key(bare_name(named)))


def _ticket(request: Request) -> bytes | None:
    """Return the token of ``Authorization: Negotiate …``."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != CHALLENGE.lower():
        return None
    try:
        return base64.b64decode(encoded.strip(), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _text(header: str) -> str:
    """Return a header's text: proxies write UTF-8, HTTP reads it as Latin-1."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header
