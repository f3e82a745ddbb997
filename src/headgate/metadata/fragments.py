"""What clients are sent of a document: Core, Extended, LocalizedProperties, Eula (FACTS §8.2-8.4).

Proved byte for byte against what a real WSUS sent (tests/captures/test_fragments.py). Fragments are
kept *escaped*, as the text they become inside a SOAP answer, and packed; all languages of a
document lie in one packed piece, since together they pack several times better.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from lxml import etree
from lxml.etree import _Element

from headgate.catalogue.fragments import Fragments, Packed
from headgate.catalogue.reading import preferred
from headgate.catalogue.revisions import Revision, UpdateKind
from headgate.metadata import parsing, writer
from headgate.metadata.core_pieces import CoreStream
from headgate.metadata.drivers import empty_metadata
from headgate.metadata.facts import Sections
from headgate.metadata.names import DRIVER_METADATA
from headgate.metadata.packing import Packer
from headgate.metadata.rewriting import escape, rewrite, unescape
from headgate.sentences import Sentence

_CORE_ATTRIBUTES = (
    "UpdateType",
    "ExplicitlyDeployable",
    "AutoSelectOnWebSites",
    "OSUpgrade",
    "EulaID",
    "PerUser",
)
_NOT_EXTENDED = {
    *_CORE_ATTRIBUTES,
    *("PublicationState", "PublisherID", "CreationDate", "IsPublic", "LegacyName"),
    "DetectoidType",
}
_DEFAULT = "false"  # real servers drop attributes that say what the schema says anyway
_SEPARATOR = b"\0"  # cannot stand in XML
_LOCALIZED = re.compile(
    rb"<(?:LocalizedProperties|EulaFile)(?: [^<>]*)? />"
    rb"|<LocalizedProperties[ >].*?</LocalizedProperties>|<EulaFile[ >].*?</EulaFile>",
    re.DOTALL,
)
_Localized = dict[str, list[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FragmentTexts:
    """The fragments of a document that is small enough to hold them, not escaped."""

    core: bytes
    extended: bytes
    localized: Sequence[bytes]  #: in the document's order
    eulas: Sequence[bytes]


def cut(root: _Element, sections: Sections, revision: Revision) -> FragmentTexts:
    """Cut the fragments out of a parsed document, whose facts are ``revision``.

    Empties the driver metadata of ``root``, so facts must have been read before. Raises ValueError
    when the collection of texts holds more than the facts know of.
    """
    if revision.kind is UpdateKind.DRIVER and sections.rules is not None:
        for metadata in sections.rules.iter(DRIVER_METADATA):
            empty_metadata(metadata)
    pieces = rewritten_sections(root, sections) or written_sections(sections)
    identity, relationships, rules, properties, files, handler, collection = pieces
    attributes = {str(name): str(value) for name, value in sections.properties.attrib.items()}
    found = _LOCALIZED.findall(collection)
    localized = [each for each in found if each.startswith(b"<L")]
    eulas = [each for each in found if each.startswith(b"<E")]
    if len(localized) != len(revision.texts) or len(eulas) != _licences(revision):
        raise ValueError(Sentence("LocalizedPropertiesCollection holds what does not belong there"))
    return FragmentTexts(
        core=identity + _core_properties(attributes) + relationships + rules,
        extended=_extended_properties(attributes, properties) + files + handler,
        localized=localized,
        eulas=eulas,
    )


def pack(texts: FragmentTexts, revision: Revision, packer: Packer) -> Fragments:
    """Escape and pack the fragments of one document."""
    core = CoreStream(packer)
    core.write(escape(texts.core))
    packed, pieces = core.finish()
    return Fragments(
        core=packed,
        core_pieces=pieces,
        extended=packer.pack(escape(texts.extended)),
        localized=pack_localized(texts, revision, packer),
        eulas=pack_eulas(texts, revision, packer),
    )


def pack_localized(texts: FragmentTexts, revision: Revision, packer: Packer) -> Packed:
    """Pack the LocalizedProperties fragments of all languages into one piece."""
    languages = [text.language for text in revision.texts]
    return packer.pack(_by_language(languages, texts.localized))


def pack_eulas(texts: FragmentTexts, revision: Revision, packer: Packer) -> Packed | None:
    """Pack the Eula fragments of all languages into one piece, None when there is none."""
    if not texts.eulas:
        return None
    languages = [file.languages[0] for file in revision.files if file.is_eula]
    return packer.pack(_by_language(languages, texts.eulas))


def _licences(revision: Revision) -> int:
    return sum(file.is_eula for file in revision.files)


def languages_of(piece: bytes) -> tuple[str, ...]:
    """Return the languages of an unpacked ``localized`` or ``eulas`` piece, in document order."""
    return tuple(_decode(piece))


def localized_fragment(piece: bytes, language: str) -> bytes | None:
    """Return the escaped fragment for ``language`` (lower case) of an unpacked piece, or None."""
    found = _decode(piece).get(language)
    return found[0] if found else None


def eula_fragments(piece: bytes, language: str) -> tuple[bytes, ...]:
    """Return the escaped Eula fragments for ``language``: one for each region, usually one."""
    return tuple(_decode(piece).get(language, ()))


def title_for(piece: bytes, languages: Sequence[str], default: str) -> str | None:
    """Return the title for a reader of ``languages`` (best first), None when no text has one.

    ``piece`` is an unpacked ``localized`` piece of a document whose own language is ``default``.
    """
    found = _decode(piece)
    titles = (_title(found[name][0]) for name in preferred(found, languages, default))
    return next(filter(None, titles), None)


_decode = msgspec.msgpack.Decoder(_Localized).decode
_encode = msgspec.msgpack.Encoder().encode


def _by_language(languages: Sequence[str], fragments: Sequence[bytes]) -> bytes:
    collected: _Localized = {}
    for language, fragment in zip(languages, fragments, strict=True):
        collected.setdefault(language, []).append(escape(fragment))
    return _encode(collected)


def _title(escaped: bytes) -> str:
    element = etree.fromstring(unescape(escaped), parsing.PARSER)
    return (element.findtext("Title") or "").strip()


def rewritten_sections(root: _Element, sections: Sections) -> list[bytes] | None:
    """Return the sections as fragments name things, None when that takes the slower writer."""
    serialized = [
        b"" if section is None else etree.tostring(section, encoding="utf-8", with_tail=False)
        for section in _in_fragment_order(sections)
    ]
    rewritten = rewrite(_SEPARATOR.join(serialized))
    if rewritten is None or (b' xmlns="' in rewritten and None in root.nsmap):
        return None
    return rewritten.split(_SEPARATOR)


def written_sections(sections: Sections) -> list[bytes]:
    """Return the same as :func:`rewritten_sections`, slower, and of every document."""
    return [
        b"" if section is None else writer.write(section)
        for section in _in_fragment_order(sections)
    ]


def _in_fragment_order(sections: Sections) -> tuple[_Element | None, ...]:
    return (
        sections.identity,
        sections.relationships,
        sections.rules,
        sections.properties,
        sections.files,
        sections.handler,
        sections.localized,
    )


def _core_properties(attributes: Mapping[str, str]) -> bytes:
    """Return ``Properties`` as Core has it: six attributes in this order, defaults left out."""
    kept = [
        f' {name}="{writer.attribute_text(attributes[name])}"'
        for name in _CORE_ATTRIBUTES
        if attributes.get(name, _DEFAULT) != _DEFAULT
    ]
    return f"<Properties{''.join(kept)} />".encode()


def _extended_properties(attributes: Mapping[str, str], properties: bytes) -> bytes:
    """Return ``ExtendedProperties``: the other attributes in source order, and the children."""
    kept = [
        f' {name.rpartition("}")[2]}="{writer.attribute_text(value)}"'
        for name, value in attributes.items()
        if name not in _NOT_EXTENDED and value != _DEFAULT
    ]
    start = f"<ExtendedProperties{''.join(kept)}".encode()
    if properties.endswith(b"/>"):
        return start + b" />"
    children = properties[properties.index(b">") + 1 : properties.rindex(b"</")]
    return start + b">" + children + b"</ExtendedProperties>"
