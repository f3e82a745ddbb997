"""The files an update consists of, as its document declares them."""

from dataclasses import dataclass


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
