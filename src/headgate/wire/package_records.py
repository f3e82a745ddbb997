"""The records of ``metadata.txt`` in an export package (FACTS §12).

Each is ``<guid>,<revision>,<length>,<document>`` and CR LF, revision and length as eight hex
digits. The length counts UTF-16 units while the file is UTF-8, and documents contain line breaks
themselves; so records are walked by their lengths, byte for byte, and never split at lines.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence
from headgate.wire.values import UpdateIdentity

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_HEAD = re.compile(
    rb"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}),([0-9a-fA-F]{8}),([0-9a-fA-F]{8}),"
)

#: UTF-8 bytes that begin no character; all others begin one, of one UTF-16 unit ...
_CONTINUING = bytes(range(0x80, 0xC0))
#: ... but those that begin one outside the basic plane, of two units. Here: all bytes but those.
_NOT_ASTRAL = bytes(byte for byte in range(256) if not 0xF0 <= byte <= 0xF7)


class PackageError(MalformedMessage):
    """An export package is not whole: cut off, altered, or something else entirely."""

    next_step = Sentence(
        "Compare the file's size with the original and copy it again; if they are equal, export it "
        "again with: wsusutil export FILE.cab FILE.log"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedDocument:
    """One update document, exactly as it stands in the package."""

    identity: UpdateIdentity  #: as the record's head says
    xml: str
    utf8: bytes  #: the same, as stored


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    identity: UpdateIdentity
    start: int
    end: int


class ExportedDocuments:
    """The documents of a package; iterating cuts them out one by one, again each time."""

    def __init__(self, metadata: bytes, places: tuple[_Place, ...]) -> None:
        self._metadata = metadata
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[ExportedDocument]:
        for place in self._places:
            utf8 = self._metadata[place.start : place.end]
            yield ExportedDocument(identity=place.identity, xml=utf8.decode(), utf8=utf8)

    @property
    def identities(self) -> Iterator[UpdateIdentity]:
        """The identities of the documents, in order."""
        return (place.identity for place in self._places)


def read_documents(metadata: bytes) -> ExportedDocuments:
    """Return the documents of ``metadata.txt`` after walking all of it. Raises PackageError."""
    places: list[_Place] = []
    position = len(_BYTE_ORDER_MARK) if metadata.startswith(_BYTE_ORDER_MARK) else 0
    while position < len(metadata):
        place = _record_at(metadata, position, len(places) + 1)
        places.append(place)
        position = _after_line_end(metadata, place, len(places))
    return ExportedDocuments(metadata, tuple(places))


def _record_at(metadata: bytes, position: int, number: int) -> _Place:
    head = _HEAD.match(metadata, position)
    if head is None:
        raise PackageError(
            Sentence(
                "Record {number} of metadata.txt has no head: it, or the length of the one before "
                "it, is wrong.",
                number=number,
            ),
            raw=metadata[position : position + MalformedMessage.KEPT],
        )
    identity = UpdateIdentity(head[1].decode(), int(head[2], 16))
    start = head.end()
    end = _end_of(metadata, start, int(head[3], 16))
    document = metadata[start : max(end, start)]
    if end < 0 or not _is_document(document):
        raise PackageError(
            Sentence(
                "Record {number} of metadata.txt ({update_id} revision {revision_number}) is cut "
                "off or has a wrong length.",
                number=number,
                update_id=identity.update_id,
                revision_number=str(identity.revision_number),
            ),
            raw=metadata[position : position + MalformedMessage.KEPT],
        )
    return _Place(identity=identity, start=start, end=end)


def _is_document(document: bytes) -> bool:
    try:
        document.decode()
    except UnicodeDecodeError:
        return False
    return document[:1] == b"<" and document[-1:] == b">"


def _end_of(metadata: bytes, start: int, units: int) -> int:
    """Return where ``units`` UTF-16 units of UTF-8 text end, -1 when that is no place to end.

    A unit takes at least one byte, so each step takes as many bytes as units are missing and
    counts what they held; text is nearly all ASCII, and one step is the rule.
    """
    end, missing = start, units
    while missing > 0:
        piece = metadata[end : end + missing]
        if len(piece) < missing:
            return -1
        missing -= len(piece) if piece.isascii() else _units_begun(piece)
        end += len(piece)
    while end < len(metadata) and metadata[end] in _CONTINUING:
        end += 1
    return end if missing == 0 else -1


def _units_begun(piece: bytes) -> int:
    begun = len(piece.translate(None, _CONTINUING))
    return begun + len(piece.translate(None, _NOT_ASTRAL))


def _after_line_end(metadata: bytes, place: _Place, number: int) -> int:
    for line_end in (b"\r\n", b"\n"):
        if metadata.startswith(line_end, place.end):
            return place.end + len(line_end)
    if place.end == len(metadata):
        return place.end
    raise PackageError(
        Sentence(
            "Record {number} of metadata.txt ({update_id} revision {revision_number}) has a wrong "
            "length.",
            number=number,
            update_id=place.identity.update_id,
            revision_number=str(place.identity.revision_number),
        ),
        raw=metadata[place.end : place.end + MalformedMessage.KEPT],
    )
