"""``python -m benchmarks [NAME…]``: measure, and write the figures into benchmarks/RESULTS.md.

Without a name everything is measured; that takes about a quarter of an hour.
"""

import argparse
import importlib
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine, results
from benchmarks.figures import Figure

#: In the order they are run and stand in the results; each is a module with TITLE and measure().
BENCHMARKS = (
    "start",
    "identities",
    "ingest",
    "package",
    "ordinary",
    "windows11",
    "large",
    "console",
    "clients",
    "content",
    "scans",
)


def main(arguments: Sequence[str]) -> int:
    """Measure what was named; return 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args(arguments).names or list(BENCHMARKS)
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    missed = [one for name in names for one in _measure(name) if one.is_missed]
    for one in missed:
        print(f"missed: {one.what}: {one.written}, {one.written_limit}")
    return 1 if missed else 0


def _measure(name: str) -> list[Figure]:
    module = importlib.import_module(f"benchmarks.{name}")
    print(f"{module.TITLE} …", flush=True)
    load, began = machine.load(), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="headgate-bench-") as scratch:
        figures: list[Figure] = module.measure(Path(scratch))
    for one in figures:
        print(f"  {one.what}: {one.written}  ({one.written_limit})", flush=True)
    circumstances = (
        machine.now(),
        machine.machine(),
        machine.versions(),
        f"took {time.perf_counter() - began:.0f} s",
        f"load {load:.1f} before, {machine.load():.1f} after",
    )
    text = results.section(
        module.TITLE,
        figures,
        command=f"python -m benchmarks {name}",
        circumstances=circumstances,
    )
    results.keep(name, text)
    return figures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
