"""From XML in normal form to the names clients know, at the speed of ``bytes.replace``.

*Normal form* is what libxml2 writes: one space before each attribute, double quotes, ``<``, ``>``,
``&`` and ``"`` escaped wherever they are not markup, no comments. Then ``<`` only opens tags, ``>``
only closes them and ``="`` only stands in tags, so plain replacements are exact. They also need
every prefix to mean one namespace throughout; where that is not so, :func:`rewrite` returns None
and the caller takes :mod:`headgate.metadata.writer`, which is slower and knows scopes.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from headgate.metadata.names import FRAGMENT_PREFIXES, VOCABULARIES

# Prefixed declarations, and default declarations of vocabularies of ours. The look-ahead tells a
# tag from text, in which quotes stand unescaped. Default declarations of others stay (FACTS §8.2).
_DECLARATION = re.compile(
    rb' xmlns(?::([^="\s]+)="|="(?=%s))([^"]*)"(?=[^<>]*>)' % re.escape(VOCABULARIES).encode()
)
_BLANK = re.compile(rb">[ \t\r\n]+<")
_PAIR = re.compile(rb"(<[^<>/][^<>]*)(?<!/)></[^<>]*>")

_Declarations = frozenset[tuple[bytes | None, bytes]]


class _Plan(NamedTuple):
    replacements: tuple[tuple[bytes, bytes], ...]
    prefixed_attribute: re.Pattern[bytes] | None


def rewrite(xml: bytes) -> bytes | None:
    """Return ``xml`` with fragment names and no declarations but foreign default ones.

    Blank text and empty pairs become nothing and ``<x />``. None when prefixes are ambiguous.
    """
    parts = _DECLARATION.split(xml)
    plan = _plan(frozenset(zip(parts[1::3], parts[2::3], strict=True)))
    if plan is None:
        return None
    xml = b"".join(parts[::3])
    for old, new in plan.replacements:
        xml = xml.replace(old, new)
    if plan.prefixed_attribute is not None:
        xml = plan.prefixed_attribute.sub(b" ", xml)
    if _BLANK.search(xml):
        xml = _PAIR.sub(rb"\1/>", _BLANK.sub(b"><", xml))
    return xml.replace(b"/>", b" />")


def escape(fragment: bytes) -> bytes:
    """Return a fragment as the text of a SOAP element; quotes stay as they are (FACTS §8.2)."""
    return fragment.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def unescape(fragment: bytes) -> bytes:
    """Return what :func:`escape` was given."""
    return fragment.replace(b"&gt;", b">").replace(b"&lt;", b"<").replace(b"&amp;", b"&")


@lru_cache(maxsize=512)
def _plan(declarations: _Declarations) -> _Plan | None:
    """Return what to replace, None when a prefix means two namespaces or a default one renames."""
    namespaces = dict(declarations)
    if len(namespaces) != len(declarations):
        return None
    renamed = {uri.encode(): new.encode() for uri, new in FRAGMENT_PREFIXES.items()}
    if namespaces.pop(None, b"") in renamed:
        return None
    replacements = []
    for prefix, uri in namespaces.items():
        assert prefix is not None
        new = renamed.get(uri, b"")
        replacements += [(b"<%b:" % prefix, b"<" + new), (b"</%b:" % prefix, b"</" + new)]
    return _Plan(tuple(replacements), _attribute_pattern(sorted(filter(None, namespaces))))


def _attribute_pattern(prefixes: list[bytes]) -> re.Pattern[bytes] | None:
    if not prefixes:
        return None
    alternatives = b"|".join(re.escape(prefix) for prefix in prefixes)
    return re.compile(rb' (?:%b):(?=[^\s"=<>:]+="[^<>]*>)' % alternatives)
