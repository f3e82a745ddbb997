"""Tokens of sessions and links: 256 random bits for the reader, their SHA-256 for the database."""

import hashlib
import secrets


def new_token() -> str:
    """Return a token nobody can guess, fit for a cookie and an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Return what is stored of a token; any text has one, so a forged token is just not found."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
