"""Turning what people write into values, with a sentence that says what is allowed.

A reader takes text and returns the value or raises NotAllowed; it never looks at other settings.
"""

import ipaddress
import re
import zoneinfo
from collections.abc import Callable

from headgate.sentences import Sentence

#: What a setting may hold; a list of texts is a tuple, so that settings stay frozen.
Value = str | int | bool | tuple[str, ...] | None
Reader = Callable[[str], Value]

_YES = ("true", "yes", "on", "1")
_NO = ("false", "no", "off", "0")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_HOST = re.compile(
    r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?|\[?[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*\]?"
)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


class NotAllowed(ValueError):
    """The text is no value of this setting; ``allowed`` completes "It must be …"."""

    def __init__(self, allowed: Sentence) -> None:
        super().__init__(allowed)
        self.allowed = allowed


def yes_or_no(text: str) -> bool:
    """Read true or false, in the words people use for them."""
    word = text.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise NotAllowed(Sentence("true or false"))


def one_of(*words: str) -> Reader:
    """Return a reader of one of a few words, in any case."""

    def read(text: str) -> str:
        word = text.strip().lower()
        if word not in words:
            raise NotAllowed(Sentence("{some} or {last}", some=words[:-1], last=words[-1]))
        return word

    return read


def number(least: int, most: int) -> Reader:
    """Return a reader of a whole number within limits."""

    def read(text: str) -> int:
        stripped = text.strip()
        if not re.fullmatch(r"[0-9]{1,9}", stripped) or not least <= int(stripped) <= most:
            raise NotAllowed(
                Sentence("a number from {least} to {most}", least=str(least), most=str(most))
            )
        return int(stripped)

    return read


def host_name(text: str) -> str:
    """Read the name or address of a computer, without scheme, port or path."""
    name = text.strip()
    if len(name) > 255 or not _HOST.fullmatch(name):
        raise NotAllowed(
            Sentence("the name or address of a server alone, without http://, port or path")
        )
    return name.strip("[]").lower()


def name_list(text: str) -> tuple[str, ...]:
    """Read names and addresses joined by commas; each is kept once, in the order given.

    >>> name_list("WSUS.example.com, 10.0.0.5,wsus.example.com")
    ('wsus.example.com', '10.0.0.5')
    """
    try:
        return tuple(dict.fromkeys(host_name(part) for part in text.split(",") if part.strip()))
    except NotAllowed as exc:
        raise NotAllowed(
            Sentence("names or addresses joined by commas, without http:// and port")
        ) from exc


def network_list(text: str) -> tuple[str, ...]:
    """Read addresses and networks joined by commas.

    >>> network_list("10.0.0.5, 10.1.0.0/16, ::1")
    ('10.0.0.5/32', '10.1.0.0/16', '::1/128')
    """
    parts = (part.strip() for part in text.split(",") if part.strip())
    try:
        return tuple(str(ipaddress.ip_network(part)) for part in parts)
    except ValueError as exc:
        raise NotAllowed(
            Sentence("addresses or networks joined by commas, such as 10.0.0.5,10.1.0.0/16")
        ) from exc


def header_name(text: str) -> str:
    """Read the name of an HTTP header."""
    name = text.strip()
    if not _HEADER.fullmatch(name):
        raise NotAllowed(Sentence("the name of an HTTP header, such as X-Remote-User"))
    return name


def listen_address(text: str) -> str:
    """Read where a server listens: ``HOST:PORT``, ``[HOST]:PORT`` for IPv6."""
    host, _, port = text.strip().rpartition(":")
    if not host or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        raise NotAllowed(Sentence("HOST:PORT, such as 0.0.0.0:8530"))
    return text.strip()


def listen_address_or_off(text: str) -> str:
    """Read where a server listens, or that it does not."""
    if text.strip().lower() == "off":
        return "off"
    try:
        return listen_address(text)
    except NotAllowed as exc:
        raise NotAllowed(Sentence("HOST:PORT, such as 0.0.0.0:8531, or off")) from exc


def listen_addresses(text: str) -> tuple[str, ...]:
    """Read several places to listen, joined by commas.

    >>> listen_addresses("0.0.0.0:80, 10.0.0.5:8532")
    ('0.0.0.0:80', '10.0.0.5:8532')
    """
    try:
        return tuple(listen_address(part) for part in text.split(",") if part.strip())
    except NotAllowed as exc:
        raise NotAllowed(Sentence("HOST:PORT joined by commas, such as 0.0.0.0:80")) from exc


def any_text(text: str) -> str:
    """Read a text on one line as it is."""
    if any(ord(character) < 32 for character in text):
        raise NotAllowed(Sentence("one line of text"))
    return text


def absolute_path(text: str) -> str:
    """Read the path of a file; it must not depend on where a process was started."""
    if not text.startswith("/"):
        raise NotAllowed(Sentence("an absolute path, such as /etc/ssl/ca.pem"))
    return any_text(text)


def time_of_day(text: str) -> str:
    """Read a time of day as ``HH:MM``.

    >>> time_of_day("3:05")
    '03:05'
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise NotAllowed(Sentence("a time of day from 00:00 to 23:59"))
    return f"{int(found[1]):02d}:{found[2]}"


def time_zone(text: str) -> str:
    """Read the name of a time zone, such as ``Europe/Stockholm``."""
    name = text.strip()
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise NotAllowed(
            Sentence("the name of a time zone, such as Europe/Stockholm or UTC")
        ) from exc
    return name


def language(text: str) -> str:
    """Read one language as the source names it.

    >>> language("pt_BR")
    'pt-br'
    """
    name = text.strip().lower().replace("_", "-")
    if not _LANGUAGE.fullmatch(name):
        raise NotAllowed(Sentence("a language such as en, de or pt-br"))
    return name


def language_list(text: str) -> tuple[str, ...]:
    """Read languages joined by commas; each is kept once, in alphabetical order."""
    names = [part for part in text.split(",") if part.strip()]
    try:
        return tuple(sorted({language(name) for name in names}))
    except NotAllowed as exc:
        raise NotAllowed(Sentence("languages joined by commas, such as en,de,pt-br")) from exc


def written(value: Value) -> str:
    """Return a value the way it is written on the command line; nothing for "none".

    >>> written(True), written(("de", "en")), written(None)
    ('true', 'de,en', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)
