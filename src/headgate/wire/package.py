"""Export packages: what ``wsusutil export FILE.cab`` writes (FACTS §12; two real ones captured).

A cabinet of two files: ``package.xml`` lists languages, update files and updates, ``metadata.txt``
holds the documents. Decides whether a package is whole: every record is walked and both files are
compared before a single document is handed out. What the documents say is not looked at.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence, said_by
from headgate.wire import cab, lexical, package_records, xmltree
from headgate.wire.package_records import ExportedDocuments, PackageError
from headgate.wire.values import UpdateIdentity
from headgate.wire.xmltree import Element

__all__ = ["ExportPackage", "PackageError", "read_package"]

#: What one folder of a cabinet can hold at all: 65,535 blocks of 32 KiB.
MAX_EXPANDED = 0xFFFF * 32768

_GZIP = b"\x1f\x8b"
_FORMAT = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedLanguage:
    """A language of the exporting server; id 0 is ``all``."""

    language_id: int
    short_name: str
    long_name: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """An update file that documents of the package name; its content is not in the package."""

    digest: bytes  #: SHA-1
    mu_url: str  #: empty for a locally published file
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedUpdate:
    """One revision of the package; the lists are empty for categories and detectoids."""

    identity: UpdateIdentity
    file_digests: tuple[bytes, ...]
    categories: tuple[str, ...]
    classifications: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPackage:
    """A package that was found whole."""

    server_id: str
    creation_time: datetime
    protocol_version: str
    languages: tuple[ExportedLanguage, ...]
    files: tuple[ExportedFile, ...]
    updates: tuple[ExportedUpdate, ...]
    documents: ExportedDocuments  #: in the order of ``metadata.txt``, prerequisites first


def read_package(data: bytes) -> ExportPackage:
    """Return the package in ``data``. Raises PackageError when anything about it is not whole."""
    if data[:2] == _GZIP:
        raise PackageError(
            Sentence(
                "This is a compressed export (.xml.gz) of a newer wsusutil; its layout is unknown."
            ),
            next_step=Sentence(
                "Synchronize from that server as its downstream server, or export a .cab."
            ),
        )
    try:
        members = cab.read_members(data, max_size=MAX_EXPANDED)
    except cab.CabError as error:
        raise PackageError(
            Sentence("The package cannot be opened. {reason}", reason=said_by(error))
        ) from error
    documents = package_records.read_documents(_member(members, "metadata.txt"))
    try:
        package = _read_description(_member(members, "package.xml"), documents)
    except MalformedMessage as error:
        raise PackageError(
            Sentence("The package's package.xml cannot be read. {reason}", reason=said_by(error))
        ) from error
    _compare(package)
    return package


def _member(members: dict[str, bytes], name: str) -> bytes:
    try:
        return members[name]
    except KeyError:
        found = tuple(sorted(members)[:5]) or Sentence("nothing")
        raise PackageError(
            Sentence(
                "The cabinet is no export package: it has no {name}, but {found}.",
                name=name,
                found=found,
            ),
            next_step=Sentence("Write a package with: wsusutil export FILE.cab FILE.log"),
        ) from None


def _read_description(data: bytes, documents: ExportedDocuments) -> ExportPackage:
    root = xmltree.parse(data, what=Sentence("package description"), huge=True)
    if xmltree.local_name(root) != "ExportPackage":
        raise MalformedMessage(
            Sentence(
                "Expected ExportPackage and found {element}.", element=xmltree.local_name(root)
            )
        )
    version = xmltree.attribute(root, "FormatVersion", str)
    if version != _FORMAT:
        raise MalformedMessage(
            Sentence(
                "Its format version is {version}; {known} is known.",
                version=version,
                known=_FORMAT,
            )
        )
    return ExportPackage(
        server_id=xmltree.attribute(root, "ServerID", lexical.read_guid),
        creation_time=xmltree.attribute(root, "CreationTime", lexical.read_datetime),
        protocol_version=xmltree.attribute(root, "ProtocolVersion", str),
        languages=tuple(map(_read_language, xmltree.items(root, "Languages", "Language"))),
        files=tuple(map(_read_file, xmltree.items(root, "Files", "File"))),
        updates=tuple(map(_read_update, xmltree.items(root, "Updates", "Update"))),
        documents=documents,
    )


def _read_language(element: Element) -> ExportedLanguage:
    return ExportedLanguage(
        language_id=xmltree.attribute(element, "Id", lexical.read_integer),
        short_name=element.get("ShortName", ""),
        long_name=element.get("LongName", ""),
        enabled=xmltree.attribute(element, "Enabled", lexical.read_boolean),
    )


def _read_file(element: Element) -> ExportedFile:
    return ExportedFile(
        digest=xmltree.attribute(element, "Digest", lexical.read_base64),
        mu_url=element.get("MUUrl", ""),
        name=element.get("Name", ""),
    )


def _read_update(element: Element) -> ExportedUpdate:
    files = xmltree.items(element, "Files", "File")
    categories = xmltree.items(element, "Categories", "Category")
    classifications = xmltree.items(element, "Classifications", "Classification")
    return ExportedUpdate(
        identity=UpdateIdentity(
            xmltree.attribute(element, "UpdateId", lexical.read_guid),
            xmltree.attribute(element, "RevisionNumber", lexical.read_integer),
        ),
        file_digests=tuple(xmltree.attribute(one, "Digest", lexical.read_base64) for one in files),
        categories=tuple(xmltree.attribute(one, "Value", lexical.read_guid) for one in categories),
        classifications=tuple(
            xmltree.attribute(one, "Value", lexical.read_guid) for one in classifications
        ),
    )


def _compare(package: ExportPackage) -> None:
    """Raise PackageError unless both files name the same revisions equally often."""
    listed = Counter(_key(update.identity) for update in package.updates)
    present = Counter(map(_key, package.documents.identities))
    if missing := listed - present:
        update_id, revision = min(missing)
        raise PackageError(
            Sentence(
                "The package is not whole: package.xml lists {update_id} revision {revision}, but "
                "metadata.txt has no document for it.",
                update_id=update_id,
                revision=str(revision),
            )
        )
    if unlisted := present - listed:
        update_id, revision = min(unlisted)
        raise PackageError(
            Sentence(
                "The package is not whole: package.xml does not list {update_id} revision "
                "{revision}, which metadata.txt holds.",
                update_id=update_id,
                revision=str(revision),
            )
        )


def _key(identity: UpdateIdentity) -> tuple[str, int]:
    return identity.update_id.lower(), identity.revision_number
