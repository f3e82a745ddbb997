"""A simulated update source in a process of its own, and an installation that asks it."""

import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import children
from benchmarks.children import CommandFailed, Ended, Watch

_READY = re.compile(r"answers at (http://\S+)")


@contextmanager
def source(world: str) -> Iterator[str]:
    """Serve a world of the simulator while the context lasts; yields its address.

    Its documents are written and packed before it answers, so that costs nothing later.
    """
    process = subprocess.Popen(
        children.headgate("lab", "upstream", "--port", "0", "--world", world),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=children.environment(),
    )
    try:
        yield _address(process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        found = _READY.search(line)
        if found:
            return found[1]
    raise CommandFailed(f"The simulator does not start:\n{said}")


@dataclass(frozen=True, slots=True)
class Installation:
    """A data directory and the commands run on it."""

    data: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "headgate.db"

    def run(self, *arguments: str, watch: Watch | None = None) -> Ended:
        """Run a command of ours on this installation to its end."""
        return children.run(children.headgate("--data", str(self.data), *arguments), watch)

    def point_at(self, address: str) -> None:
        """Make a simulated source the update source."""
        parts = urlsplit(address)
        self.run(
            *("settings", "set", "source.kind=upstream", "source.tls=false"),
            *(f"source.host={parts.hostname}", f"source.port={parts.port}"),
        )

    def number(self, statement: str) -> int:
        """Return what a statement with one number as its answer gives."""
        uri = f"{self.database.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return int(connection.execute(statement).fetchone()[0] or 0)

    def size(self) -> int:
        """Return the bytes the database takes on the disk."""
        return sum(one.stat().st_size for one in self.data.glob("headgate.db*"))
