"""Writes the bundles, members and drivers of generated worlds.

Update ``group`` g is one bundle and its members, or as many drivers; a bundle supersedes the
bundles before it of the same product.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    Behavior,
    DriverMetadata,
    LocalizedText,
    PrerequisiteClause,
    PublicationState,
    Revision,
    UpdateKind,
)
from headgate.simulator.microsoft_update import rules, taxonomy
from headgate.simulator.microsoft_update.bulk import components
from headgate.simulator.microsoft_update.content import (
    DIRECTORIES,
    OfferedFile,
    made_up_file,
    offered,
)
from headgate.simulator.microsoft_update.documents import driver_rules, write_document
from headgate.simulator.microsoft_update.shapes import DocumentSizes, WorldShape
from headgate.simulator.microsoft_update.sizes import member_bytes
from headgate.simulator.microsoft_update.texts import english, localized
from headgate.simulator.microsoft_update.world_building import PUBLISHER, made_up_id

_FIRST = datetime(2021, 10, 12, 17, 0, 4, tzinfo=UTC)
_SPAN = timedelta(days=365 * 5)
_EVERY_TWELFTH = 12  #: group of drivers, in worlds of ordinary shape
_CLASSIFICATIONS = (
    *(taxonomy.SECURITY_UPDATES,) * 6,
    *(taxonomy.UPDATES,) * 2,
    taxonomy.CRITICAL_UPDATES,
    taxonomy.UPDATE_ROLLUPS,
    taxonomy.FEATURE_PACKS,
    taxonomy.UPGRADES,
    taxonomy.DEFINITION_UPDATES,
)
_SEVERITIES = ("Critical", "Important", "Important", "Moderate", "Low", None)
_RESTARTS = Behavior(impact="Normal", reboot="CanRequestReboot")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateWriter:
    """Knows everything about the updates of one generated world."""

    shape: WorldShape
    products: tuple[str, ...]
    groups: int  #: in the first month; sizes are dealt out among them

    def is_driver(self, group: int) -> bool:
        """Whether the group holds drivers instead of a bundle and its members."""
        ordinary = self.shape.sizes is DocumentSizes.ORDINARY
        return ordinary and group % _EVERY_TWELFTH == _EVERY_TWELFTH - 1

    def product(self, group: int) -> str:
        """The product of a group; neighbours belong to different ones."""
        return self.products[group % len(self.products)]

    def classification(self, group: int) -> str:
        """The classification of a group."""
        if self.is_driver(group):
            return taxonomy.DRIVERS
        return _CLASSIFICATIONS[(group * 7 + group // 13) % len(_CLASSIFICATIONS)]

    def created(self, group: int) -> datetime:
        """When a group was published; later groups later."""
        return _FIRST + _SPAN * group / max(self.groups, 1)

    def identity(self, group: int, member: int, number: int = 200) -> RevisionIdentity:
        """The identity of a bundle (member 0), member or driver."""
        key = (str(self.shape.seed), str(group), str(member))
        return RevisionIdentity(made_up_id("generated", *key), number)

    def files(self, group: int, member: int) -> tuple[OfferedFile, ...]:
        """The file of a member or driver; small, with true digests."""
        if member == 0 and not self.is_driver(group):
            return ()
        created = self.created(group)
        name = f"lab-kb{self._kb(group)}-{self.shape.seed}-{member}.cab"
        file = made_up_file(name, 400 + (group * 37 + member) % 2_000, modified=created)
        directory = DIRECTORIES.get(self.classification(group), "updt")
        return (offered(file, created=created, directory=directory),)

    def bundle(self, group: int, number: int, *, expired: bool = False) -> str:
        """Write the document of a bundle."""
        kb = self._kb(group)
        members = [self.identity(group, one) for one in range(1, self.shape.members + 1)]
        return write_document(
            Revision(
                identity=self.identity(group, 0, number),
                kind=UpdateKind.SOFTWARE,
                texts=self._texts(group),
                created=self.created(group),
                publisher_id=PUBLISHER,
                publication_state=(
                    PublicationState.EXPIRED if expired else PublicationState.PUBLISHED
                ),
                explicitly_deployable=True,
                auto_select_on_web_sites=True,
                severity=_SEVERITIES[group % len(_SEVERITIES)],
                kb_articles=(kb,),
                support_url=f"https://support.microsoft.com/help/{kb}",
                prerequisites=self._prerequisites(group, listed=True),
                supersedes=self._superseded(group),
                bundled=tuple((one,) for one in members),
            )
        )

    def member(self, group: int, member: int) -> str:
        """Write the document of a bundle's member: the bulk of every catalogue."""
        kb, size = self._kb(group), member_bytes(self.shape, self._rank(group, member))
        inner = components(size, group * 31 + member)
        manifest = rules.assembly(f"Package_for_KB{kb}", "10.0.1.0", "amd64", kb, inner)
        files = tuple(offer.file for offer in self.files(group, member))
        return write_document(
            Revision(
                identity=self.identity(group, member),
                kind=UpdateKind.SOFTWARE,
                texts=english(f"Lab-KB{kb}-x64-{member}"),
                created=self.created(group),
                publisher_id=PUBLISHER,
                handler="Cbs",
                max_download_size=sum(file.size for file in files),
                min_download_size=0,
                installation=_RESTARTS,
                uninstallation=_RESTARTS,
                prerequisites=self._prerequisites(group, listed=False),
                files=files,
            ),
            rules.cbs(manifest),
            always_grouped=self.products,
        )

    def driver(self, group: int, member: int) -> str:
        """Write the document of a driver."""
        version = f"31.0.{group % 200}.{member}"
        hardware = tuple(
            DriverMetadata(
                hardware_id=rf"PCI\VEN_1D6B&DEV_{group % 65_536:04X}&SUBSYS_{member:04X}{one:04X}",
                driver_class="Net",
                manufacturer="Northlake",
                model=f"Northlake {group}-{one}",
                provider="Northlake",
                version=version,
                version_date=f"{self.created(group):%Y-%m-%d}",
            )
            for one in range(1 + group % 6)
        )
        files = tuple(offer.file for offer in self.files(group, member))
        return write_document(
            Revision(
                identity=self.identity(group, member),
                kind=UpdateKind.DRIVER,
                texts=english(f"Northlake - Net - {version}", "A driver made up for the lab."),
                created=self.created(group),
                publisher_id=PUBLISHER,
                handler="WindowsDriver",
                explicitly_deployable=True,
                max_download_size=sum(file.size for file in files),
                min_download_size=0,
                installation=_RESTARTS,
                prerequisites=self._prerequisites(group, listed=True),
                files=files,
                drivers=hardware,
            ),
            driver_rules(hardware),
        )

    def _kb(self, group: int) -> str:
        return str(5_000_000 + group)

    def _rank(self, group: int, member: int) -> float:
        """Deal the sizes out: every rank once in the first month, in scattered order."""
        count = max(self.groups, 1) * self.shape.members
        place = (group % max(self.groups, 1)) * self.shape.members + member - 1
        return (place * _coprime(count) + self.shape.seed) % count / count

    def _prerequisites(self, group: int, *, listed: bool) -> tuple[PrerequisiteClause, ...]:
        product = PrerequisiteClause(any_of=(self.product(group),), is_category=listed)
        detectoid = PrerequisiteClause(any_of=(taxonomy.AMD64,))
        if not listed:
            return (detectoid, product)
        kind = PrerequisiteClause(any_of=(self.classification(group),), is_category=True)
        return (detectoid, kind, product)

    def _superseded(self, group: int) -> tuple[str, ...]:
        step = len(self.products)
        earlier = range(group - step, max(-1, group - step * (self.shape.superseded + 1)), -step)
        return tuple(self.identity(one, 0).update_id for one in earlier if not self.is_driver(one))

    def _texts(self, group: int) -> tuple[LocalizedText, ...]:
        known = {
            text.language: text
            for text in localized(
                "cumulative",
                kb=self._kb(group),
                month=f"{self.created(group):%Y-%m}",
                product=f"Lab Edition {group % len(self.products)}",
                processor="x64",
            )
        }
        fallback = known["en"]
        return tuple(
            known.get(language)
            or LocalizedText(
                language=language,
                title=f"{fallback.title} [{language}]",
                description=fallback.description,
                uninstall_notes="Choose View installed updates in the Control Panel.",
                more_info_url=fallback.more_info_url,
                support_url=fallback.support_url,
            )
            for language in _languages()[: self.shape.languages]
        )


@functools.cache
def _languages() -> Sequence[str]:
    shorts = [language.short for language in taxonomy.languages() if language.short != "all"]
    return ["en", *(short for short in shorts if short != "en")]


@functools.cache
def _coprime(count: int) -> int:
    """Return a step that visits every place among ``count`` once."""
    step = max(1, round(count * 0.618))
    while math.gcd(step, count) != 1:
        step += 1
    return step
