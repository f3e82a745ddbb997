"""One-time links: the one that makes the first administrator, and those of ``headgate open``.

Looking at a link does not use it up: programs that follow every link in a message look at them too.
The button does.
"""

from starlette.responses import Response

from headgate.errors import HeadgateError
from headgate.services.people.accounts import FIRST_ADMINISTRATOR, UserExistsError
from headgate.services.people.passwords import PasswordRefusedError
from headgate.services.people.sessions import SIGN_IN, LinkRefusedError
from headgate.services.people.user_names import UserNameError
from headgate.web.console.own_paths import HOME
from headgate.web.console.sign_in import with_session
from headgate.web.console.visit import Console, Visit


def show(console: Console, visit: Visit) -> Response:
    """Show what the link is for, and the button that uses it."""
    return _page(console, visit, visit.query.get("token", ""))


def follow(console: Console, visit: Visit) -> Response:
    """Use the link: sign in, or make the first administrator."""
    link = visit.typed("token")
    if console.sessions.link_purpose(link) == FIRST_ADMINISTRATOR:
        return _make_first(console, visit, link)
    try:
        token = console.sessions.follow_link(
            link, address=visit.caller.address, browser=visit.caller.browser
        )
    except LinkRefusedError:
        return _page(console, visit, link)
    return with_session(console, visit, token, HOME)


def _make_first(console: Console, visit: Visit, link: str) -> Response:
    password = visit.secret("password")
    if visit.secret("again") != password:
        return _page(console, visit, link, status=400, differ=True)
    try:
        token = console.sessions.create_first_administrator(
            link,
            visit.typed("name"),
            password,
            address=visit.caller.address,
            browser=visit.caller.browser,
        )
    except (UserNameError, UserExistsError) as error:
        return _page(console, visit, link, status=400, wrong_name=error)
    except PasswordRefusedError as error:
        return _page(console, visit, link, status=400, wrong_password=error)
    except LinkRefusedError:
        return _page(console, visit, link)
    return with_session(console, visit, token, HOME)


def _page(
    console: Console,
    visit: Visit,
    link: str,
    *,
    status: int = 200,
    wrong_name: HeadgateError | None = None,
    wrong_password: HeadgateError | None = None,
    differ: bool = False,
) -> Response:
    purpose = console.sessions.link_purpose(link)
    page = visit.page(
        "link.html",
        status=status if purpose else 410,
        makes_first=purpose == FIRST_ADMINISTRATOR,
        signs_in=purpose == SIGN_IN,
        token=link,
        name=visit.typed("name"),
        wrong_name=wrong_name,
        wrong_password=wrong_password,
        differ=differ,
    )
    page.headers["Referrer-Policy"] = "no-referrer"  # this page's address signs somebody in
    return page
