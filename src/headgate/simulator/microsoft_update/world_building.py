"""Builds worlds by saying what is published; used by the built-in world and by tests.

    builder = WorldBuilder("tiny")
    builder.configuration()
    fix = builder.software("fix", products=[...], classification=SECURITY_UPDATES, ...)
    builder.next_month()
    builder.revise(fix, publication_state=PublicationState.EXPIRED)
    world = builder.world()

Ids follow from the world's name and the key given, so a world is the same on every run.
"""

import functools
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from headgate.catalogue.files import UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    Behavior,
    CategoryType,
    DriverMetadata,
    LocalizedText,
    PrerequisiteClause,
    PublicationState,
    Revision,
    UpdateKind,
)
from headgate.simulator.microsoft_update import taxonomy
from headgate.simulator.microsoft_update.content import (
    DIRECTORIES,
    OfferedFile,
    made_up_file,
    offered,
)
from headgate.simulator.microsoft_update.documents import driver_rules, write_document
from headgate.simulator.microsoft_update.publication import Language, Month, Publication, World
from headgate.simulator.microsoft_update.rules import ALWAYS, NO_RULES, Rules
from headgate.simulator.microsoft_update.texts import english

_NAMESPACE = uuid.UUID("1f0c6f0e-3f4b-5d5e-9d55-4a1d8e6a2b11")
PUBLISHER = "395392a0-19c0-48b7-a927-f7c15066d905"
DEFAULT_CREATED = datetime(2026, 10, 13, 17, 0, 4, tzinfo=UTC)


def made_up_id(*parts: str) -> str:
    """Return the GUID of a made-up update; the same parts give the same id."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edition:
    revision: Revision
    rules: Rules
    upper_case_id: bool


class WorldBuilder:
    """Collects what a source publishes, month by month."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._languages: list[tuple[Language, ...]] = [taxonomy.languages()]
        self._months: list[list[Publication]] = [[]]
        self._editions: dict[RevisionIdentity, _Edition] = {}
        self._products: set[str] = set()
        self._classifications: set[str] = set()

    def configuration(self, *, without_products: Iterable[str] = ()) -> None:
        """Publish the real categories, classifications and detectoids of ``taxonomy``."""
        left_out = frozenset(without_products)
        for known in taxonomy.configuration():
            if known.revision.identity.update_id not in left_out:
                self.add(known.revision, known.rules, upper_case_id=known.upper_case_id)

    def next_month(self, *, languages: tuple[Language, ...] = ()) -> None:
        """Let what follows, and ``languages``, appear only when the next month is revealed."""
        self._months.append([])
        self._languages.append(languages)

    def world(self) -> World:
        """Return what was collected."""
        months = zip(self._months, self._languages, strict=True)
        return World(
            name=self.name,
            months=tuple(
                Month(publications=tuple(publications), languages=languages)
                for publications, languages in months
            ),
        )

    def add(
        self, revision: Revision, rules: Rules = NO_RULES, *, upper_case_id: bool = False
    ) -> RevisionIdentity:
        """Publish ``revision`` as it is; everything else here ends in this."""
        if revision.identity in self._editions:
            raise ValueError(f"{revision.identity} is published twice in world {self.name}")
        edition = _Edition(revision=revision, rules=rules, upper_case_id=upper_case_id)
        self._editions[revision.identity] = edition
        self._remember_category(revision)
        self._months[-1].append(self._publication(edition))
        return revision.identity

    def revise(self, identity: RevisionIdentity, **changes: Any) -> RevisionIdentity:
        """Publish the next revision of ``identity``, with ``changes`` to its fields."""
        edition = self._editions[identity]
        number = identity.revision_number + 1
        revised = RevisionIdentity(identity.update_id, number)
        return self.add(
            replace(edition.revision, identity=revised, **changes),
            edition.rules,
            upper_case_id=edition.upper_case_id,
        )

    def expire(self, identity: RevisionIdentity) -> RevisionIdentity:
        """Publish a revision that withdraws the update, as the real source does."""
        return self.revise(identity, publication_state=PublicationState.EXPIRED)

    def product(self, key: str, title: str, *, parent: str) -> str:
        """Publish a product category of our own below the family ``parent``; return its id."""
        revision = Revision(
            identity=RevisionIdentity(made_up_id(self.name, "product", key), 200),
            kind=UpdateKind.CATEGORY,
            category_type=CategoryType.PRODUCT,
            texts=english(title, title),
            created=DEFAULT_CREATED,
            publisher_id=PUBLISHER,
            handler="Category",
            prerequisites=(PrerequisiteClause(any_of=(parent,), is_category=True),),
            prohibits_subcategories=True,
        )
        return self.add(revision, Rules(is_installed=ALWAYS)).update_id

    def software(
        self,
        key: str,
        *,
        texts: tuple[LocalizedText, ...],
        products: Sequence[str],
        classification: str | None,
        needs: Sequence[str] = (),
        created: datetime = DEFAULT_CREATED,
        files: Sequence[tuple[str, int]] = (),
        licences: Sequence[tuple[str, str, int]] = (),
        rules: Rules = NO_RULES,
        handler: str | None = None,
        revision_number: int = 200,
        **fields: Any,
    ) -> RevisionIdentity:
        """Publish a software update and return its identity.

        ``classification`` None makes a hidden member: it can be fetched by identity only, and its
        categories lack ``IsCategory``, as in real documents. ``needs`` are detectoids; ``files``
        are (name, bytes), ``licences`` (language, name, bytes); ``fields`` go to ``Revision``.
        """
        contents = [made_up_file(name, size, modified=created) for name, size in files]
        eulas = [
            made_up_file(
                name,
                size,
                modified=created,
                patching_type=None,
                is_eula=True,
                languages=(language,),
            )
            for language, name, size in licences
        ]
        revision = Revision(
            identity=RevisionIdentity(made_up_id(self.name, key), revision_number),
            kind=UpdateKind.SOFTWARE,
            texts=texts,
            created=created,
            publisher_id=PUBLISHER,
            handler=handler,
            prerequisites=_prerequisites(needs, classification, products),
            files=(*contents, *eulas),
            **_sizes(contents, handler),
            **fields,
        )
        return self.add(revision, rules)

    def driver(
        self,
        key: str,
        *,
        title: str,
        products: Sequence[str],
        hardware: tuple[DriverMetadata, ...],
        file: tuple[str, int],
        created: datetime = DEFAULT_CREATED,
        **fields: Any,
    ) -> RevisionIdentity:
        """Publish a driver and return its identity."""
        content = made_up_file(*file, modified=created)
        revision = Revision(
            identity=RevisionIdentity(made_up_id(self.name, key), 200),
            kind=UpdateKind.DRIVER,
            texts=english(title, f"{title}: a driver made up for the lab."),
            created=created,
            publisher_id="fa34d14e-27d3-42c2-bc5f-070f466300d1",
            handler="WindowsDriver",
            explicitly_deployable=True,
            auto_select_on_web_sites=True,
            installation=Behavior(impact="Normal", reboot="CanRequestReboot"),
            prerequisites=_prerequisites((taxonomy.AMD64,), taxonomy.DRIVERS, products),
            files=(content,),
            drivers=hardware,
            **_sizes([content], "WindowsDriver"),
            **fields,
        )
        return self.add(revision, driver_rules(hardware))

    def _remember_category(self, revision: Revision) -> None:
        if revision.category_type is CategoryType.CLASSIFICATION:
            self._classifications.add(revision.identity.update_id)
        elif revision.kind is UpdateKind.CATEGORY:
            self._products.add(revision.identity.update_id)

    def _publication(self, edition: _Edition) -> Publication:
        revision = edition.revision
        named = {one for clause in revision.prerequisites for one in clause.any_of}
        classifications = frozenset(named & self._classifications)
        in_configuration = revision.kind in {UpdateKind.CATEGORY, UpdateKind.DETECTOID}
        return Publication(
            identity=revision.identity,
            title=revision.title,
            in_configuration=in_configuration,
            categories=frozenset(named & self._products),
            classifications=classifications,
            write=functools.partial(
                write_document,
                revision,
                edition.rules,
                upper_case_id=edition.upper_case_id,
                always_grouped=() if in_configuration else self._products | self._classifications,
            ),
            files=functools.partial(_offered_files, revision, classifications),
            expired=revision.publication_state is PublicationState.EXPIRED,
        )


def _offered_files(revision: Revision, classifications: frozenset[str]) -> tuple[OfferedFile, ...]:
    directory = DIRECTORIES.get(next(iter(classifications), ""), "updt")
    created = revision.created or DEFAULT_CREATED
    return tuple(offered(file, created=created, directory=directory) for file in revision.files)


def _prerequisites(
    needs: Sequence[str], classification: str | None, products: Sequence[str]
) -> tuple[PrerequisiteClause, ...]:
    clauses = [PrerequisiteClause(any_of=(one,)) for one in needs]
    listed = classification is not None
    if classification is not None:
        clauses.append(PrerequisiteClause(any_of=(classification,), is_category=True))
    clauses.append(PrerequisiteClause(any_of=tuple(products), is_category=listed))
    return tuple(clauses)


def _sizes(contents: list[UpdateFile], handler: str | None) -> dict[str, Any]:
    if handler is None and not contents:
        return {}
    return {"max_download_size": sum(file.size for file in contents), "min_download_size": 0}
