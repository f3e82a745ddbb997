"""How often somebody may try to sign in: per account and per address, within a moving window.

Kept in memory: one process serves, and forgetting at a restart harms nobody. A refused try does not
count, so a window always ends, and `headgate open` signs an administrator in meanwhile.

Whoever tries has one of 65,536 counters, found by a keyed hash: the store never gives a counter
back, and what strangers type must not fill the memory.
"""

import hashlib
import ipaddress
import math
import secrets

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from headgate import clock
from headgate.errors import UsageError
from headgate.sentences import counted

PER_ACCOUNT = RateLimitItemPerMinute(5, 5, "account")
PER_ADDRESS = RateLimitItemPerMinute(20, 5, "address")  # an office behind one address

_COUNTER_BYTES = 2
_IPV6_PREFIX = 64


class TooManyAttemptsError(UsageError):
    """Too many wrong passwords for an account or from an address; ``seconds`` is the wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            counted(
                "Too many attempts to sign in. Wait a minute.",
                "Too many attempts to sign in. Wait {count} minutes.",
                count=math.ceil(seconds / 60),
            )
        )
        self.seconds = seconds


class Attempts:
    """Counts wrong passwords; safe to use from many threads."""

    def __init__(self) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())
        self._key = secrets.token_bytes(16)  # nobody can choose whose counter to share

    def begin(self, account: str, address: str) -> None:
        """Ask before a password is checked; raises TooManyAttemptsError.

        The try counts for the account from now on: twenty at the same moment are not one.
        """
        account, address = self._counter(account), self._counter(_network(address))
        if not self._windows.test(PER_ADDRESS, address):
            raise TooManyAttemptsError(self._wait(PER_ADDRESS, address))
        if not self._windows.hit(PER_ACCOUNT, account):
            raise TooManyAttemptsError(self._wait(PER_ACCOUNT, account))

    def failed(self, address: str) -> None:
        """Count a wrong password for the address as well."""
        self._windows.hit(PER_ADDRESS, self._counter(_network(address)))

    def succeeded(self, account: str) -> None:
        """Forget the account's wrong passwords."""
        self._windows.clear(PER_ACCOUNT, self._counter(account))

    def _counter(self, who: str) -> str:
        text = who.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=_COUNTER_BYTES, key=self._key).hexdigest()

    def _wait(self, limit: RateLimitItemPerMinute, counter: str) -> int:
        reset = self._windows.get_window_stats(limit, counter).reset_time
        return max(1, math.ceil(reset - clock.now().timestamp()))


def _network(address: str) -> str:
    """Return what one visitor has to itself: with IPv6 a whole network of addresses."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, _IPV6_PREFIX), strict=False))
