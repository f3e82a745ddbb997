"""A document's text as UTF-8, whatever it came in.

Upstream servers send small documents as text and larger ones as a cabinet with one member ``blob``
that is UTF-16LE without a byte order mark (FACTS §10.5); export packages hold UTF-8. Text is given
out in pieces, so that a giant document never exists twice.
"""

import codecs
from collections.abc import Iterable, Iterator

from headgate.catalogue.documents import DocumentEncoding
from headgate.metadata.refusals import NotUnicode, WrongCabinet
from headgate.sentences import Sentence, said_by
from headgate.wire.cab import BLOB, CabError, open_member

PIECE = 512 * 1024  #: bytes of source text handled at once
_BYTE_ORDER_MARK = "\ufeff".encode()


def utf8_pieces(document: bytes, encoding: DocumentEncoding) -> Iterator[bytes]:
    """Yield the text piece by piece, without a byte order mark.

    Raises WrongCabinet and NotUnicode, at the piece that shows it.
    """
    if encoding is DocumentEncoding.UTF8:
        return _from_utf8(document)
    if encoding is DocumentEncoding.UTF16:
        return _from_utf16([document])
    return _from_utf16(_blob(document))


def _from_utf8(document: bytes) -> Iterator[bytes]:
    text = memoryview(document)
    if document.startswith(_BYTE_ORDER_MARK):
        text = text[len(_BYTE_ORDER_MARK) :]
    for start in range(0, len(text), PIECE):
        yield bytes(text[start : start + PIECE])


def _blob(cabinet: bytes) -> Iterator[bytes]:
    try:
        yield from open_member(cabinet, BLOB)
    except CabError as error:
        raise WrongCabinet(
            Sentence("The document's cabinet cannot be read. {reason}", reason=said_by(error))
        ) from error


def _from_utf16(chunks: Iterable[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16-le")()
    first = True
    try:
        for chunk in chunks:
            view = memoryview(chunk)
            for start in range(0, len(view), 2 * PIECE):
                text = decoder.decode(bytes(view[start : start + 2 * PIECE]))
                yield (text.removeprefix("\ufeff") if first else text).encode()
                first = False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise NotUnicode(
            Sentence("The document is not UTF-16: {reason}.", reason=error.reason)
        ) from error
