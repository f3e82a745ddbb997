"""Cookies between messages and services: sealed data goes through untouched."""

from headgate.services.clients.cookies import SealedCookie
from headgate.wire.cookie import Cookie, ShownCookie


def data_of(cookie: ShownCookie | None) -> bytes | None:
    """Return what is sealed in a cookie somebody sent; None for no cookie or an empty one."""
    return (cookie.encrypted_data or None) if cookie else None


def to_wire(sealed: SealedCookie) -> Cookie:
    """Return a cookie as it is sent."""
    return Cookie(expiration=sealed.expiration, encrypted_data=sealed.data)
