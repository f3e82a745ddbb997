"""The worlds one can name, and the one that is served for given names and packages.

small              the built-in one: two years of updates, about 1,350 documents
ordinary[:N]       N revisions (5,249) of ordinary shape, about 11 KB each
windows11[:N]      N revisions (5,249) of the real Windows 11 shape, up to 47 MB each
large[:N]          N revisions (150,000) of ordinary shape, five members to a bundle
FILE.toml          a generated world described by a file, see ``world_file``
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from headgate.errors import UsageError
from headgate.simulator.microsoft_update.generated import generated_world
from headgate.simulator.microsoft_update.package_world import package_world
from headgate.simulator.microsoft_update.publication import Month, World
from headgate.simulator.microsoft_update.shapes import LARGE, ORDINARY, WINDOWS_11, WorldShape
from headgate.simulator.microsoft_update.small import small_world
from headgate.simulator.microsoft_update.world_file import read_world_file

DEFAULT_WORLD = "small"
_SHAPES = {"ordinary": ORDINARY, "windows11": WINDOWS_11, "large": LARGE}


class UnknownWorld(UsageError):
    """There is no such world."""

    next_step = (
        "Name small, ordinary, windows11 or large, the last three with :COUNT if you like, "
        "or a FILE.toml that describes a world."
    )


def open_world(name: str | Path | None = None, *, packages: Sequence[Path] = ()) -> World:
    """Return the world called ``name``, with everything in ``packages`` added to its first month.

    Packages without a name are a world of their own; neither means the built-in one. Raises
    UnknownWorld, WorldFileError and PackageError.
    """
    if packages and name is None:
        return package_world(packages)
    world = _named(str(name) if name is not None else DEFAULT_WORLD)
    return _with_packages(world, package_world(packages)) if packages else world


def _named(name: str) -> World:
    if name.lower().endswith(".toml"):
        return generated_world(read_world_file(Path(name)))
    if name == "small":
        return small_world()
    kind, colon, count = name.partition(":")
    if kind not in _SHAPES or (colon and not count.isdecimal()):
        raise UnknownWorld(f"There is no world called {name!r}.")
    shape: WorldShape = _SHAPES[kind]
    if colon:
        shape = replace(shape, name=name, revisions=int(count))
    return generated_world(shape.checked())


def _with_packages(world: World, extra: World) -> World:
    first, *later = world.months
    known = {publication.identity for publication in extra.months[0].publications}
    rest = [one for one in first.publications if one.identity not in known]
    month = Month(publications=(*extra.months[0].publications, *rest), languages=first.languages)
    return replace(world, name=f"{world.name}, {extra.name}", months=(month, *later))
