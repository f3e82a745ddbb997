"""Where a page may lead back to: pages of the console itself, never another site."""

from urllib.parse import urlsplit

HOME = "/console/"
SIGN_IN, SIGN_OUT = "/console/sign-in", "/console/sign-out"
#: A one-time link has its token behind ``?token=``, which no log repeats.
LINK = "/console/link"


def own_path(wanted: str) -> str:
    """Return an address below ``/console/`` as it is, the home page for anything else.

    >>> own_path("/console/updates?q=a"), own_path("//evil.example/console/"), own_path("")
    ('/console/updates?q=a', '/console/', '/console/')
    """
    if not wanted.startswith(HOME) or "\\" in wanted or not wanted.isprintable():
        return HOME
    path = urlsplit(wanted).path
    return HOME if path in (SIGN_IN, SIGN_OUT, LINK) or ".." in path.split("/") else wanted
