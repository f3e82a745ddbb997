"""The files an update consists of, as its document declares them."""

from dataclasses import dataclass
from enum import StrEnum


class FilePresence(StrEnum):
    """Whether we have an update file ourselves."""

    WANTED = "wanted"  #: not here
    PRESENT = "present"  #: here, and it was what it should be
    DAMAGED = "damaged"  #: was here, and is not what it should be


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFile:
    """One ``Files/File`` of a document: [MS-WSUSSS] 3.1.1.1.

    ``sha1`` names the file everywhere (content store, ``MUUrl``, MS-WUSP); ``sha256`` is demanded
    by clients since Windows 8 and is None in old documents.
    """

    sha1: bytes  #: 20 bytes
    sha256: bytes | None  #: 32 bytes
    name: str
    size: int  #: bytes
    modified: str | None = None  #: as written in the document
    patching_type: str | None = None  #: SelfContained, Express, ... None when absent
    languages: tuple[str, ...] = ()  #: empty: wanted whatever the language choice
    is_eula: bool = False  #: an ``EulaFile`` of LocalizedPropertiesCollection


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChoice:
    """Which files are due: what a synchronization fetches."""

    everything: bool  #: False: licences, and as approvals decide about the rest
    approved: bool = False  #: with that, the files of updates approved for installation
    languages: frozenset[str] | None = None  #: lower case; None: every language
    express: bool = False  #: express installation files too


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFile:
    """A file that is to be fetched."""

    sha1: bytes
    sha256: bytes | None
    size: int  #: bytes
    name: str  #: as one of its documents calls it
    mu_url: str | None  #: where Microsoft offers it


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTotal:
    """How many files, and how much."""

    count: int
    size: int  #: bytes
