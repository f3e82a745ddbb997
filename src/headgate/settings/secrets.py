"""Sealing what must not be readable in the database: passwords, with the key in ``secret.key``.

A sealed secret is bound to a purpose (for a password: the proxy it was given for). Opened for any
other purpose it is nothing, so that a stored password cannot be sent elsewhere.
"""

import os
import secrets
import stat
from pathlib import Path

from headgate.errors import SettingsError
from headgate.sentences import Sentence

_KEY_BYTES = 32
_NONCE_BYTES = 12
#: In front of every sealed secret: how it was made.
_CHACHA20 = b"\x01"


class SecretKeyError(SettingsError):
    """The key file cannot be used: others can read it, or it is no key."""


class SecretKey:
    """The key beside the database; the file is read, or created with mode 0600, on first use."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def seal(self, secret: str, *, purpose: str) -> bytes:
        """Return the secret encrypted for one purpose."""
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        nonce = secrets.token_bytes(_NONCE_BYTES)
        key = _read_or_create(self._file)
        box = ChaCha20Poly1305(key).encrypt(nonce, secret.encode(), purpose.encode())
        return _CHACHA20 + nonce + box

    def open(self, sealed: bytes, *, purpose: str) -> str | None:
        """Return the secret, or None when it was sealed for another purpose or by another key."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        start = len(_CHACHA20) + _NONCE_BYTES
        if not self._file.exists() or not sealed.startswith(_CHACHA20) or len(sealed) < start:
            return None
        nonce, box = sealed[len(_CHACHA20) : start], sealed[start:]
        try:
            opened = ChaCha20Poly1305(_read(self._file)).decrypt(nonce, box, purpose.encode())
        except InvalidTag:
            return None
        return opened.decode()


def _read_or_create(file: Path) -> bytes:
    try:
        return _read(file)
    except FileNotFoundError:
        _create(file)
        return _read(file)


def _create(file: Path) -> None:
    """Write a new key aside and link it into place: of two processes, one wins, both go on."""
    aside = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(_KEY_BYTES) + "\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(aside, file)
    except FileExistsError:
        pass  # another process was first; its key counts
    finally:
        aside.unlink()


def _read(file: Path) -> bytes:
    with file.open("rb") as source:
        mode = stat.S_IMODE(os.fstat(source.fileno()).st_mode)
        if mode & 0o077:
            raise SecretKeyError(
                Sentence(
                    "{file} can be read by others (mode {mode}); it is refused.",
                    file=str(file),
                    mode=f"{mode:04o}",
                ),
                next_step=Sentence(
                    "Run `chmod 600 {file}`, and change the passwords it protects.", file=str(file)
                ),
            )
        text = source.read(4096).strip()
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise SecretKeyError(
            Sentence("{file} does not contain a key.", file=str(file)),
            next_step=Sentence(
                "Restore it from your backup, or remove it and give the passwords again."
            ),
        )
    return key
