"""The two tokens of a session ([MS-WSUSSS] 2.2.4.8 Cookie, 2.2.4.7 AuthorizationCookie).

Both are opaque to whoever receives them, and are handed back as they came.
"""

from dataclasses import dataclass
from datetime import datetime

from headgate.wire import lexical, values, xmltree
from headgate.wire.xmltree import Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
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


def write_cookie(cookie: Cookie | None, name: str = "cookie") -> str:
    """Return a cookie as element ``name``, nothing for None.

    Without data there is no EncryptedData: so a new computer sends its first ``oldCookie``.
    """
    if cookie is None:
        return ""
    expiration = lexical.write_datetime(cookie.expiration)
    data = values.write_bytes("EncryptedData", cookie.encrypted_data or None)
    return f"<{name}><Expiration>{expiration}</Expiration>{data}</{name}>"


def read_authorization_cookie(element: Element) -> AuthorizationCookie:
    """Return the authorization cookie an element holds. Raises MalformedMessage."""
    data = xmltree.optional_value(element, "CookieData", lexical.read_base64)
    return AuthorizationCookie(
        plug_in_id=xmltree.text(element, "PlugInId") or "", cookie_data=data or b""
    )


def write_authorization_cookie(name: str, cookie: AuthorizationCookie) -> str:
    """Return an authorization cookie as element ``name``."""
    plug_in = values.write_text("PlugInId", cookie.plug_in_id)
    data = values.write_bytes("CookieData", cookie.cookie_data)
    return f"<{name}>{plug_in}{data}</{name}>"
