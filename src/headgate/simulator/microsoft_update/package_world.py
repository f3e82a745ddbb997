"""A world made of real export packages: their documents, as they stand in ``metadata.txt``."""

import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from headgate.catalogue.files import UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.simulator.microsoft_update.content import OfferedFile
from headgate.simulator.microsoft_update.publication import Language, Month, Publication, World
from headgate.wire.package import ExportedFile, ExportedUpdate, ExportPackage, read_package
from headgate.wire.package_records import ExportedDocument, PackageError
from headgate.wire.values import UpdateIdentity

_UPDATE_TYPE = re.compile(r"""\bUpdateType\s*=\s*["'](\w+)["']""")
_TITLE = re.compile(r"<(?:\w+:)?Title>([^<]*)<")


def package_world(paths: Sequence[Path]) -> World:
    """Return a world of everything in the packages; what two of them hold counts once.

    Raises PackageError, naming the file, when one cannot be read.
    """
    publications: dict[RevisionIdentity, Publication] = {}
    languages: dict[int, Language] = {}
    for path in paths:
        package = _read(path)
        for publication in _publications(package):
            publications.setdefault(publication.identity, publication)
        for one in package.languages:
            language = Language(lcid=one.language_id, short=one.short_name, long=one.long_name)
            languages.setdefault(language.lcid, language)
    month = Month(publications=tuple(publications.values()), languages=tuple(languages.values()))
    return World(name=", ".join(path.name for path in paths), months=(month,))


def _read(path: Path) -> ExportPackage:
    try:
        return read_package(path.read_bytes())
    except OSError as error:
        raise PackageError(
            f"The package {path} cannot be opened: {error.strerror}.",
            next_step="Name a .cab file that wsusutil export has written.",
        ) from error


def _publications(package: ExportPackage) -> Iterator[Publication]:
    described = {_identity(update.identity): update for update in package.updates}
    files = {file.digest: file for file in package.files}
    for document in package.documents:
        identity = _identity(document.identity)
        yield _publication(identity, document, described.get(identity), files)


def _identity(identity: UpdateIdentity) -> RevisionIdentity:
    return RevisionIdentity(identity.update_id.lower(), identity.revision_number)


def _publication(
    identity: RevisionIdentity,
    document: ExportedDocument,
    update: ExportedUpdate | None,
    files: dict[bytes, ExportedFile],
) -> Publication:
    kind = _UPDATE_TYPE.search(document.xml)
    title = _TITLE.search(document.xml)
    offers = (
        tuple(_offer(files[one]) for one in update.file_digests if one in files) if update else ()
    )
    return Publication(
        identity=identity,
        title=title[1] if title else str(identity),
        in_configuration=kind is not None and kind[1] in {"Category", "Detectoid"},
        categories=frozenset(one.lower() for one in update.categories) if update else frozenset(),
        classifications=(
            frozenset(one.lower() for one in update.classifications) if update else frozenset()
        ),
        write=functools.partial(document.utf8.decode),
        files=lambda: offers,
        expired='PublicationState="Expired"' in document.xml[:4000],
    )


def _offer(file: ExportedFile) -> OfferedFile:
    """The package knows neither size nor SHA-256 of a file, and has none of its bytes."""
    return OfferedFile(
        file=UpdateFile(sha1=file.digest, sha256=None, name=file.name, size=0), path=file.mu_url
    )
