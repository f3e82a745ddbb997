"""How single values look inside XML: dates, booleans, numbers, base64, GUIDs, escaped text.

Decides the letters, knows no element. Readers take the text of one element and raise ValueError
with a short phrase; :mod:`headgate.wire.xmltree` adds the element's name and makes it a
MalformedMessage. Writers take Python values and return text ready to stand between two tags.
"""

import binascii
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Self

from headgate.sentences import Sentence, said_by

_DATETIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?\Z", re.ASCII
)
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_INTEGER = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"}
_ESCAPABLE = re.compile("[&<>\r]")

#: Characters XML 1.0 cannot carry, not even escaped.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class WireTime(datetime):
    """A moment in UTC that remembers the seventh digit of its fraction.

    Windows counts time in 100 ns; ``datetime`` stops at microseconds. ``tick`` (0 to 9) is what is
    left over, so that a time we pass on (a cookie's expiration, the "never" of
    9999-12-31T23:59:59.9999999) leaves as it came. Comparisons ignore it.
    """

    tick: int = 0

    @classmethod
    def of(cls, moment: datetime, tick: int) -> Self:
        """Return ``moment`` (aware) in UTC with its seventh digit."""
        utc = moment.astimezone(UTC)
        time = cls.combine(utc.date(), utc.timetz())
        time.tick = tick
        return time


def read_datetime(text: str) -> WireTime:
    """Return an xs:dateTime as an aware UTC time; none to nine fraction digits, seven are kept.

    A time without a zone counts as UTC, as everything both protocols carry (FACTS §1.3).
    Raises ValueError.
    """
    match = _DATETIME.match(text.strip())
    if match is None:
        raise ValueError(Sentence("not a date and time: {text}", text=repr(text[:40])))
    fraction = (match[7] or "").ljust(7, "0")
    year, month, day, hour, minute, second = (int(part) for part in match.group(1, 2, 3, 4, 5, 6))
    try:
        local = datetime(
            year, month, day, hour, minute, second, int(fraction[:6]), tzinfo=_zone(match[8])
        )
        return WireTime.of(local, int(fraction[6]))
    except OverflowError as error:
        raise ValueError(
            Sentence("a date outside the calendar: {text}", text=repr(text[:40]))
        ) from error


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-offset if text[0] == "-" else offset)


def write_datetime(moment: datetime) -> str:
    """Return an aware time as xs:dateTime in UTC, fraction without trailing zeros as WSUS does.

    >>> write_datetime(datetime(2026, 10, 4, 20, 33, 26, 654550, tzinfo=UTC))
    '2026-10-04T20:33:26.65455Z'
    """
    utc = moment.astimezone(UTC)
    tick = moment.tick if isinstance(moment, WireTime) else 0
    fraction = f"{utc.microsecond:06d}{tick}".rstrip("0")
    whole = f"{utc.year:04d}-{utc.month:02d}-{utc.day:02d}"
    clock = f"{utc.hour:02d}:{utc.minute:02d}:{utc.second:02d}"
    return f"{whole}T{clock}{'.' if fraction else ''}{fraction}Z"


def read_boolean(text: str) -> bool:
    """Return an xs:boolean. Raises ValueError."""
    match text.strip():
        case "true" | "1":
            return True
        case "false" | "0":
            return False
    raise ValueError(Sentence("not a boolean: {text}", text=repr(text[:40])))


def write_boolean(value: bool) -> str:
    """Return ``true`` or ``false``."""
    return "true" if value else "false"


def read_integer(text: str, *, least: int = -(2**31), most: int = 2**31 - 1) -> int:
    """Return an integer within bounds; the default ones are those of xs:int. Raises ValueError."""
    if not _INTEGER.match(text.strip()):
        raise ValueError(Sentence("not a number: {text}", text=repr(text[:40])))
    value = int(text)
    if not least <= value <= most:
        raise ValueError(
            Sentence(
                "a number outside {least} to {most}: {text}",
                least=least,
                most=most,
                text=repr(text[:40]),
            )
        )
    return value


def read_base64(text: str) -> bytes:
    """Return the bytes of an xs:base64Binary, which may contain white space. Raises ValueError."""
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        try:
            return binascii.a2b_base64("".join(text.split()), strict_mode=True)
        except ValueError as error:
            raise ValueError(
                Sentence(
                    "not base64 ({reason}): {text}", reason=said_by(error), text=repr(text[:40])
                )
            ) from error


def write_base64(data: bytes) -> str:
    """Return ``data`` as base64 on one line."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def read_guid(text: str) -> str:
    """Return a GUID as it came, without white space; letter case is kept. Raises ValueError."""
    value = text.strip()
    if not _GUID.match(value):
        raise ValueError(Sentence("not a GUID: {text}", text=repr(text[:40])))
    return value


def escape(text: str) -> str:
    """Return ``text`` so that an XML parser gives it back unchanged from element content.

    A carriage return becomes a reference because parsers turn a bare one into a line feed.
    Raises ValueError for characters that XML cannot carry at all.
    """
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        raise ValueError(
            Sentence("XML cannot carry the character {forbidden}", forbidden=repr(forbidden[0]))
        )
    return _ESCAPABLE.sub(lambda match: _ESCAPES[match[0]], text)
