"""benchmarks/RESULTS.md: measured sections between markers, everything else is hand-written.

A run replaces the sections of what it measured and leaves all others, and every word outside of
the markers, as they are.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Figure

RESULTS = Path(__file__).parent / "RESULTS.md"


def section(
    title: str, figures: Sequence[Figure], *, command: str, circumstances: Sequence[str]
) -> str:
    """Return the text of one section: a table, and how its figures were taken."""
    lines = [
        f"### {title}",
        "",
        "| What | Figure | Target | Of the target |",
        "|---|---:|---:|---:|",
        *(f"| {one.what} | {one.written} | {one.written_limit} | {one.share} |" for one in figures),
        "",
        f"`{command}`: {'; '.join(circumstances)}.",
    ]
    return "\n".join(lines)


def keep(name: str, text: str, path: Path = RESULTS) -> None:
    """Write a section into the file, in the place of the one of that name."""
    begin, end = f"<!-- measured: {name} -->", f"<!-- end: {name} -->"
    here = path.read_text("utf-8")
    measured = f"{begin}\n{text}\n{end}"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if pattern.search(here):
        here = pattern.sub(lambda _found: measured, here)
    else:
        here = f"{here.rstrip()}\n\n{measured}\n"
    path.write_text(here, "utf-8")
