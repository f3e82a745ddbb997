"""From what the catalogue knows of a revision to rows of its tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from headgate.catalogue.fragments import CorePiece, Fragments
from headgate.catalogue.revisions import DriverMetadata, Revision
from headgate.catalogue.words import searched_words
from headgate.storage import sort_keys
from headgate.storage.search import Words
from headgate.storage.tables import catalogue as t
from headgate.storage.tables import offering

Row = dict[str, Any]


@dataclass(slots=True)
class BatchRows:
    """The rows of a batch, table by table."""

    revisions: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)
    fragments: list[Row] = field(default_factory=list)
    prerequisites: list[Row] = field(default_factory=list)
    bundled: list[Row] = field(default_factory=list)
    supersedes: list[Row] = field(default_factory=list)
    files: list[Row] = field(default_factory=list)
    revision_files: list[Row] = field(default_factory=list)
    drivers: list[Row] = field(default_factory=list)
    feature_scores: list[Row] = field(default_factory=list)
    core_pieces: list[Row] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    def by_table(self) -> Iterator[tuple[Table, list[Row]]]:
        """Yield the tables that take plain inserts, in an order that satisfies their keys."""
        yield t.revisions, self.revisions
        yield t.documents, self.documents
        yield t.fragments, self.fragments
        yield t.prerequisites, self.prerequisites
        yield t.bundled, self.bundled
        yield t.supersedes, self.supersedes
        yield t.drivers, self.drivers
        yield offering.feature_scores, self.feature_scores
        yield offering.core_pieces, self.core_pieces

    def add(
        self,
        revision_id: int,
        revision: Revision,
        *,
        arrived_at: datetime,
        run_id: int | None,
        xml_size: int,
    ) -> None:
        """Add all rows of one revision but its document and fragments."""
        row = _revision_row(revision_id, revision)
        row["arrived_at"] = arrived_at
        row["arrived_run"] = run_id
        row["xml_size"] = xml_size
        self.revisions.append(row)
        self._add_relations(revision_id, revision)
        self._add_files(revision_id, revision)
        self._add_drivers(revision_id, revision)
        self.words.append((revision_id, searched_words(revision)))

    def _add_relations(self, revision_id: int, revision: Revision) -> None:
        for number, clause in enumerate(revision.prerequisites):
            for target in dict.fromkeys(clause.any_of):
                self.prerequisites.append(
                    {"revision_id": revision_id, "clause": number, "update_id": target}
                )
        for number, members in enumerate(revision.bundled):
            for member in dict.fromkeys(members):
                self.bundled.append(
                    {
                        "revision_id": revision_id,
                        "clause": number,
                        "update_id": member.update_id,
                        "revision_number": member.revision_number,
                    }
                )
        for target in dict.fromkeys(revision.supersedes):
            self.supersedes.append({"revision_id": revision_id, "update_id": target})

    def _add_files(self, revision_id: int, revision: Revision) -> None:
        seen: set[tuple[bytes, str]] = set()
        for file in revision.files:
            if (file.sha1, file.name) in seen:
                continue
            seen.add((file.sha1, file.name))
            self.files.append({"sha1": file.sha1, "sha256": file.sha256, "size": file.size})
            self.revision_files.append(
                {
                    "revision_id": revision_id,
                    "sha1": file.sha1,
                    "name": file.name,
                    "patching_type": file.patching_type,
                    "language": file.languages[0] if file.languages else None,
                    "is_eula": file.is_eula,
                }
            )

    def _add_drivers(self, revision_id: int, revision: Revision) -> None:
        for position, driver in enumerate(revision.drivers):
            self.drivers.append(_driver_row(revision_id, position, driver))
            self.feature_scores += feature_score_rows(revision_id, position, driver)


def _driver_row(revision_id: int, position: int, driver: DriverMetadata) -> Row:
    return {
        "revision_id": revision_id,
        "position": position,
        "hardware_id": driver.hardware_id,
        "driver_class": driver.driver_class,
        "manufacturer": driver.manufacturer,
        "model": driver.model,
        "provider": driver.provider,
        "version": driver.version,
        "version_date": driver.version_date,
        "computer_hardware_ids": computer_ids(driver),
    }


def computer_ids(driver: DriverMetadata) -> str | None:
    """Return the computers a driver is for as they are stored: lower case, joined by a blank."""
    return " ".join(driver.computer_hardware_ids).lower() or None


def feature_score_rows(revision_id: int, position: int, driver: DriverMetadata) -> list[Row]:
    """Return the rows of a driver's feature scores."""
    return [
        {
            "revision_id": revision_id,
            "position": position,
            "operating_system": system,
            "score": score,
        }
        for system, score in driver.feature_scores
    ]


def core_piece_rows(revision_id: int, pieces: Sequence[CorePiece]) -> list[Row]:
    """Return the rows of a large Core's pieces."""
    return [
        {
            "revision_id": revision_id,
            "position": position,
            "size": piece.packed.size,
            "packed": piece.packed.data,
            "xpress_size": None if piece.xpress is None else len(piece.xpress),
            "xpress": piece.xpress,
        }
        for position, piece in enumerate(pieces)
    ]


def _revision_row(revision_id: int, revision: Revision) -> Row:
    installation = revision.installation
    return {
        "revision_id": revision_id,
        "update_id": revision.identity.update_id,
        "revision_number": revision.identity.revision_number,
        "kind": revision.kind.value,
        "category_type": revision.category_type.value if revision.category_type else None,
        "publication_state": revision.publication_state.value,
        "is_latest": True,  # nearly always; the batch is corrected when it is here
        "title": revision.title,
        "kb": revision.kb_articles[0] if revision.kb_articles else None,
        "bulletins": " ".join(revision.security_bulletins) or None,
        "severity": revision.severity,
        "created_at": revision.created,
        "handler": revision.handler,
        "explicitly_deployable": revision.explicitly_deployable,
        "is_bundle": revision.is_bundle,
        "is_beta": revision.is_beta,
        "browse_only": revision.browse_only,
        "os_upgrade": revision.os_upgrade,
        "is_locally_published": revision.is_locally_published,
        "eula_id": revision.eula_id,
        "reboot": installation.reboot if installation else None,
        "can_request_user_input": bool(installation and installation.can_request_user_input),
        "can_uninstall": revision.uninstallation is not None,
        "max_download_size": revision.max_download_size,
        "languages": " ".join(revision.languages) or None,
        "more_info_url": revision.more_info_urls[0] if revision.more_info_urls else None,
        "support_url": revision.support_url,
        "default_language": revision.default_language,
        "display_order": revision.category_display_order,
        "prohibits_updates": revision.prohibits_updates,
        "prohibits_subcategories": revision.prohibits_subcategories,
        "excluded_by_default": revision.excluded_by_default,
        "supersedes_others": bool(revision.supersedes),
        "superseded": False,
        **sort_keys.of_revision(revision),
    }


def fragment_row(revision_id: int, fragments: Fragments) -> Row:
    """Return the row of a revision's fragments."""
    eulas = fragments.eulas
    return {
        "revision_id": revision_id,
        "core_size": fragments.core.size,
        "core": fragments.core.data,
        "extended_size": fragments.extended.size,
        "extended": fragments.extended.data,
        "localized_size": fragments.localized.size,
        "localized": fragments.localized.data,
        "eulas_size": eulas.size if eulas else None,
        "eulas": eulas.data if eulas else None,
    }
