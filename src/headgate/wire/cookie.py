"""The two tokens of a session ([MS-WSUSSS] 2.2.4.8 Cookie, 2.2.4.7 AuthorizationCookie).

Both are opaque to whoever receives them, and are handed back as they came. The server that gave
them needs their data alone, and says itself what it thinks of damaged ones: a message with such a
cookie is no malformed message (FACTS §1.6: an agent gives up at InvalidParameters, and comes again
at InvalidCookie).
"""

from dataclasses import dataclass
from datetime import datetime

from headgate.wire import lexical, values, xmltree
from headgate.wire.xmltree import Element


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCookie:
    """A cookie as it comes back to a server."""

    expiration: datetime | None  #: as in :class:`Cookie`; None when it is missing or no time
    encrypted_data: bytes  #: what is no base64 is the text itself: nobody has sealed that either


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie(ShownCookie):
    """What ``GetCookie`` answers and every later call carries."""

    expiration: datetime  #: UTC; a WireTime when it was received, so that it goes back unchanged
    encrypted_data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCookie:
    """What ``GetAuthorizationCookie`` answers and ``GetCookie`` carries."""

    plug_in_id: str  #: ``DssTargeting``
    cookie_data: bytes


def read_cookie(message: Element, name: str = "cookie") -> Cookie | None:
    """Return the cookie in child ``name``, None when there is none. Raises MalformedMessage."""
    element = xmltree.child(message, name)
    return None if element is None else read_cookie_of(element)


def read_cookie_of(element: Element) -> Cookie:
    """Return the cookie an element holds. Raises MalformedMessage."""
    data = xmltree.optional_value(element, "EncryptedData", lexical.read_base64)
    return Cookie(expiration=xmltree.moment(element, "Expiration"), encrypted_data=data or b"")


def read_shown_cookie(element: Element) -> ShownCookie:
    """Return the cookie an element of a request holds, whatever state it is in."""
    expiration = xmltree.readable(xmltree.child(element, "Expiration"), lexical.read_datetime)
    data = _shown_data(element, "EncryptedData")
    if expiration is None:
        return ShownCookie(expiration=None, encrypted_data=data)
    return Cookie(expiration=expiration, encrypted_data=data)


def _shown_data(element: Element, name: str) -> bytes:
    written = xmltree.text(element, name) or ""
    try:
        return lexical.read_base64(written)
    except ValueError:
        return written.encode()


def write_cookie(cookie: ShownCookie | None, name: str = "cookie") -> str:
    """Return a cookie as element ``name``, nothing for None.

    Without data there is no EncryptedData: so a new computer sends its first ``oldCookie``.
    """
    if cookie is None:
        return ""
    expiration = values.write_moment("Expiration", cookie.expiration)
    data = values.write_bytes("EncryptedData", cookie.encrypted_data or None)
    return f"<{name}>{expiration}{data}</{name}>"


def read_authorization_cookie(element: Element) -> AuthorizationCookie:
    """Return the authorization cookie an element holds. Raises MalformedMessage."""
    data = xmltree.optional_value(element, "CookieData", lexical.read_base64)
    return AuthorizationCookie(
        plug_in_id=xmltree.text(element, "PlugInId") or "", cookie_data=data or b""
    )


def read_shown_authorization_cookie(element: Element) -> AuthorizationCookie:
    """Return the authorization cookie an element of a request holds, as :class:`ShownCookie`."""
    return AuthorizationCookie(
        plug_in_id=xmltree.text(element, "PlugInId") or "",
        cookie_data=_shown_data(element, "CookieData"),
    )


def write_authorization_cookie(name: str, cookie: AuthorizationCookie) -> str:
    """Return an authorization cookie as element ``name``."""
    plug_in = values.write_text("PlugInId", cookie.plug_in_id)
    data = values.write_bytes("CookieData", cookie.cookie_data)
    return f"<{name}>{plug_in}{data}</{name}>"
