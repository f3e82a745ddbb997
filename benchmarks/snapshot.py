"""Building the snapshot of a large catalogue, and swapping it while computers are answered.

In a process of its own, which prints what it measured: ``python -m benchmarks.snapshot DATA IDS``;
the second file holds what a computer has cached. In it scans are answered without HTTP, so that
every pause is one of ours; a timer tells how long no other thread came to run.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks import children
from benchmarks.clients_agent import Cached
from benchmarks.figures import MEGABYTES, MILLISECONDS, SECONDS, Figure
from benchmarks.laboratory import Installation
from headgate.bootstrap import open_home
from headgate.offer.questions import Limits, SoftwareQuestion
from headgate.offer.software import software
from headgate.services.clients.handshake import GROUPS
from headgate.services.clients.snapshots import Snapshots
from headgate.storage import transactions
from headgate.storage.catalogue_version import raise_catalogue_version
from headgate.storage.engine import Engine
from headgate.web.server import SWITCH_SECONDS

_MOST_SECONDS, _MOST_PAUSE = 10.0, 50.0  #: of a build; milliseconds
_CALM = 5.0  #: seconds without a build, to compare with
_TICK = 0.001  #: seconds


def figures(installation: Installation, cached: Cached) -> list[Figure]:
    """Measure in a process of its own."""
    ids = installation.data / "cached.json"
    ids.write_text(json.dumps(asdict(cached)), "utf-8")
    command = [sys.executable, "-m", "benchmarks.snapshot", str(installation.data), str(ids)]
    found = json.loads(children.run(command).output.splitlines()[-1])
    return [
        Figure(
            what="building the snapshot", value=found["build"], unit=SECONDS, limit=_MOST_SECONDS
        ),
        Figure(what="memory the snapshot takes", value=found["held"], unit=MEGABYTES),
        Figure(what="memory while it is built", value=found["peak"], unit=MEGABYTES),
        Figure(
            what="building another while scans are answered", value=found["again"], unit=SECONDS
        ),
        *(
            Figure(
                what=f"{what}, {when}",
                value=found[key][when],
                unit=MILLISECONDS,
                limit=_MOST_PAUSE if when == "while it is built and swapped" else None,
            )
            for what, key in (("longest gap of a timer", "gap"), ("slowest scan", "scan"))
            for when in ("without a build", "while it is built and swapped")
        ),
    ]


class _Watch:
    """A thread that does something again and again, and the longest it ever took."""

    def __init__(self, deed: Callable[[], None]) -> None:
        self._deed = deed
        self._ended = threading.Event()
        self._longest = 0.0
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def take(self) -> float:
        """Return the milliseconds of the longest until now, and begin anew."""
        longest, self._longest = self._longest, 0.0
        return longest * 1000

    def _run(self) -> None:
        while not self._ended.is_set():
            began = time.perf_counter()
            self._deed()
            self._longest = max(self._longest, time.perf_counter() - began)


def main(data: Path, ids: Path) -> None:
    """Measure in this process, and print a JSON object."""
    cached = Cached(**{name: tuple(some) for name, some in json.loads(ids.read_text()).items()})
    sys.setswitchinterval(SWITCH_SECONDS)  # as in a server
    home = open_home(data, {})
    snapshots = Snapshots(home.engine, files_are_kept=lambda: False, look_every=0.1)
    before, began = _memory("VmRSS"), time.perf_counter()
    snapshots.watch()  # as a server does: who asks never looks
    snapshots.current()
    build = time.perf_counter() - began
    held, peak = _memory("VmRSS") - before, _memory("VmHWM")

    def scan() -> None:
        overlay = snapshots.overlay(GROUPS)
        question = SoftwareQuestion(
            installed=cached.installed,
            others=cached.others,
            two_groups=True,
            anchor=overlay.counter,
        )
        software(overlay, question, Limits())

    scan()
    gaps: dict[str, float] = {}
    scans: dict[str, float] = {}
    with _Watch(lambda: time.sleep(_TICK)) as timer, _Watch(scan) as scanning:
        time.sleep(_CALM)
        gaps["without a build"], scans["without a build"] = timer.take(), scanning.take()
        again = _rebuild(home.engine, snapshots)
        when = "while it is built and swapped"
        gaps[when], scans[when] = timer.take(), scanning.take()
    snapshots.close()
    home.engine.dispose()
    found = {"build": build, "again": again, "held": held, "peak": peak, "gap": gaps, "scan": scans}
    print(json.dumps(found))


def _rebuild(engine: Engine, snapshots: Snapshots) -> float:
    """Let the catalogue change; return the seconds until a scan saw the new snapshot."""
    old, began = snapshots.current().version, time.perf_counter()
    with transactions.write(engine) as conn:
        raise_catalogue_version(conn)
    while snapshots.current().version == old:
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    snapshots.wait()
    return seconds


def _memory(name: str) -> float:
    """Return a line of this process's status in megabytes."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(
        int(line.split()[1]) * 1024 / 1e6
        for line in status.splitlines()
        if line.startswith(f"{name}:")
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
