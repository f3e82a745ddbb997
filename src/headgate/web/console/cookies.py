"""The cookies of the console. None can be read by scripts; all belong to ``/console`` alone."""

from starlette.requests import Request
from starlette.responses import Response

SESSION = "headgate_session"
FORM = "headgate_form"  #: ties a form to its browser before there is a session
LANGUAGE = "headgate_language"  #: chosen before signing in
THEME = "headgate_theme"

_PATH = "/console"
_YEAR = 365 * 24 * 3600


def set_cookie(
    response: Response, name: str, value: str, *, https: bool, lasting: bool = False
) -> None:
    """Give the browser a cookie; without ``lasting`` it is gone when the browser is closed."""
    response.set_cookie(
        name,
        value,
        max_age=_YEAR if lasting else None,
        path=_PATH,
        secure=https,
        httponly=True,
        samesite="lax",
    )


def forget_cookie(response: Response, name: str, *, https: bool) -> None:
    """Take a cookie back."""
    response.delete_cookie(name, path=_PATH, secure=https, httponly=True, samesite="lax")


def cookie(request: Request, name: str) -> str:
    """Return a cookie's value, "" for none."""
    return request.cookies.get(name, "")
