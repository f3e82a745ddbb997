"""An export package (``wsusutil export``) as the catalogue's words: what sync imports.

``wire.package`` checks the package as a whole and knows its layout; this adaptor only translates.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from headgate.catalogue.documents import DocumentEncoding, ReceivedDocument
from headgate.catalogue.identity import RevisionIdentity
from headgate.wire.package import read_package
from headgate.wire.package_records import ExportedDocuments


@dataclass(frozen=True, slots=True)
class Package:
    """A package that was found whole."""

    mu_urls: Mapping[bytes, str]  #: SHA-1 to address; files without an address are left out
    _documents: ExportedDocuments

    @property
    def count(self) -> int:
        """How many documents there are."""
        return len(self._documents)

    def documents(self) -> Iterator[ReceivedDocument]:
        """Yield the documents as UTF-8 in the package's order: prerequisites come first."""
        for exported in self._documents:
            identity = exported.identity
            yield ReceivedDocument(
                identity=RevisionIdentity(identity.update_id.lower(), identity.revision_number),
                encoding=DocumentEncoding.UTF8,
                data=exported.utf8,
            )


def open_package(path: Path) -> Package:
    """Return the package in a file. Raises PackageError (a MalformedMessage) and OSError."""
    package = read_package(path.read_bytes())
    mu_urls = {file.digest: file.mu_url for file in package.files if file.mu_url}
    return Package(mu_urls, package.documents)
