"""Looking at the catalogue: products, classifications, languages, updates.

Every list is flat and made of few statements, whatever its length. Names people type (a product's
title, a GUID in capitals) are looked up here; storage gets ids.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from headgate.catalogue.categories import CategoryTree
from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.identity import RevisionIdentity, guid
from headgate.catalogue.languages import (
    ENGLISH,
    WHY_ENGLISH,
    LanguagesMode,
    wanted_languages,
)
from headgate.catalogue.revisions import CategoryType
from headgate.catalogue.subscription import ProductsMode, selected_nodes
from headgate.catalogue.update_details import UpdateDetails
from headgate.catalogue.update_list import UpdatePage
from headgate.content.store import ContentStore
from headgate.errors import DocumentError, UsageError
from headgate.metadata.document import document_text, read_facts
from headgate.metadata.fragments import title_for
from headgate.sentences import Sentence
from headgate.services.catalogue.licences import LicenceText, read_licence
from headgate.services.catalogue.update_lists import UpdateFilter, kb_numbers, query_of
from headgate.services.memory import Memory
from headgate.settings.machine import machine_locale
from headgate.settings.shared import Languages
from headgate.storage import (
    catalogue_version,
    categories,
    ingestion,
    listing,
    source_languages,
    subscriptions,
    titles,
    transactions,
    update_details,
)
from headgate.storage.engine import Connection, Engine
from headgate.storage.titles import LocalizedPiece

T = TypeVar("T")

#: Targets of one relation of an update that are named, unless all are asked for.
MOST_RELATED = 200


#: For those who decide about updates, whatever their revision.
FINDING_IDS = Sentence("`headgate updates list --text WORDS`, or `--kb NUMBER`, finds ids.")


class NoSuchUpdateError(UsageError):
    """Nothing in the catalogue is called so."""

    next_step = Sentence(
        "`headgate updates list --text WORDS`, or `--kb NUMBER`, finds ids; ID/REVISION "
        "names one revision."
    )

    def __init__(self, text: str, *, next_step: Sentence | None = None) -> None:
        super().__init__(
            Sentence("There is no update '{name}' here.", name=text), next_step=next_step
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
class CatalogueBrowser:
    """The lists of one installation; one for the process, since it remembers answers."""

    engine: Engine
    unpack: Callable[[bytes], bytes]  #: of stored document text; from any thread
    store: ContentStore
    memory: Memory = field(default_factory=Memory)

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
        """Return a page of updates.

        Raises UsageError for a product or classification not here, and for a damaged cursor.
        """
        with transactions.read(self.engine) as conn:
            return listing.updates(conn, query_of(conn, wanted))

    def kbs_not_here(self, typed: str) -> list[str]:
        """Return those of the KB numbers in what somebody pasted that no update has, ascending."""
        asked = kb_numbers(typed)
        with transactions.read(self.engine) as conn:
            here = listing.kbs_here(conn, asked)
        return sorted(asked - here, key=lambda number: (len(number), number))

    def classification_counts(self) -> dict[str, int]:
        """Return how many updates each classification has, by its id; all that are here."""
        with transactions.read(self.engine) as conn:
            return self._remembered(
                conn, "classification counts", lambda: categories.classification_counts(conn)
            )

    def titles(self, revision_ids: Sequence[int], languages: Sequence[str]) -> dict[int, str]:
        """Return the titles of some revisions for a reader of ``languages`` (best first).

        They fall back as the document says: a form of the language, the document's own, English.
        """
        with transactions.read(self.engine) as conn:
            pieces = titles.localized_pieces(conn, revision_ids)
        return {piece.revision_id: self._title(piece, languages) for piece in pieces}

    def category_titles(self, languages: Sequence[str]) -> dict[str, str]:
        """Return the title of every company, family, product and classification, by its id."""
        with transactions.read(self.engine) as conn:
            return self._remembered(
                conn,
                ("category titles", *languages),
                lambda: {
                    piece.update_id: self._title(piece, languages)
                    for piece in titles.localized_pieces_of_categories(conn)
                },
            )

    def details(self, name: str, *, most: int | None = MOST_RELATED) -> UpdateDetails:
        """Return everything about an update: ``name`` is its GUID, or GUID/REVISION.

        Without a revision the newest one is meant. Of each relation ``most`` targets are named
        (None: all) and the rest is counted. Raises NoSuchUpdateError, DocumentError.
        """
        with transactions.read(self.engine) as conn:
            identity, revision_id = _find(conn, name)
            (line,) = listing.lines_of(conn, [revision_id])
            document = ingestion.document_of(conn, identity)
            relations = update_details.relations_of(conn, revision_id, identity, most)
            files, more_files = update_details.files_of(conn, revision_id, most)
            revisions, more_revisions = update_details.revisions_of(conn, identity.update_id, most)
        encoding, data = self._stored(document, name)
        return UpdateDetails(
            line=line,
            document=read_facts(data, encoding, identity),
            relations=relations,
            files=files,
            more_files=more_files,
            revisions=revisions,
            more_revisions=more_revisions,
        )

    def raw_document(self, name: str) -> bytes:
        """Return the document of an update, named as for ``details``, as UTF-8 text.

        Raises NoSuchUpdateError, DocumentError.
        """
        with transactions.read(self.engine) as conn:
            identity, _ = _find(conn, name)
            document = ingestion.document_of(conn, identity)
        encoding, data = self._stored(document, name)
        return document_text(data, encoding)

    def licence_text(self, details: UpdateDetails, languages: Sequence[str]) -> LicenceText | None:
        """Return the licence of an update as a reader of ``languages`` gets it.

        None: it has none, or the file is not here (``details.files`` tells which).
        """
        return read_licence(self.store, details.files, languages, details.document.default_language)

    def _stored(
        self, document: tuple[DocumentEncoding, bytes] | None, name: str
    ) -> tuple[DocumentEncoding, bytes]:
        """Return a document as it came, its text unpacked."""
        if document is None:
            raise NoSuchUpdateError(name)
        encoding, data = document
        return encoding, data if encoding is DocumentEncoding.CABINET else self.unpack(data)

    def _title(self, piece: LocalizedPiece, languages: Sequence[str]) -> str:
        try:
            unpacked = self.unpack(piece.localized)
        except DocumentError:  # a list is worth showing although one of its texts is damaged
            return piece.title
        return title_for(unpacked, languages, piece.default_language) or piece.title

    def _remembered(self, conn: Connection, question: Hashable, ask: Callable[[], T]) -> T:
        version = catalogue_version.catalogue_version(conn)
        return self.memory.remembered(version, question, ask)


_RANK = {CategoryType.COMPANY: 0, CategoryType.FAMILY: 1, CategoryType.PRODUCT: 2}


def _why_selected(short_name: str, choice: Languages) -> str | None:
    if short_name == ENGLISH and choice.mode != LanguagesMode.ALL:
        return WHY_ENGLISH
    return None


def _find(conn: Connection, name: str) -> tuple[RevisionIdentity, int]:
    """Return the identity of a revision and our own number of it. Raises NoSuchUpdateError."""
    update_id, revision_number = _read_name(name)
    found = update_details.find_revision(conn, update_id, revision_number)
    if found is None:
        raise NoSuchUpdateError(name)
    return found


def _read_name(name: str) -> tuple[str, int | None]:
    written, _, number = name.partition("/")
    if number and not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise NoSuchUpdateError(name)
    try:
        return guid(written), int(number) if number else None
    except ValueError as exc:
        raise NoSuchUpdateError(name) from exc
