"""Looking at the catalogue: products, classifications, languages, updates.

Every list is flat and made of few statements, whatever its length. Names people type (a product's
title, a GUID in capitals) are looked up here; storage gets ids.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from headgate.catalogue.categories import CategoryTree
from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.identity import guid
from headgate.catalogue.languages import (
    ENGLISH,
    WHY_ENGLISH,
    LanguagesMode,
    wanted_languages,
)
from headgate.catalogue.naming import find_categories
from headgate.catalogue.revisions import CategoryType
from headgate.catalogue.subscription import ProductsMode, selected_nodes
from headgate.catalogue.update_details import UpdateDetails
from headgate.catalogue.update_list import UpdatePage, UpdateQuery, UpdateState
from headgate.errors import UsageError
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer
from headgate.settings.machine import machine_locale
from headgate.settings.shared import Languages
from headgate.storage import (
    categories,
    ingestion,
    listing,
    source_languages,
    subscriptions,
    transactions,
    update_details,
)
from headgate.storage.engine import Connection, Engine


class NoSuchUpdateError(UsageError):
    """Nothing in the catalogue is called so."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"There is no update {text!r} here.",
            next_step="`headgate updates list --text WORDS` finds ids; ID/REVISION names one "
            "revision.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductLine:
    """One company, family or product."""

    id: str
    kind: CategoryType
    title: str
    parent: str | None  #: id
    selected: bool  #: itself, or through a node above it


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationLine:
    """One classification."""

    id: str
    title: str
    selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageLine:
    """One language the source has named."""

    id: str  #: short name: en, pt-br
    title: str
    selected: bool
    reason: str | None = None  #: why it is selected although nobody chose it


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFilter:
    """What people filter updates by, as they type it."""

    text: str | None = None
    kb: str | None = None
    products: Sequence[str] = ()  #: ids or titles; any of them
    classifications: Sequence[str] = ()  #: ids or titles; any of them
    severity: str | None = None
    state: UpdateState | None = None
    superseded: bool | None = None
    arrived_since: datetime | None = None
    limit: int | None = 100  #: None: all
    skip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueBrowser:
    """The lists of one installation."""

    engine: Engine
    unpack: Callable[[bytes], bytes]  #: of stored document text

    def products(self, mode: ProductsMode) -> list[ProductLine]:
        """Return companies, families and products: companies first, each by title."""
        with transactions.read(self.engine) as conn:
            tree = CategoryTree(categories.categories(conn))
            selected = selected_nodes(tree, subscriptions.subscription(conn, mode))
        return [
            ProductLine(
                id=node.update_id,
                kind=node.category_type,
                title=node.title,
                parent=node.parent_id,
                selected=node.update_id in selected,
            )
            for node in sorted(tree, key=lambda node: (_RANK[node.category_type], node.title))
        ]

    def classifications(self) -> list[ClassificationLine]:
        """Return the classifications by title."""
        with transactions.read(self.engine) as conn:
            choice = subscriptions.subscription(conn, ProductsMode.ALL)
            found = categories.categories(conn)
        return [
            ClassificationLine(
                id=category.update_id,
                title=category.title,
                selected=category.update_id in choice.classifications,
            )
            for category in found
            if category.category_type is CategoryType.CLASSIFICATION
        ]

    def languages(self, choice: Languages) -> list[LanguageLine]:
        """Return the languages the source has named, and whether their files are wanted."""
        with transactions.read(self.engine) as conn:
            named = source_languages.named_languages(conn)
        locale = choice.locale or machine_locale().language
        wanted = wanted_languages(
            LanguagesMode(choice.mode), selected=choice.selected, locale=locale, known=named
        )
        return [
            LanguageLine(
                id=short_name,
                title=long_name,
                selected=wanted is None or short_name in wanted,
                reason=_why_selected(short_name, choice),
            )
            for short_name, long_name in sorted(named.items())
        ]

    def updates(self, wanted: UpdateFilter) -> UpdatePage:
        """Return a page of updates. Raises UsageError for a product or classification not here."""
        with transactions.read(self.engine) as conn:
            return listing.updates(conn, _query(conn, wanted))

    def details(self, name: str) -> UpdateDetails:
        """Return everything about an update: ``name`` is its GUID, or GUID/REVISION.

        Without a revision the newest one is meant. Raises NoSuchUpdateError, DocumentError.
        """
        update_id, revision_number = _read_name(name)
        with transactions.read(self.engine) as conn:
            revision_id = update_details.revision_id_of(conn, update_id, revision_number)
            if revision_id is None:
                raise NoSuchUpdateError(name)
            (line,) = listing.lines_of(conn, [revision_id])
            stored = ingestion.document_of(conn, line.identity)
            relations = update_details.relations_of(conn, revision_id, line.identity)
            files = update_details.files_of(conn, revision_id)
            revisions = update_details.revisions_of(conn, update_id)
        if stored is None:
            raise NoSuchUpdateError(name)
        encoding, data = stored
        text = data if encoding is DocumentEncoding.CABINET else self.unpack(data)
        document = read_document(text, encoding, line.identity, Packer())
        return UpdateDetails(
            line=line,
            document=document.revision,
            relations=relations,
            files=files,
            revisions=revisions,
        )


_RANK = {CategoryType.COMPANY: 0, CategoryType.FAMILY: 1, CategoryType.PRODUCT: 2}


def _why_selected(short_name: str, choice: Languages) -> str | None:
    if short_name == ENGLISH and choice.mode != LanguagesMode.ALL:
        return WHY_ENGLISH
    return None


def _query(conn: Connection, wanted: UpdateFilter) -> UpdateQuery:
    products = classifications = None
    if wanted.products or wanted.classifications:
        known = categories.categories(conn)
        tree = CategoryTree(known)
        named = find_categories(wanted.products, tree, what="product")
        kinds = find_categories(
            wanted.classifications,
            [one for one in known if one.category_type is CategoryType.CLASSIFICATION],
            what="classification",
        )
        if named:
            products = frozenset(below for node in named for below in tree.below(node.update_id))
        if kinds:
            classifications = frozenset(kind.update_id for kind in kinds)
    return UpdateQuery(
        text=wanted.text,
        kb=wanted.kb,
        products=products,
        classifications=classifications,
        severity=wanted.severity,
        state=wanted.state,
        superseded=wanted.superseded,
        arrived_since=wanted.arrived_since,
        limit=wanted.limit,
        skip=wanted.skip,
    )


def _read_name(name: str) -> tuple[str, int | None]:
    written, _, number = name.partition("/")
    try:
        return guid(written), int(number) if number else None
    except ValueError as exc:
        raise NoSuchUpdateError(name) from exc
