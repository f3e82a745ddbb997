"""When the built-in world publishes: on second Tuesdays, like the real source."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FIRST_MONTH = (2024, 12)
MONTHS = 24  #: 2024-12 to 2026-11
NEXT_MONTH = MONTHS  #: index of the month that POST /lab/advance reveals


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchDay:
    """One month of the calendar."""

    index: int  #: 0 is the first month of the world
    published: datetime

    @property
    def label(self) -> str:
        """The month as titles begin with it: 2026-10."""
        return f"{self.published:%Y-%m}"


def patch_day(index: int) -> PatchDay:
    """Return month ``index``, counted from the first one; its moment is 18:00 UTC."""
    months = FIRST_MONTH[0] * 12 + FIRST_MONTH[1] - 1 + index
    first = datetime(months // 12, months % 12 + 1, 1, 18, 0, 4, tzinfo=UTC)
    to_tuesday = (1 - first.weekday()) % 7
    return PatchDay(index=index, published=first + timedelta(days=to_tuesday + 7))


def patch_days() -> Iterator[PatchDay]:
    """Yield the months published from the start, oldest first."""
    return map(patch_day, range(MONTHS))
