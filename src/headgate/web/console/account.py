"""A visitor's own account: password, open sessions, language and appearance."""

from starlette.responses import Response

from headgate.errors import HeadgateError
from headgate.sentences import Sentence
from headgate.services.people.attempts import TooManyAttemptsError
from headgate.services.people.passwords import PasswordRefusedError
from headgate.services.people.roles import Visitor, Way
from headgate.services.people.sessions import WrongPasswordError
from headgate.web.console import browsers, cookies
from headgate.web.console.own_paths import LINK, SIGN_IN, own_path
from headgate.web.console.visit import Console, Visit
from headgate.web.console.words import LANGUAGES

ACCOUNT = "/console/account"

WAYS = {
    Way.PASSWORD: Sentence("Password"),
    Way.LINK: Sentence("Link of `headgate open`"),
    Way.PROXY: Sentence("Reverse proxy"),
    Way.KERBEROS: Sentence("Kerberos"),
}
_THEMES = ("light", "dark")


def show(console: Console, visit: Visit) -> Response:
    """Show the account of who is signed in."""
    return _page(console, visit)


def change_password(console: Console, visit: Visit) -> Response:
    """Choose another password; the other sessions of this user end."""
    visitor, new = _signed_in(visit), visit.secret("password")
    if not _has_password(console, visitor):
        return visit.go(ACCOUNT)
    if visit.secret("again") != new:
        return _page(console, visit, status=400, differ=True)
    try:
        console.sessions.confirm(
            visitor.name, visit.secret("present"), address=visit.caller.address
        )
        console.accounts.set_password(
            visitor.name, new, by=visitor.name, keep_session=visit.session
        )
    except WrongPasswordError:
        wrong = Sentence("The present password is not correct.")
        return _page(console, visit, status=400, wrong_present=wrong)
    except TooManyAttemptsError as error:
        return _page(console, visit, status=429, wrong_present=error.sentence())
    except PasswordRefusedError as error:
        return _page(console, visit, status=400, wrong_password=error)
    return visit.done(
        ACCOUNT, [Sentence("Your password is changed. Your other sessions have ended.")]
    )


def end_session(console: Console, visit: Visit) -> Response:
    """Sign out somewhere else."""
    console.sessions.revoke(_signed_in(visit).name, visit.typed("session"))
    return visit.done(ACCOUNT, [Sentence("The session has ended.")])


def prefer(console: Console, visit: Visit) -> Response:
    """Keep language and appearance: with the name of who is signed in, and in this browser."""
    language, theme = visit.typed("language"), visit.typed("theme")
    chosen_language = language if language in LANGUAGES else None
    chosen_theme = theme if theme in _THEMES else None
    if visit.visitor is not None:
        console.sessions.prefer(visit.visitor.name, language=chosen_language, theme=chosen_theme)
    response = visit.go(_back(visit))
    _remember(visit, response, cookies.LANGUAGE, chosen_language)
    _remember(visit, response, cookies.THEME, chosen_theme)
    return response


def _back(visit: Visit) -> str:
    """Return the page the choice was made on; those of signing in are kept with what they say."""
    back = visit.typed("back")
    signing_in = back.split("?")[0] in (SIGN_IN, LINK)
    return back if signing_in else own_path(back)


def _remember(visit: Visit, response: Response, name: str, value: str | None) -> None:
    https = visit.caller.scheme == "https"
    if value is None:
        cookies.forget_cookie(response, name, https=https)
    else:
        cookies.set_cookie(response, name, value, https=https, lasting=True)


def _signed_in(visit: Visit) -> Visitor:
    assert visit.visitor is not None  # the table of routes asks for a role
    return visit.visitor


def _has_password(console: Console, visitor: Visitor) -> bool:
    # A user of the operating system may be called like a local one, and is another person.
    return visitor.user_id is not None and console.accounts.user(visitor.name).has_password


def _page(
    console: Console,
    visit: Visit,
    *,
    status: int = 200,
    wrong_present: str | None = None,
    wrong_password: HeadgateError | None = None,
    differ: bool = False,
) -> Response:
    visitor = _signed_in(visit)
    return visit.page(
        "account.html",
        status=status,
        ways=WAYS,
        has_password=_has_password(console, visitor),
        sessions=console.sessions.open_sessions(visitor.name, token=visit.session),
        browser_name=browsers.name_of,
        wrong_present=wrong_present,
        wrong_password=wrong_password,
        differ=differ,
    )
