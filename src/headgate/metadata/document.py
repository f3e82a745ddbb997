"""One update document in, everything Headgate will ever ask of it out.

A document is read once, when it arrives: its facts become a
:class:`~headgate.catalogue.revisions.Revision`, what clients are sent is cut from it, escaped and
packed. Trusts nothing in it: whatever is wrong is a DocumentError, never anything else, so one
damaged document cannot stop the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.fragments import Fragments
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import Revision
from headgate.metadata import fragments, tree
from headgate.metadata.large import read_large
from headgate.metadata.packing import Packer
from headgate.metadata.refusals import WrongIdentity
from headgate.metadata.source import utf8_pieces
from headgate.sentences import Sentence

LARGE = 2 * 1024 * 1024  #: bytes of text; a larger document never becomes a tree (FACTS §8.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one document says and what will be sent of it."""

    revision: Revision
    fragments: Fragments
    xml_size: int  #: bytes of the text in UTF-8


def read_document(
    document: bytes,
    encoding: DocumentEncoding,
    expected: RevisionIdentity | None,
    packer: Packer,
) -> Document:
    """Read a document as its update source sent it.

    ``expected`` is the identity it was asked for by; None takes any. Raises DocumentError
    (:mod:`headgate.metadata.refusals` has the kinds), and nothing else, for whatever is wrong.
    """
    pieces = utf8_pieces(document, encoding)
    text = _first_of(pieces)
    if len(text) <= LARGE:
        revision, texts = tree.read_text(text)
        read = Document(
            revision=revision,
            fragments=fragments.pack(texts, revision, packer),
            xml_size=len(text),
        )
    else:
        again = partial(utf8_pieces, document, encoding)
        revision, cut, size = read_large(chain([text], pieces), again, packer)
        read = Document(revision=revision, fragments=cut, xml_size=size)
    _refuse_other(read.revision.identity, expected)
    return read


def read_facts(document: bytes, encoding: DocumentEncoding, expected: RevisionIdentity) -> Revision:
    """Read what a stored document says, and leave out what clients are sent of it.

    Raises DocumentError for whatever is wrong.
    """
    text = _first_of(utf8_pieces(document, encoding))
    if len(text) > LARGE:
        return read_document(document, encoding, expected, Packer()).revision
    revision = tree.read_facts(text)
    _refuse_other(revision.identity, expected)
    return revision


def document_text(document: bytes, encoding: DocumentEncoding) -> bytes:
    """Return a document's text as UTF-8, without a byte order mark, whole.

    Two documents say the same when their texts are equal, whatever they came in. Raises
    WrongCabinet and NotUnicode.
    """
    return b"".join(utf8_pieces(document, encoding))


def _first_of(pieces: Iterator[bytes]) -> bytes:
    """Return the whole text, or its beginning as soon as that is more than LARGE."""
    text = b""
    for piece in pieces:
        text = text + piece if text else piece
        if len(text) > LARGE:
            break
    return text


def _refuse_other(found: RevisionIdentity, expected: RevisionIdentity | None) -> None:
    if expected is not None and found != expected:
        raise WrongIdentity(
            Sentence(
                "The document is one of {found}, while {expected} was asked for.",
                found=found,
                expected=expected,
            )
        )
