"""Values as update documents write them. Everything that is none raises ValueError with a reason.

``read_document`` turns those into a DocumentError that names the document.
"""

import base64
from datetime import UTC, datetime

from headgate.sentences import Sentence

_LARGEST_REVISION = 2**31 - 1
_LARGEST_SIZE = 2**63 - 1


def truth(value: str | None) -> bool:
    """Return an optional xs:boolean attribute; absent is false."""
    return value is not None and value.strip() in ("true", "1", "True")


def number(value: str | None, what: str, *, largest: int = _LARGEST_SIZE) -> int:
    """Return a required count or size. Raises ValueError."""
    if value is None:
        raise ValueError(Sentence("{what} is missing", what=what))
    if not value.strip().isdecimal() or len(value) > 24 or (found := int(value)) > largest:
        raise ValueError(
            Sentence("{what} is no number: {value}", what=what, value=repr(value[:40]))
        )
    return found


def optional_number(value: str | None, what: str) -> int | None:
    """Return a count or size, None when absent or empty. Raises ValueError."""
    return number(value, what) if value else None


def revision_number(value: str | None) -> int:
    """Return ``@RevisionNumber``, a signed 32-bit number. Raises ValueError."""
    return number(value, "RevisionNumber", largest=_LARGEST_REVISION)


def moment(value: str | None) -> datetime | None:
    """Return an xs:dateTime as UTC, None when absent; without a zone it is UTC."""
    if not value:
        return None
    read = datetime.fromisoformat(value.strip())
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def digest(value: str | None, length: int, what: str) -> bytes:
    """Return a base64 digest of ``length`` bytes. Raises ValueError."""
    if value is None:
        raise ValueError(Sentence("{what} is missing", what=what))
    read = base64.b64decode(value, validate=False)
    if len(read) != length:
        raise ValueError(
            Sentence(
                "{what} has {found} bytes instead of {length}",
                what=what,
                found=len(read),
                length=length,
            )
        )
    return read


def text(value: str | None) -> str | None:
    """Return text without white space around it, None when nothing is left."""
    return (value.strip() or None) if value else None
