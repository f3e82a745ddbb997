"""A parsed document read whole: facts first, then the fragments (cutting empties driver metadata).

Turns what is wrong inside a document into IncompleteDocument, so that nothing but a DocumentError
leaves this package.
"""

from lxml.etree import _Element

from headgate.catalogue.revisions import Revision
from headgate.metadata import facts, fragments, parsing
from headgate.metadata.fragments import FragmentTexts
from headgate.metadata.refusals import IncompleteDocument
from headgate.sentences import Sentence, said_by


def read_text(text: bytes) -> tuple[Revision, FragmentTexts]:
    """Read a UTF-8 document. Raises NotWellFormed, DoctypeRefused, IncompleteDocument."""
    return read_tree(parsing.parse(text))


def read_facts(text: bytes) -> Revision:
    """Read the facts of a UTF-8 document alone. Raises what :func:`read_text` raises."""
    root = parsing.parse(text)
    try:
        return facts.read_revision(facts.sections_of(root))
    except (ValueError, OverflowError) as error:
        raise _unusable(error) from error


def read_tree(root: _Element) -> tuple[Revision, FragmentTexts]:
    """Read a parsed document, which is used up. Raises IncompleteDocument."""
    try:
        sections = facts.sections_of(root)
        revision = facts.read_revision(sections)
        return revision, fragments.cut(root, sections, revision)
    except (ValueError, OverflowError) as error:
        raise _unusable(error) from error


def _unusable(error: Exception) -> IncompleteDocument:
    return IncompleteDocument(
        Sentence("The document cannot be used: {reason}.", reason=said_by(error))
    )
