"""As many revisions in the real shape of Windows 11: 1.2 GB of text, documents up to 47 MB."""

from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.synchronization import cost, synchronize

TITLE = "Synchronizing 5,249 revisions of Windows 11 shape"
REVISIONS = 5_249


def measure(scratch: Path) -> list[Figure]:
    """Measure the first synchronization and one with nothing new."""
    done = synchronize(f"windows11:{REVISIONS}", REVISIONS, scratch)
    return list(cost(done, seconds=60, memory=300))
