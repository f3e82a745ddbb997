"""Passwords of local users: what is asked of them, and how they are hashed (argon2id, RFC 9106)."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from headgate.errors import UsageError
from headgate.sentences import Sentence
from headgate.services.people.user_names import name_key

SHORTEST, LONGEST = 12, 1000

_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

#: Each check takes 64 MiB for a tenth of a second; more at once would cost a small machine more
#: memory than everything else together.
_AT_ONCE = threading.BoundedSemaphore(2)

#: The hash of a password nobody knows, made with the parameters above: verified where there is no
#: hash, so that an unknown name takes as long as a wrong password.
_DUMMY = (
    "$argon2id$v=19$m=65536,t=3,p=4$GbQbrnJAxzK0izYpDrL2MQ"
    "$9dteu1aFighN47swiQIZWE7yrKw/PIl4+Nl0HvrbVlA"
)


class PasswordRefusedError(UsageError):
    """A new password is too short, too long, or the user's own name."""

    next_step = Sentence("Choose another one: 12 characters or more, several words are good.")


def check_new(password: str, *, name: str) -> None:
    """Refuse a new password that is easy to guess; raises PasswordRefusedError."""
    if len(password) < SHORTEST:
        raise PasswordRefusedError(Sentence("The password is too short."))
    if len(password) > LONGEST:
        raise PasswordRefusedError(
            Sentence("The password is too long."),
            next_step=Sentence("Choose one of at most 1,000 characters."),
        )
    if name_key(password) == name_key(name):
        raise PasswordRefusedError(Sentence("The password is the user name."))


def hashed(password: str) -> str:
    """Return the hash to store. Takes a tenth of a second; never inside a transaction."""
    with _AT_ONCE:
        return _HASHER.hash(_plain(password))


def is_right(password: str, stored: str | None) -> bool:
    """Whether a password is the one that was hashed; takes as long where nothing is stored."""
    if len(password) > LONGEST:
        password, stored = "", None
    with _AT_ONCE:
        try:
            right = _HASHER.verify(stored or _DUMMY, _plain(password))
        except (VerificationError, InvalidHashError):
            return False
    return right and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _HASHER.check_needs_rehash(stored)


def _plain(password: str) -> bytes:
    """Return the bytes to hash: keyboards compose letters in different ways (RFC 8265, 4.2.2)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
