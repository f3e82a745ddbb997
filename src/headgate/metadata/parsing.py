"""XML from strangers, read safely: no DTD, no entities, no network, libxml2's own limits.

Comments and processing instructions are dropped while parsing: no fact and no fragment knows them.
"""

from typing import Final, TypedDict

from lxml import etree

from headgate.metadata.refusals import DoctypeRefused, NotWellFormed
from headgate.sentences import Sentence, said_by


class _Options(TypedDict):
    encoding: str
    resolve_entities: bool
    no_network: bool
    load_dtd: bool
    huge_tree: bool
    remove_comments: bool
    remove_pis: bool


OPTIONS: Final = _Options(
    encoding="utf-8",
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)
PARSER: Final = etree.XMLParser(**OPTIONS)


def parse(text: bytes) -> etree._Element:
    """Return the root of a UTF-8 document. Raises NotWellFormed and DoctypeRefused."""
    try:
        root = etree.fromstring(text, PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotWellFormed(
            Sentence("The document is not well-formed XML: {reason}.", reason=said_by(error))
        ) from error
    refuse_doctype(root)
    if b"<![CDATA[" in text:
        drop_empty_texts(root)
    return root


def drop_empty_texts(root: etree._Element) -> None:
    """Make elements with an empty CDATA section as empty as those without any text.

    lxml keeps an empty text there, and would write ``<x></x>``.
    """
    for element in root.iter():
        if element.text == "":
            element.text = None


def refuse_doctype(root: etree._Element) -> None:
    """Raise DoctypeRefused when there is one: lxml reads past it (DEPENDENCIES, trap 14)."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise DoctypeRefused(Sentence("The document contains a DOCTYPE, which is refused."))
