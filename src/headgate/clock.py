"""The only place that asks the operating system what time it is.

Times inside Headgate are timezone-aware and in UTC; doors translate to the server's zone.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, timezone-aware, in UTC, with microseconds."""
    return datetime.now(UTC)
