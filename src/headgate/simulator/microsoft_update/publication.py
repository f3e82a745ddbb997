"""What a publisher has on offer: publications, in months, in a world.

A publication knows what a list call must know at once (identity, categories, when it appeared) and
can write its document when it is asked for, so a world of 150,000 revisions stays small in memory.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headgate.catalogue.identity import RevisionIdentity
from headgate.simulator.microsoft_update.content import OfferedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language the source publishes in: the LCID and names of ``LanguageUpdateList``."""

    lcid: int
    short: str  #: en, pt-br, zh-tw
    long: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One revision on offer."""

    identity: RevisionIdentity
    title: str
    in_configuration: bool  #: a category, classification or detectoid: listed by GetConfig=true
    categories: frozenset[str]  #: products its prerequisites name
    classifications: frozenset[str]
    write: Callable[[], str]  #: makes the document; the same text every time
    files: Callable[[], tuple[OfferedFile, ...]] = tuple  #: none unless told otherwise
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What appears together: the first month is there from the start, others are revealed."""

    publications: Sequence[Publication]
    languages: tuple[Language, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything one source publishes, month by month."""

    name: str
    months: tuple[Month, ...]
    prepare: bool = False  #: write and pack all documents before the server is ready
