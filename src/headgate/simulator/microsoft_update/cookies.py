"""The two tokens a downstream server is given, sealed so that nobody can make them up.

A token holds its own facts; the process keeps only its key and how often a cookie was shown, so
tokens of an earlier run of the simulator are unknown, as after a restart of a real server.
"""

import hashlib
import hmac
import os
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

COOKIE_LIFE = timedelta(minutes=240)  #: FACTS 10.2
_AUTHORIZATION_BYTES = 496  #: what a real server answers, captured exchange 000002
_SEAL_BYTES = 32


class CookieJar:
    """Makes tokens and recognises them. Safe to use from several threads."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._lock = threading.Lock()
        self._shown: Counter[bytes] = Counter()

    def authorization(self, account: str) -> bytes:
        """Return the opaque bytes of an authorization cookie."""
        return self._seal(b"authorization:" + account.encode()[:300], _AUTHORIZATION_BYTES)

    def recognises_authorization(self, token: bytes) -> bool:
        """Tell whether this process made ``token``."""
        return self._open(token, b"authorization:") is not None

    def cookie(self, expiration: datetime) -> bytes:
        """Return the encrypted part of a cookie that is good until ``expiration``."""
        stamp = f"cookie:{expiration.timestamp():.6f}:{os.urandom(8).hex()}"
        return self._seal(stamp.encode(), 128)

    def is_good(self, token: bytes, now: datetime, *, calls: int | None = None) -> bool:
        """Tell whether a cookie may be used once more.

        ``calls`` is how often one may be shown at all; None for any number.
        """
        opened = self._open(token, b"cookie:")
        if opened is None:
            return False
        expiration = datetime.fromtimestamp(float(opened.split(b":")[1]), UTC)
        if now >= expiration:
            return False
        with self._lock:
            self._shown[token] += 1
            return calls is None or self._shown[token] <= calls

    def _seal(self, facts: bytes, size: int) -> bytes:
        padded = facts.ljust(size - _SEAL_BYTES, b"\0")
        return padded + hmac.digest(self._key, padded, hashlib.sha256)

    def _open(self, token: bytes, kind: bytes) -> bytes | None:
        padded, seal = token[:-_SEAL_BYTES], token[-_SEAL_BYTES:]
        if not hmac.compare_digest(seal, hmac.digest(self._key, padded, hashlib.sha256)):
            return None
        return padded.rstrip(b"\0") if padded.startswith(kind) else None
