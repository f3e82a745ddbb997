"""``Relationships``: what must be there before, what is bundled, what is superseded (FACTS §8.1).

Comments and white space may stand anywhere, also inside ``AtLeastOne``. GUIDs come back in lower
case. Raises ValueError for what is no identity.
"""

from lxml.etree import _Element

from headgate.catalogue.identity import RevisionIdentity, guid
from headgate.catalogue.revisions import PrerequisiteClause
from headgate.metadata.lexical import revision_number, truth
from headgate.metadata.names import AT_LEAST_ONE, UPDATE_IDENTITY
from headgate.sentences import Sentence


def identity_of(element: _Element) -> RevisionIdentity:
    """Return the identity an ``UpdateIdentity`` with a revision number names."""
    return RevisionIdentity(_update_id(element), revision_number(element.get("RevisionNumber")))


def read_prerequisites(prerequisites: _Element | None) -> tuple[PrerequisiteClause, ...]:
    """Return the clauses, in the document's order, that are joined by *and*."""
    if prerequisites is None:
        return ()
    clauses = []
    for child in prerequisites:
        if child.tag == UPDATE_IDENTITY:
            clauses.append(PrerequisiteClause(any_of=(_update_id(child),)))
        elif child.tag == AT_LEAST_ONE:
            members = tuple(_update_id(member) for member in child.iterchildren(UPDATE_IDENTITY))
            is_category = truth(child.get("IsCategory"))
            clauses.append(PrerequisiteClause(any_of=members, is_category=is_category))
    return tuple(clauses)


def read_bundles(bundled: _Element | None) -> tuple[tuple[RevisionIdentity, ...], ...]:
    """Return the clauses of ``BundledUpdates``; a plain ``UpdateIdentity`` is a clause of one."""
    if bundled is None:
        return ()
    clauses: list[tuple[RevisionIdentity, ...]] = []
    for child in bundled:
        if child.tag == UPDATE_IDENTITY:
            clauses.append((identity_of(child),))
        elif child.tag == AT_LEAST_ONE:
            clauses.append(tuple(identity_of(each) for each in child.iterchildren(UPDATE_IDENTITY)))
    return tuple(clauses)


def read_superseded(superseded: _Element | None) -> tuple[str, ...]:
    """Return the update ids (any revision of them) that this revision replaces."""
    if superseded is None:
        return ()
    return tuple(_update_id(child) for child in superseded.iterchildren(UPDATE_IDENTITY))


def _update_id(identity: _Element) -> str:
    value = identity.get("UpdateID")
    if value is None:
        raise ValueError(Sentence("an UpdateIdentity has no UpdateID"))
    return guid(value)
