"""The shapes of generated worlds: how many revisions of what kind and size.

Figures come from counts of real catalogues: a WSUS with product Windows 11 (5,253 revisions, 1.18
GB of Core XML, ten documents over 32 MiB), its configuration (4,275 revisions), and what security
bundles hold (five members each).
"""

from dataclasses import dataclass
from enum import StrEnum

from headgate.errors import UsageError

MOST_REVISIONS = 150_000
_LEAST_REVISIONS = 300
_MOST_CONFIGURATION = 4_275


class WorldShapeError(UsageError):
    """A world of this shape cannot be made."""


class DocumentSizes(StrEnum):
    """How large the documents are."""

    ORDINARY = "ordinary"  #: 11 KB on average, none over 5 MB
    WINDOWS_11 = "windows11"  #: half under 2 KB, one in a hundred over 400 KB, the largest 47 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldShape:
    """What a generated world looks like. The same shape gives the same world, byte for byte."""

    name: str
    sizes: DocumentSizes = DocumentSizes.ORDINARY
    revisions: int = 5_249  #: in the first month, categories and detectoids included
    seed: int = 1
    configuration_share: float = 0.79  #: of all revisions, up to 4,275
    members: int = 1  #: of each bundle
    languages: int = 37  #: of each bundle
    superseded: int = 26  #: updates a bundle supersedes, where there are as many
    next_month: int = 40  #: revisions that POST /lab/advance reveals; 0 for none

    def checked(self) -> "WorldShape":
        """Return the shape itself. Raises WorldShapeError when it makes no sense."""
        limits: list[tuple[str, float, float, float]] = [
            ("revisions", self.revisions, _LEAST_REVISIONS, MOST_REVISIONS),
            ("configuration_share", self.configuration_share, 0.0, 0.95),
            ("members", self.members, 1, 100),
            ("languages", self.languages, 1, 38),
            ("superseded", self.superseded, 0, 200),
            ("next_month", self.next_month, 0, 10_000),
        ]
        for field, value, least, most in limits:
            if not least <= value <= most:
                raise WorldShapeError(
                    f"World {self.name!r} cannot have {field} = {value}.",
                    next_step=f"Choose a number from {least:,} to {most:,}.",
                )
        return self

    @property
    def configuration(self) -> int:
        """How many revisions are categories, classifications or detectoids."""
        return min(round(self.revisions * self.configuration_share), _MOST_CONFIGURATION)


ORDINARY = WorldShape(name="ordinary")
WINDOWS_11 = WorldShape(name="windows11", sizes=DocumentSizes.WINDOWS_11)
LARGE = WorldShape(name="large", revisions=MOST_REVISIONS, members=5, languages=24)
