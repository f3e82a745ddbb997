"""Synchronizing whole catalogues from a simulated source in a process of its own.

What counts is what a new server does: categories alone first, then, with every classification
chosen, the updates; all documents of the world arrive. Then a run with nothing new.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import laboratory
from benchmarks.children import Ended
from benchmarks.figures import BYTES, MEGABYTES, PER_SECOND, SECONDS, Figure
from benchmarks.laboratory import Installation

_DOCUMENTS = "SELECT sum(documents) FROM sync_runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Synchronized:
    """A catalogue that has been brought in."""

    installation: Installation
    revisions: int
    runs: tuple[Ended, Ended]  #: categories, then everything
    again: Ended  #: nothing new

    @property
    def seconds(self) -> float:
        """Both runs together, the start of their processes included."""
        return sum(run.seconds for run in self.runs)

    @property
    def peak(self) -> float:
        """Megabytes of memory at most."""
        return max(run.peak for run in self.runs) / 1e6


def synchronize(
    world: str, revisions: int, scratch: Path, watch: "Growth | None" = None
) -> Synchronized:
    """Bring a world of so many revisions into a new installation, and look for news once."""
    installation = Installation(scratch / world.replace(":", "-"))
    with laboratory.source(world) as address:
        installation.point_at(address)
        categories = installation.run("sync", "now", "--categories")
        installation.run("classifications", "select", "all")
        if watch is not None:
            watch.installation = installation
        everything = installation.run(
            "sync", "now", "--yes", watch=watch.look if watch is not None else None
        )
        again = installation.run("sync", "now", "--yes")
    here = installation.number("SELECT count(*) FROM revisions")
    assert here == revisions, f"{here} revisions arrived:\n{everything.output}"
    return Synchronized(
        installation=installation,
        revisions=revisions,
        runs=(categories, everything),
        again=again,
    )


@dataclass(slots=True)
class Growth:
    """Memory of a run at some numbers of documents stored."""

    marks: Sequence[int]
    installation: Installation | None = None
    found: dict[int, int] = field(default_factory=dict)  #: resident bytes by mark
    _looks: int = 0

    def look(self, resident: int) -> None:
        """Note the memory if the next mark has been reached; asks the database now and then."""
        self._looks += 1
        left = [mark for mark in self.marks if mark not in self.found]
        if not left or self._looks % 20 or self.installation is None:
            return
        if self.installation.number(_DOCUMENTS) >= left[0]:
            self.found[left[0]] = resident

    def figures(self) -> Iterator[Figure]:
        """Yield what was found."""
        for mark, resident in self.found.items():
            yield Figure(
                what=f"memory with {mark:,} documents here", value=resident / 1e6, unit=MEGABYTES
            )


def cost(done: Synchronized, *, seconds: float, memory: float | None) -> Iterator[Figure]:
    """Yield time, memory and disk of a synchronization."""
    count = done.revisions
    yield Figure(
        what=f"{count:,} revisions, both runs", value=done.seconds, unit=SECONDS, limit=seconds
    )
    yield Figure(what="revisions", value=count / done.seconds, unit=PER_SECOND)
    yield Figure(
        what="processor time", value=sum(run.cpu_seconds for run in done.runs), unit=SECONDS
    )
    yield Figure(what="memory at most", value=done.peak, unit=MEGABYTES, limit=memory)
    yield Figure(what="a run with nothing new", value=done.again.seconds, unit=SECONDS, limit=2)
    yield Figure(what="memory of that run", value=done.again.peak / 1e6, unit=MEGABYTES)
    yield from disk(done.installation, count)


def disk(installation: Installation, count: int) -> Iterator[Figure]:
    """Yield what the database takes for each revision, and its two large parts."""
    text = installation.number("SELECT sum(xml_size) FROM revisions")
    documents = installation.number("SELECT sum(length(data)) FROM documents")
    fragments = installation.number(
        "SELECT sum(length(core) + length(extended) + length(localized)"
        " + coalesce(length(eulas), 0)) FROM fragments"
    )
    for what, size in (
        ("document as UTF-8, for each revision", text),
        ("database, for each revision", installation.size()),
        ("of it documents", documents),
        ("of it fragments", fragments),
    ):
        yield Figure(what=what, value=size / count, unit=BYTES)
