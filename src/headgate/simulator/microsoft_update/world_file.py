"""Files that describe a generated world: ``headgate lab upstream --world FILE.toml``.

[world]
name = "a branch office"     # any name; everything else may be left out
sizes = "ordinary"           # or "windows11"
revisions = 5249             # 300 to 150,000
seed = 1                     # another seed, another world of the same shape
configuration_share = 0.79   # of the revisions: categories and detectoids
members = 1                  # of each bundle
languages = 37               # of each bundle, 1 to 38
superseded = 26              # updates a bundle supersedes
next_month = 40              # revisions that POST /lab/advance reveals
"""

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

from headgate.simulator.microsoft_update.shapes import DocumentSizes, WorldShape, WorldShapeError


class WorldFileError(WorldShapeError):
    """A file does not describe a world."""


_NUMBERS = {"revisions", "seed", "members", "languages", "superseded", "next_month"}
_FIELDS = [field.name for field in dataclasses.fields(WorldShape)]


def read_world_file(path: Path) -> WorldShape:
    """Return the shape that ``path`` describes. Raises WorldFileError and WorldShapeError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorldFileError(f"The world file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorldFileError(f"The world file {path} is not TOML: {error}.") from error
    described = content.get("world")
    if not isinstance(described, dict) or set(content) != {"world"}:
        raise WorldFileError(
            f"The world file {path} must have one table, [world], and nothing else."
        )
    for field, value in described.items():
        _check(path, field, value)
    return WorldShape(**{"name": path.stem, **described, **_sizes(path, described)}).checked()


def _check(path: Path, field: str, value: Any) -> None:
    if field not in _FIELDS:
        raise WorldFileError(
            f"The world file {path} has an unknown entry {field!r}.",
            next_step=f"Known entries are {', '.join(_FIELDS)}.",
        )
    if field in _NUMBERS and (not isinstance(value, int) or isinstance(value, bool)):
        raise WorldFileError(f"In the world file {path}, {field} must be a whole number.")
    if field == "configuration_share" and not isinstance(value, float):
        raise WorldFileError(f"In the world file {path}, {field} must be a number like 0.79.")
    if field in {"name", "sizes"} and not isinstance(value, str):
        raise WorldFileError(f"In the world file {path}, {field} must be a text in quotes.")


def _sizes(path: Path, described: dict[str, Any]) -> dict[str, DocumentSizes]:
    try:
        return {"sizes": DocumentSizes(described.get("sizes", DocumentSizes.ORDINARY))}
    except ValueError as error:
        raise WorldFileError(
            f"In the world file {path}, sizes must be one of {', '.join(DocumentSizes)}."
        ) from error
