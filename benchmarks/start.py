"""How long a command takes that does nothing: what every script pays at every call."""

import sys
from pathlib import Path

from benchmarks import children
from benchmarks.figures import MILLISECONDS, TIMES, Figure

TITLE = "Start of a command"
_ROUNDS = 7


def measure(scratch: Path) -> list[Figure]:
    """Measure ``headgate --help`` and a first command on a data directory, beside bare Python."""
    bare = _best([sys.executable, "-c", "pass"])
    helped = _best(children.headgate("--help"))
    children.run(children.headgate("--data", str(scratch / "start"), "settings", "show"))
    shown = _best(children.headgate("--data", str(scratch / "start"), "settings", "show"))
    return [
        Figure(what="`headgate --help`", value=helped * 1000, unit=MILLISECONDS),
        Figure(what="the same against `python -c pass`", value=helped / bare, unit=TIMES),
        Figure(what="`headgate settings show`", value=shown * 1000, unit=MILLISECONDS),
    ]


def _best(command: list[str]) -> float:
    return min(children.run(command).seconds for _ in range(_ROUNDS))
