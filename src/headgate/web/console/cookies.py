"""The cookies of the console. None can be read by scripts; all belong to ``/console`` alone.

Over HTTPS they have other names: a browser lets nobody replace a secure cookie over plain HTTP, so
whoever had used both would never be signed in there again.
"""

from starlette.requests import Request
from starlette.responses import Response

SESSION = "headgate_session"
FORM = "headgate_form"  #: ties a form to its browser before there is a session
LANGUAGE = "headgate_language"  #: chosen before signing in
THEME = "headgate_theme"

_PATH = "/console"
#: Browsers take a cookie of such a name over HTTPS alone.
_SECURE = "__Secure-"
_YEAR = 365 * 24 * 3600


def set_cookie(
    response: Response, name: str, value: str, *, https: bool, lasting: bool = False
) -> None:
    """Give the browser a cookie; without ``lasting`` it is gone when the browser is closed."""
    response.set_cookie(
        _SECURE + name if https else name,
        value,
        max_age=_YEAR if lasting else None,
        path=_PATH,
        secure=https,
        httponly=True,
        samesite="lax",
    )


def forget_cookie(response: Response, name: str, *, https: bool) -> None:
    """Take a cookie back."""
    for each in (_SECURE + name, name) if https else (name,):
        response.delete_cookie(each, path=_PATH, secure=https, httponly=True, samesite="lax")


def cookie(request: Request, name: str) -> str:
    """Return a cookie's value, "" for none; the one that came over HTTPS alone first."""
    return request.cookies.get(_SECURE + name) or request.cookies.get(name, "")
