"""Computers on a catalogue of 150,000 revisions that holds 1.2 GB of Core XML.

Two worlds are brought in, one after the other: 148,898 ordinary revisions, and the 1,102 updates of
a real Windows 11 catalogue with its large Cores. What is ordinary and for Windows 11 is declined,
so that a computer has some 5,000 revisions cached, as real ones do.
"""

from pathlib import Path

from benchmarks import (
    clients_catalogue,
    reports,
    scans_crowd,
    scans_delta,
    scans_memory,
    scans_nothing_new,
    snapshot,
)
from benchmarks.clients_agent import Agent, Cached, explore
from benchmarks.clients_server import Serving, server
from benchmarks.figures import Figure
from benchmarks.laboratory import Installation
from headgate.simulator.microsoft_update import taxonomy
from headgate.simulator.microsoft_update.publication import Publication
from headgate.simulator.microsoft_update.worlds import open_world

TITLE = "Computers on 150,000 revisions with 1.2 GB of Core XML"
REVISIONS = 148_898  #: ordinary ones; the large ones of the other world come on top
_WINDOWS_11, _EDGE = taxonomy.product_id("Windows 11"), taxonomy.product_id("Microsoft Edge")
_INSTALLED = (*clients_catalogue.WINDOWS_11, _EDGE)
_DRIVERS = 10  #: devices there are drivers for
_APPROVED = 8  #: updates

#: Another seed: other updates than those of the first world. Its configuration is the same.
_LARGE_CORES = """
[world]
name = "large Cores"
sizes = "windows11"
seed = 2
"""


def measure(scratch: Path) -> list[Figure]:
    """Measure a server on that catalogue in every way computers use it."""
    installation = Installation(scratch / "data")
    known = _bring_in(installation, scratch)
    with server(installation) as serving:
        cached = _first_scan(installation, serving, known)
        figures = [
            Figure(what="revisions", value=_count(installation), unit=""),
            Figure(what="revisions a computer has cached", value=_size(cached), unit=""),
            *scans_nothing_new.figures(serving, cached, scratch),
            *scans_delta.figures(serving, cached, known),
            *reports.figures(serving),
            *scans_memory.figures(installation, serving, cached),
            *scans_crowd.figures(serving, cached),
        ]
    return [*figures, *snapshot.figures(installation, cached)]


def _bring_in(installation: Installation, scratch: Path) -> list[str]:
    """Fill the catalogue, decide, and return hardware ids there are drivers for."""
    world = scratch / "large-cores.toml"
    world.write_text(_LARGE_CORES, "utf-8")
    for name in (f"large:{REVISIONS}", str(world)):
        clients_catalogue.bring_in(installation, name)
    installation.run("settings", "set", "content.store=microsoft")
    ordinary = open_world(f"large:{REVISIONS}").months[0].publications
    updates = [one for one in ordinary if one.classifications and not one.in_configuration]
    _in_parts(installation, "decline", [_id(one) for one in updates if _is_declined(one)])
    large = open_world(world).months[0].publications
    bundles = [_id(one) for one in large if one.classifications and not one.in_configuration]
    _in_parts(installation, "approve", bundles[:_APPROVED])
    return _hardware_ids(installation, updates)


def _is_declined(publication: Publication) -> bool:
    """Whether it is ordinary software for the products the computers have."""
    is_driver = taxonomy.DRIVERS in publication.classifications
    return not is_driver and not publication.categories.isdisjoint({_WINDOWS_11, _EDGE})


def _hardware_ids(installation: Installation, updates: list[Publication]) -> list[str]:
    drivers = (
        one
        for one in updates
        if taxonomy.DRIVERS in one.classifications and _EDGE in one.categories
    )
    chosen = [_id(one) for one in drivers]
    return clients_catalogue.hardware_ids(installation, chosen[:: max(1, len(chosen) // _DRIVERS)])


def _in_parts(installation: Installation, verb: str, updates: list[str]) -> None:
    for start in range(0, len(updates), 1000):
        installation.run(verb, *updates[start : start + 1000])


def _id(publication: Publication) -> str:
    return publication.identity.update_id


def _first_scan(installation: Installation, serving: Serving, known: list[str]) -> Cached:
    agent = Agent(serving.address, 0)
    agent.sign_on()
    installed = clients_catalogue.revisions_of(installation, _INSTALLED)
    cached = explore(agent, installed, clients_catalogue.devices(known)).cached
    agent.close()
    return cached


def _count(installation: Installation) -> int:
    return installation.number("SELECT count(*) FROM revisions")


def _size(cached: Cached) -> int:
    return len(cached.installed) + len(cached.others)
