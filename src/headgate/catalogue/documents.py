"""A document as the source sent it, before anybody has read it."""

from dataclasses import dataclass
from enum import StrEnum

from headgate.catalogue.identity import RevisionIdentity


class DocumentEncoding(StrEnum):
    """How the bytes of a document are written; bytes are kept as they came, with this."""

    CABINET = "cabinet"  #: a complete cabinet, member ``blob``, UTF-16LE without BOM
    UTF8 = "utf8"  #: the text of ``XmlUpdateBlob`` or of a package's record
    UTF16 = "utf16"  #: UTF-16LE text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedDocument:
    """One revision's document and the name it was sent under."""

    identity: RevisionIdentity
    encoding: DocumentEncoding
    data: bytes
