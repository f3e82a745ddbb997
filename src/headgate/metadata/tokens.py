"""The text of one large section rewritten for clients without ever being a tree.

A 47 MB section is 250,000 elements; as a tree it takes 460 MB. Nearly all of it is a servicing
manifest that Core repeats unchanged (FACTS §8.5), so one regular expression copies runs of tags in
normal form that need nothing, and only what remains (prefixed names, declarations, comments, odd
spacing, references) is handled token by token. The text must be known to be well-formed: an XML
parser reads it first. Result and limits are those of :mod:`headgate.metadata.rewriting`; a
document that one would not take is :class:`NeedsTree` here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from headgate.metadata.names import FRAGMENT_PREFIXES, VOCABULARIES
from headgate.metadata.refusals import NotWellFormed
from headgate.metadata.rewriting import escape
from headgate.metadata.writer import attribute_text
from headgate.sentences import Sentence

LARGEST_TOKEN = 10_000_000  #: bytes, libxml2's own limit for one text

_NAME = rb"[A-Za-z_\x80-\xff][-\w.\x80-\xff]*"
_UNTOUCHED = re.compile(
    # start tags, but those whose content may turn out to be nothing; empty elements
    rb"(?:<%(name)b(?: (?!xmlns=)%(name)b=\"[^\"<>&\r\n\t]*\")*+(?: />|>(?!\s*(?:<[/!?]|&)))"
    rb"|</%(name)b>"
    rb"|[^<>&\s][^<>&\r]*+(?=<[^!?]))*+" % {b"name": _NAME}
)
# atomic, so that no search for what follows makes a comment longer than it is
_SPECIAL = rb"(?><!--.*?-->|<\?.*?\?>)"
_CDATA = rb"(?><!\[CDATA\[.*?\]\]>)"
_TAG = re.compile(
    rb"<(/?)(?:([^\s<>/=\"':]+):)?([^\s<>/=\"':]+)"
    rb"((?:\s+[^\s=<>\"']+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)>",
)
_NOTHING_THEN_END = re.compile(
    rb"(?:\s+|%b|<!\[CDATA\[\s*\]\]>|&#(?:0*(?:9|10|13|32)|x0*(?:9|[aA]|[dD]|20));)*+</[^<>]*>"
    % _SPECIAL,
    re.DOTALL,
)
_TEXT = re.compile(rb"(?:[^<]+|%b|%b)+" % (_SPECIAL, _CDATA), re.DOTALL)
_PART_OF_TEXT = re.compile(rb"(%b)|<!\[CDATA\[(.*?)\]\]>|([^<]+)" % _SPECIAL, re.DOTALL)
_ATTRIBUTE = re.compile(r"([^\s=<>\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(lt|gt|amp|quot|apos));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_WHOLE_SPECIAL = re.compile(rb"%b|%b" % (_SPECIAL, _CDATA), re.DOTALL)


class NeedsTree(Exception):
    """Only a tree can tell, for example which of its two namespaces a prefix means where."""


def at_tag_starts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same text cut anew, each cut before a start tag and outside comments.

    Then no token lies on a cut. Raises NotWellFormed when something is over LARGEST_TOKEN.
    """
    rest = b""
    for piece in pieces:
        rest += piece
        cut = _last_cut(rest)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > LARGEST_TOKEN:
            raise NotWellFormed(
                Sentence("The document has a piece of text or a comment over 10 MB.")
            )
    yield rest


def _last_cut(text: bytes) -> int:
    """Return where the last start tag begins that is no part of a comment or the like, or 0."""
    if b"!" in text or b"?" in text:  # a single rare byte is found much faster than two
        text = _WHOLE_SPECIAL.sub(lambda special: b" " * len(special[0]), text)
        unfinished = [at for at in (text.find(b"<!"), text.find(b"<?")) if at >= 0]
        text = text[: min(unfinished, default=len(text))]
    cut = text.rfind(b"<")
    while cut > 0 and text[cut + 1 : cut + 2] in (b"/", b""):
        cut = text.rfind(b"<", 0, cut)
    return max(cut, 0)


class SectionRewriter:
    """Rewrites one section, from its start tag to its end tag, given piece by piece."""

    def __init__(self, section: bytes, namespaces: Mapping[str, str]) -> None:
        """``section`` is its name as written, ``namespaces`` the URI by prefix ("" the default)."""
        self._section = section
        self._namespaces = dict(namespaces)
        self._open = 0
        if b":" not in section or self._default_renames():
            raise NeedsTree

    def rewrite(self, piece: bytes) -> tuple[bytes, bytes | None]:
        """Return what ``piece`` becomes, and what follows the section (None: it goes on).

        ``piece`` comes from :func:`at_tag_starts`. Raises NeedsTree and NotWellFormed.
        """
        out: list[bytes] = []
        at = 0
        while at < len(piece):
            untouched = _UNTOUCHED.match(piece, at)
            assert untouched is not None
            out.append(untouched[0])
            at = untouched.end()
            if at < len(piece):
                at = self._text(piece, at, out) or self._tag(piece, at, out)
                if not self._open:
                    return b"".join(out), piece[at:]
        return b"".join(out), None

    def _text(self, piece: bytes, at: int, out: list[bytes]) -> int:
        """Rewrite the text at ``at``, with the comments inside; return its end, 0 for a tag."""
        found = _TEXT.match(piece, at)
        if found is None:
            return 0
        text = "".join(map(_content, _PART_OF_TEXT.finditer(found[0])))
        if text.strip(" \t\r\n"):
            out.append(escape(text.encode()).replace(b"\r", b"&#13;"))
        return found.end()

    def _tag(self, piece: bytes, at: int, out: list[bytes]) -> int:
        found = _TAG.match(piece, at)
        if found is None:
            raise NotWellFormed(Sentence("The document has a tag that cannot be read."))
        closing, prefix, local, attributes, empty = found.groups()
        rewritten = self._attributes(attributes.decode()) if attributes else ""
        name = self._fragment_name(prefix or b"", local)
        end = found.end()
        if not (closing or empty):
            nothing = _NOTHING_THEN_END.match(piece, end)
            empty, end = (b"/", nothing.end()) if nothing else (b"", end)
        if not empty and prefix and prefix + b":" + local == self._section:
            self._open += -1 if closing else 1
        out.append(f"<{closing.decode()}{name}{rewritten}{' /' if empty else ''}>".encode())
        return end

    def _fragment_name(self, prefix: bytes, local: bytes) -> str:
        uri = self._namespaces.get(prefix.decode(), "")
        return (FRAGMENT_PREFIXES.get(uri, "") if prefix else "") + local.decode()

    def _attributes(self, written: str) -> str:
        """Return the attributes without prefixes; a foreign default declaration comes first."""
        kept: list[str] = []
        for found in _ATTRIBUTE.finditer(written):
            name, value = found[1], _attribute_value(found[2] if found[2] is not None else found[3])
            prefix, _, local = name.rpartition(":")
            if name == "xmlns" or prefix == "xmlns":
                kept[:0] = self._declare(local if prefix else "", value)
            else:
                kept.append(f' {name if prefix == "xml" else local}="{attribute_text(value)}"')
        return "".join(kept)

    def _declare(self, prefix: str, uri: str) -> list[str]:
        if prefix:
            if self._namespaces.setdefault(prefix, uri) != uri:
                raise NeedsTree
            return []
        if uri.startswith(VOCABULARIES):
            if uri in FRAGMENT_PREFIXES:
                raise NeedsTree
            return []
        return [f' xmlns="{attribute_text(uri)}"']

    def _default_renames(self) -> bool:
        return self._namespaces.get("", "") in FRAGMENT_PREFIXES


def _content(part: re.Match[bytes]) -> str:
    """Return what one part of a text says: nothing for comments, CDATA as it is."""
    special, cdata, plain = part.groups()
    if special is not None:
        return ""
    if cdata is not None:
        return _line_ends(cdata.decode())
    return _REFERENCE.sub(_character, _line_ends(plain.decode()))


def _attribute_value(written: str) -> str:
    """Return the value a parser reads: white space becomes spaces, references are replaced."""
    spaced = _line_ends(written).replace("\n", " ").replace("\t", " ")
    return _REFERENCE.sub(_character, spaced)


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _character(reference: re.Match[str]) -> str:
    hexadecimal, decimal, name = reference.groups()
    if name:
        return _NAMED[name]
    return chr(int(hexadecimal, 16) if hexadecimal else int(decimal))
