"""A catalogue of 5,249 revisions of ordinary shape, about 60 MB of text."""

from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.synchronization import cost, synchronize

TITLE = "Synchronizing 5,249 ordinary revisions"
REVISIONS = 5_249


def measure(scratch: Path) -> list[Figure]:
    """Measure the first synchronization and one with nothing new."""
    done = synchronize(f"ordinary:{REVISIONS}", REVISIONS, scratch)
    return list(cost(done, seconds=15, memory=None))
