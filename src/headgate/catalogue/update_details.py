"""Everything there is to show of one revision: its document's facts, and who it is related to.

Relations name their target by GUID and the target may never have arrived; then it has no title
here, and a clause that only names such targets can never be satisfied.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from headgate.catalogue.files import FilePresence
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    CategoryType,
    PublicationState,
    Revision,
    UpdateKind,
)
from headgate.catalogue.update_list import UpdateLine
from headgate.sentences import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """The target of a relation, looked up."""

    update_id: str
    revision_number: int | None = None  #: bundles name one; other relations mean the newest
    revision_id: int | None = None  #: our own number; None: the target is not here
    title: str | None = None  #: in the document's own language; None as above
    kind: UpdateKind | None = None
    category_type: CategoryType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailedFile:
    """One file of an update: what the document declares, and where we and others have it."""

    name: str
    size: int  #: bytes
    sha1: bytes
    sha256: bytes | None
    mu_url: str | None  #: where Microsoft offers it
    presence: FilePresence
    patching_type: str | None
    language: str | None  #: of a licence
    is_eula: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionEntry:
    """One of the revisions we have of an id."""

    revision_number: int
    revision_id: int  #: our own number
    title: str  #: in the document's own language
    arrived: datetime
    publication_state: PublicationState
    is_latest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """Who a revision is related to, both ways, and how many more of each are not named here."""

    categories: tuple[Related, ...] = ()
    prerequisites: tuple[tuple[Related, ...], ...] = ()  #: clauses: one of each must be installed
    bundled: tuple[tuple[Related, ...], ...] = ()  #: clauses: one of each is wanted
    bundled_in: tuple[Related, ...] = ()
    supersedes: tuple[Related, ...] = ()
    superseded_by: tuple[Related, ...] = ()
    more_prerequisites: int = 0
    more_bundled: int = 0
    more_bundled_in: int = 0
    more_supersedes: int = 0
    more_superseded_by: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDetails:
    """One revision with everything around it."""

    line: UpdateLine
    document: Revision
    relations: Relations
    files: tuple[DetailedFile, ...]  #: its own and those of everything it bundles
    revisions: tuple[RevisionEntry, ...]  #: newest first
    more_files: int = 0  #: that are not named here
    more_revisions: int = 0

    @property
    def identity(self) -> RevisionIdentity:
        """Who it is."""
        return self.line.identity


def prerequisite_sentences(clauses: Sequence[Sequence[Related]]) -> Iterator[Sentence]:
    """Yield one sentence for each clause, those about categories first.

    >>> windows = Related(update_id="72e7624a-5b00-45d2-b92f-e561c0a6a160", title="Windows 11",
    ...                   kind=UpdateKind.CATEGORY, category_type=CategoryType.PRODUCT)
    >>> list(prerequisite_sentences([[windows]]))
    ['Is for the product Windows 11.']
    """
    about_categories = [clause for clause in clauses if _names_only_categories(clause)]
    for clause in about_categories:
        yield _category_sentence(clause)
    for clause in clauses:
        if clause not in about_categories:
            yield _condition_sentence(clause)


def _names_only_categories(clause: Sequence[Related]) -> bool:
    return all(target.category_type is not None for target in clause)


def _category_sentence(clause: Sequence[Related]) -> Sentence:
    titles = _either([str(target.title) for target in clause])
    match clause[0].category_type:
        case CategoryType.CLASSIFICATION:
            return Sentence("Is classified as {titles}.", titles=titles)
        case CategoryType.COMPANY:
            return Sentence("Is for the company {titles}.", titles=titles)
        case CategoryType.FAMILY:
            return Sentence("Is for the family {titles}.", titles=titles)
        case _:
            return Sentence("Is for the product {titles}.", titles=titles)


def _either(titles: Sequence[str]) -> str:
    """Return the titles with *or* between them."""
    said = titles[0]
    for title in titles[1:]:
        said = Sentence("{one} or {other}", one=said, other=title)
    return said


def _condition_sentence(clause: Sequence[Related]) -> Sentence:
    known = [str(target.title) for target in clause if target.title is not None]
    unknown = len(clause) - len(known)
    if not known:
        return Sentence(
            "Needs something the source has not sent ({ids}): never satisfied.",
            ids=tuple(target.update_id for target in clause),
        )
    titles = "; ".join(known)
    if unknown:
        return Sentence(
            "Needs one of: {titles}; {more} more that the source has not sent.",
            titles=titles,
            more=unknown,
        )
    if len(known) == 1:
        return Sentence("Needs: {title}.", title=titles)
    return Sentence("Needs one of: {titles}.", titles=titles)
