"""What computers of these benchmarks have, found in the catalogue they are measured on."""

import sqlite3
import uuid
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from benchmarks.clients_requests import Described
from benchmarks.laboratory import Installation, source
from headgate.simulator.microsoft_update import taxonomy

_WINDOWS = "6964aab4-c5b5-43bd-a17d-ffb4346a8e1d"  #: the product family
_BASIS = (taxonomy.AMD64, taxonomy.MICROSOFT, _WINDOWS)
WINDOWS_11 = (*_BASIS, taxonomy.product_id("Windows 11"))
_CLASSIFICATIONS = (
    taxonomy.SECURITY_UPDATES,
    taxonomy.CRITICAL_UPDATES,
    taxonomy.DEFINITION_UPDATES,
    taxonomy.DRIVERS,
    taxonomy.FEATURE_PACKS,
    taxonomy.UPDATE_ROLLUPS,
    taxonomy.UPDATES,
    taxonomy.UPGRADES,
)
_DEVICES = 70


def bring_in(installation: Installation, world: str) -> None:
    """Synchronize everything a world of the simulator has."""
    with source(world) as address:
        installation.point_at(address)
        installation.run("sync", "now", "--categories")
        installation.run("classifications", "select", "all")
        installation.run("sync", "now", "--yes")


def revisions_of(installation: Installation, updates: Iterable[str]) -> frozenset[int]:
    """Return every revision of ``updates`` and of the classifications: what counts as installed."""
    ids = [uuid.UUID(one).bytes for one in (*updates, *_CLASSIFICATIONS)]
    marks = ",".join("?" * len(ids))
    statement = f"SELECT revision_id FROM revisions WHERE update_id IN ({marks})"
    return frozenset(number for (number,) in rows(installation, statement, ids))


def rows(
    installation: Installation, statement: str, values: Iterable[object] = ()
) -> list[tuple[Any, ...]]:
    """Return what a statement gives on an installation's database."""
    uri = f"{installation.database.as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        return connection.execute(statement, tuple(values)).fetchall()


def states(needed: int, present: int) -> tuple[list[str], list[str]]:
    """Return made-up ids of updates a computer needs and has: reports say the states of all."""
    made_up = [str(uuid.UUID(int=1 << 100 | number)) for number in range(needed + present)]
    return made_up[:needed], made_up[needed:]


def devices(known: Iterable[str] = ()) -> list[Described]:
    """Return seventy devices; the first of them have the hardware ids ``known``."""
    found = [Described(hardware_ids=(one, one.rpartition("&")[0])) for one in known]
    for number in range(len(found), _DEVICES):
        base = rf"PCI\VEN_8086&DEV_{number:04X}"
        ids = (f"{base}&SUBSYS_11001AF4&REV_01", f"{base}&SUBSYS_11001AF4", f"{base}&REV_01", base)
        found.append(Described(hardware_ids=ids))
    return found


def hardware_ids(installation: Installation, drivers: Iterable[str]) -> list[str]:
    """Return one hardware id of each of the driver updates."""
    statement = (
        "SELECT min(d.hardware_id) FROM drivers d JOIN revisions r USING (revision_id)"
        " WHERE r.update_id = ?"
    )
    found = [rows(installation, statement, [uuid.UUID(one).bytes])[0][0] for one in drivers]
    return [one for one in found if one]
