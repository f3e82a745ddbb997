"""The keys of cookies: one seals for thirty days, then opens for ninety more, then is gone.

Keys lie in the database, sealed with ``secret.key``, so that all processes of an installation open
each other's cookies. A key that cannot be unsealed (``secret.key`` was lost) is as good as none.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from headgate.settings.secrets import SecretKey
from headgate.storage import cookie_keys, transactions
from headgate.storage.cookie_keys import CookieKeyRow
from headgate.storage.engine import Engine

SEALS_FOR = timedelta(days=30)
OPENS_FOR = timedelta(days=90)  #: after it was retired

_PURPOSE = "cookie key"
_KEY_BYTES = 32

#: Seconds between two looks for a key nobody here knows: strangers can name any number.
_LOOK_EVERY = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieKey:
    """A key in use."""

    key_id: int
    cipher: ChaCha20Poly1305
    made_at: datetime
    retired_at: datetime | None  #: when the next one was made


class CookieKeys:
    """The keys of one installation, remembered. One for the process."""

    def __init__(
        self,
        *,
        engine: Engine,
        secret_key: SecretKey,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._secret_key = secret_key
        self._now = now
        self._monotonic = monotonic
        self._known: dict[int, CookieKey] = {}
        self._looked: float | None = None
        self._lock = threading.Lock()

    def sealing(self) -> CookieKey:
        """Return the key that seals now; a new one is made where the last one is too old."""
        newest = self._newest()
        if newest is None or self._is_due(newest):
            with self._lock:
                newest = self._newest()
                if newest is None or self._is_due(newest):
                    newest = self._renewed()
        return newest

    def opening(self, key_id: int) -> CookieKey | None:
        """Return a key that may still open, None when there is none of this number."""
        key = self._known.get(key_id)
        if key is None:
            key = self._looked_up(key_id)
        if key is None or _is_over(key.retired_at, self._now()):
            return None
        return key

    def _looked_up(self, key_id: int) -> CookieKey | None:
        """Look whether another process has made the key meanwhile."""
        with self._lock:
            at = self._monotonic()
            if key_id not in self._known and (
                self._looked is None or at - self._looked >= _LOOK_EVERY
            ):
                with transactions.read(self._engine) as conn:
                    self._remember(cookie_keys.all_keys(conn))
                self._looked = at
            return self._known.get(key_id)

    def _newest(self) -> CookieKey | None:
        known = self._known
        newest = known[max(known)] if known else None
        return None if newest is None or newest.retired_at is not None else newest

    def _is_due(self, key: CookieKey) -> bool:
        # A clock that was set back must not leave a key in use for years.
        return not timedelta(days=-1) < self._now() - key.made_at < SEALS_FOR

    def _renewed(self) -> CookieKey:
        """Take the key another process has made, or make one; what nothing needs is deleted."""
        at = self._now()
        with transactions.write(self._engine) as conn:
            cookie_keys.hold_keys(conn)
            rows = cookie_keys.all_keys(conn)
            self._remember(rows)
            newest = self._newest()
            if newest is None or self._is_due(newest):
                secret = secrets.token_hex(_KEY_BYTES)
                sealed = self._secret_key.seal(secret, purpose=_PURPOSE)
                cookie_keys.add_key(conn, sealed, at=at)
                rows = cookie_keys.all_keys(conn)
                retired = pairwise(rows)
                over = [row.key_id for row, after in retired if _is_over(after.made_at, at)]
                cookie_keys.drop_keys(conn, over)
                self._remember([row for row in rows if row.key_id not in over])
                newest = self._newest()
        assert newest is not None, "the key just made can be opened"
        return newest

    def _remember(self, rows: list[CookieKeyRow]) -> None:
        known: dict[int, CookieKey] = {}
        retired_at: datetime | None = None
        for row in reversed(rows):
            known_already = self._known.get(row.key_id)
            cipher = (
                known_already.cipher
                if known_already is not None and known_already.made_at == row.made_at
                else self._unsealed(row)
            )
            if cipher is not None:
                known[row.key_id] = CookieKey(
                    key_id=row.key_id, cipher=cipher, made_at=row.made_at, retired_at=retired_at
                )
            retired_at = row.made_at
        self._known = known

    def _unsealed(self, row: CookieKeyRow) -> ChaCha20Poly1305 | None:
        secret = self._secret_key.open(row.sealed, purpose=_PURPOSE)
        return None if secret is None else ChaCha20Poly1305(bytes.fromhex(secret))


def _is_over(retired_at: datetime | None, at: datetime) -> bool:
    return retired_at is not None and at - retired_at > OPENS_FOR
