"""Documents of the shapes real catalogues have, written by the simulator's generator."""

from collections.abc import Iterator
from dataclasses import dataclass

from headgate.catalogue.documents import DocumentEncoding, ReceivedDocument
from headgate.simulator.microsoft_update.publication import Publication
from headgate.simulator.microsoft_update.worlds import open_world
from headgate.wire import cab

#: A document of more UTF-16 than this travels as a cabinet ([MS-WSUSSS] note 36).
_COMPRESSED_ABOVE = 5_120

PACKAGE_DOCUMENTS = 4_125  #: categories and detectoids of the export this stands for


@dataclass(frozen=True, slots=True)
class Sample:
    """A document as text, and as a source sends it."""

    text: bytes
    received: ReceivedDocument


def configuration(count: int = PACKAGE_DOCUMENTS) -> Iterator[tuple[Publication, bytes]]:
    """Yield categories and detectoids, as export packages hold them, and their text."""
    world = open_world("ordinary")
    chosen = [one for one in world.months[0].publications if one.in_configuration]
    for publication in chosen[:count]:
        yield publication, publication.write().encode()


def package_samples() -> list[Sample]:
    """Return documents of an export package: UTF-8 text, about 5 KB each."""
    return [
        Sample(
            text,
            ReceivedDocument(
                identity=publication.identity, encoding=DocumentEncoding.UTF8, data=text
            ),
        )
        for publication, text in configuration()
    ]


def software_samples(count: int) -> list[Sample]:
    """Return bundles, members and drivers as a source sends them: about 10 KB, cabinets mostly."""
    world = open_world(f"large:{count + 4_275}")
    chosen = [one for one in world.months[0].publications if not one.in_configuration]
    return [_as_sent(publication) for publication in chosen[:count]]


def _as_sent(publication: Publication) -> Sample:
    text = publication.write()
    utf8, utf16 = text.encode(), text.encode("utf-16-le")
    data, encoding = utf8, DocumentEncoding.UTF8
    if len(utf16) > _COMPRESSED_ABOVE:
        data, encoding = cab.write_cabinet([(cab.BLOB, utf16)]), DocumentEncoding.CABINET
    received = ReceivedDocument(identity=publication.identity, encoding=encoding, data=data)
    return Sample(utf8, received)
