"""Documents too large for a tree: the rules flow from the source into the packed Core.

1. expat reads every piece first, so all text handled here is well-formed; its handlers run only
   until they have found where ``ApplicabilityRules`` begins (:class:`_Scan`).
2. What stands before it is a small document of its own: it gives the beginning of Core.
3. The rules are rewritten (:mod:`headgate.metadata.tokens`) and packed as they come.
4. What stands before and after, without the rules, is a small document again: it gives the facts
   and all other fragments, as for any document.

Drivers keep facts inside their rules, and a few forms nobody has seen (a prefix with two meanings,
``Relationships`` behind the rules) need scopes: those go through a pull parser that empties driver
metadata as it passes, and memory then grows with the rest of the document.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from typing import NamedTuple
from xml.parsers import expat

from lxml import etree

from headgate.catalogue.fragments import Fragments
from headgate.catalogue.revisions import DriverMetadata, Revision, UpdateKind
from headgate.metadata import fragments, parsing, tree
from headgate.metadata.core_pieces import CoreStream
from headgate.metadata.drivers import empty_metadata, read_driver
from headgate.metadata.names import DRIVER_METADATA, UPDATE
from headgate.metadata.packing import Packer
from headgate.metadata.refusals import DoctypeRefused, IncompleteDocument, NotWellFormed
from headgate.metadata.rewriting import escape
from headgate.metadata.tokens import NeedsTree, SectionRewriter, at_tag_starts
from headgate.sentences import Sentence, said_by

_SEPARATOR = "\n"  # between namespace and name, as expat is told to report them
_RULES = f"{UPDATE}{_SEPARATOR}ApplicabilityRules"
_TAG_NAME = re.compile(rb"<([^\s/>]+)")

Pieces = Iterator[bytes]


class LargeDocument(NamedTuple):
    """What a large document gives."""

    revision: Revision
    fragments: Fragments
    xml_size: int  #: bytes of UTF-8


def read_large(pieces: Pieces, again: Callable[[], Pieces], packer: Packer) -> LargeDocument:
    """Read a document from the pieces of its UTF-8 text; ``again`` yields them once more.

    Raises what reading a small one raises.
    """
    try:
        return _read_flowing(pieces, packer)
    except NeedsTree:
        return _read_as_tree(again(), packer)


class _Scan:
    """Feeds a document to expat and tells where its rules begin. Refuses a DTD."""

    def __init__(self) -> None:
        self.namespaces: dict[str, str] = {}  #: URI by prefix, "" the default
        self.root_at = 0  #: bytes from the beginning of the document
        self.rules_at: int | None = None
        self.size = 0  #: bytes read
        self._depth = 0
        self._parser = expat.ParserCreate("utf-8", _SEPARATOR)
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartNamespaceDeclHandler = self._declaration
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def checked(self, pieces: Pieces) -> Pieces:
        """Yield each piece once expat has read it. Raises NotWellFormed, DoctypeRefused."""
        for piece in pieces:
            self._feed(piece, final=False)
            self.size += len(piece)
            yield piece
        self._feed(b"", final=True)

    def _feed(self, piece: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(piece, final)
        except expat.ExpatError as error:
            raise NotWellFormed(
                Sentence("The document is not well-formed XML: {reason}.", reason=said_by(error))
            ) from error

    def _start(self, name: str, _attributes: object) -> None:
        if self._depth == 0:
            self.root_at = self._parser.CurrentByteIndex
        elif self._depth == 1 and name == _RULES:
            self.rules_at = self._parser.CurrentByteIndex
            self._parser.StartNamespaceDeclHandler = None
            self._parser.StartElementHandler = None
            self._parser.EndElementHandler = None
        self._depth += 1

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _declaration(self, prefix: str | None, uri: str | None) -> None:
        if self.namespaces.setdefault(prefix or "", uri or "") != (uri or ""):
            raise NeedsTree

    def _doctype(self, *_declared: object) -> None:
        raise DoctypeRefused(Sentence("The document contains a DOCTYPE, which is refused."))


def _read_flowing(pieces: Pieces, packer: Packer) -> LargeDocument:
    scan = _Scan()
    checked = scan.checked(pieces)
    before, rules = _split_at_rules(scan, checked)
    core = CoreStream(packer)
    beginning = _core_beginning(before, scan.root_at)
    core.write(escape(beginning))
    after = _rewrite_rules(at_tag_starts(chain([rules], checked)), scan.namespaces, core)
    revision, texts = tree.read_text(before + after)
    if texts.core != beginning:  # Relationships, or another section of Core, behind the rules
        raise NeedsTree
    cut = fragments.pack(texts, revision, packer)
    packed, cut_pieces = core.finish()
    return LargeDocument(revision, replace(cut, core=packed, core_pieces=cut_pieces), scan.size)


def _split_at_rules(scan: _Scan, checked: Pieces) -> tuple[bytes, bytes]:
    """Return the text before the rules, and the beginning of the rules."""
    text = b""
    for piece in checked:
        text += piece
        if scan.rules_at is not None:
            return text[: scan.rules_at], text[scan.rules_at :]
    raise NeedsTree


def _core_beginning(before: bytes, root_at: int) -> bytes:
    """Return Core up to the rules, from a document that stops where they begin."""
    root = _TAG_NAME.match(before, root_at)
    if root is None:
        raise NeedsTree
    revision, texts = tree.read_text(before + b"</" + root[1] + b">")
    if revision.kind is UpdateKind.DRIVER:
        raise NeedsTree
    return texts.core


def _rewrite_rules(pieces: Pieces, namespaces: dict[str, str], core: CoreStream) -> bytes:
    """Pack the rewritten rules; return the text behind them."""
    first = next(pieces)
    name = _TAG_NAME.match(first)
    if name is None:
        raise NeedsTree
    rewriter = SectionRewriter(name[1], namespaces)
    for piece in chain([first], pieces):
        rewritten, after = rewriter.rewrite(piece)
        core.write(escape(rewritten))
        if after is not None:
            return after + b"".join(pieces)
    raise NeedsTree


def _read_as_tree(pieces: Pieces, packer: Packer) -> LargeDocument:
    parser = etree.XMLPullParser(events=("end",), tag=DRIVER_METADATA, **parsing.OPTIONS)
    drivers: list[DriverMetadata] = []
    size = 0
    try:
        for piece in pieces:
            size += len(piece)
            parser.feed(piece)
            for _, element in parser.read_events():
                if isinstance(element, etree._Element):  # always: only such events were asked for
                    drivers.append(read_driver(element))
                    empty_metadata(element)
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise NotWellFormed(
            Sentence("The document is not well-formed XML: {reason}.", reason=said_by(error))
        ) from error
    except ValueError as error:
        raise IncompleteDocument(
            Sentence("The document cannot be used: {reason}.", reason=said_by(error))
        ) from error
    parsing.refuse_doctype(root)
    parsing.drop_empty_texts(root)
    revision, texts = tree.read_tree(root)
    if revision.kind is UpdateKind.DRIVER:
        revision = replace(revision, drivers=tuple(drivers))
    return LargeDocument(revision, fragments.pack(texts, revision, packer), size)
