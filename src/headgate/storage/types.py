"""Column types that mean the same on SQLite and PostgreSQL, and refuse what would differ."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Dialect, LargeBinary, Text, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

from headgate import sentences

#: Seconds and microseconds in one sortable number on SQLite.
_MICROSECONDS = 1_000_000


def hyphenated(digits: str) -> str:
    """Return the text of a GUID from its 32 digits."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class Guid(TypeDecorator[str]):
    """A lower-case GUID with hyphens in Python; 16 bytes on SQLite, ``uuid`` on PostgreSQL."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the native type on PostgreSQL, sixteen bytes elsewhere."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Uuid(as_uuid=False))
        return dialect.type_descriptor(LargeBinary(16))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Turn the text into what the driver takes."""
        if value is None or dialect.name == "postgresql":
            return value
        return bytes.fromhex(value.replace("-", ""))

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Turn what the driver gives into lower-case text with hyphens."""
        if value is None or dialect.name == "postgresql":
            return None if value is None else str(value)
        return hyphenated(bytes(value).hex())


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware moment; stored as microseconds since 1970 UTC on every database.

    One number compares and sorts alike everywhere; a naive datetime is refused.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive moments; return microseconds since the epoch."""
        return None if value is None else stored_moment(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        seconds, microseconds = divmod(value, _MICROSECONDS)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)


def stored_moment(value: datetime) -> int:
    """Return a moment as it is stored and compared: microseconds since 1970 UTC.

    Raises ValueError for one without a time zone.
    """
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone must not reach the database")
    delta = value - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * _MICROSECONDS + delta.microseconds


class SentenceText(TypeDecorator[str]):
    """A sentence for people: kept so that it can be said in another language later.

    Text that is no :class:`~headgate.sentences.Sentence` is stored as it is.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what to store of the sentence."""
        return None if value is None else sentences.kept(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the sentence again."""
        return None if value is None else sentences.restored(value)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
