"""One measured figure and what it is held against."""

from dataclasses import dataclass

SECONDS, MILLISECONDS, MEGABYTES, BYTES, TIMES, PER_SECOND = "s", "ms", "MB", "bytes", "x", "/s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value in its unit, and the most it may be."""

    what: str
    value: float
    unit: str
    limit: float | None = None  #: in the same unit; None: told for the reader's sake

    @property
    def written(self) -> str:
        """Return the value with its unit."""
        return written(self.value, self.unit)

    @property
    def written_limit(self) -> str:
        """Return the target in words, a dash where there is none."""
        return "-" if self.limit is None else f"at most {written(self.limit, self.unit)}"

    @property
    def is_missed(self) -> bool:
        """Whether it is more than it may be."""
        return self.limit is not None and self.value > self.limit

    @property
    def share(self) -> str:
        """Return how much of the target is used up, a dash where there is none."""
        if self.limit is None:
            return "-"
        if not self.limit:  # nothing of it may happen at all
            return "**missed**" if self.is_missed else "-"
        share = f"{self.value / self.limit:.0%}"
        return f"**{share}, missed**" if self.is_missed else share


def written(value: float, unit: str) -> str:
    """Return a value with as many digits as it deserves.

    >>> written(0.123, "s"), written(5.449, "x"), written(12345.6, "bytes")
    ('0.12 s', '5.45 x', '12,346 bytes')
    """
    digits = (2 if value < 10 else 1) if unit in (SECONDS, TIMES) else 0
    return f"{value:,.{digits}f} {unit}"
