"""Who a revision is.

An update id is a GUID; letter case varies inside one document set, so identities carry the
lower-case form and are compared by it (documents themselves keep the case they came with).
"""

import re
from dataclasses import dataclass

from headgate.sentences import Sentence

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


def guid(text: str) -> str:
    """Return ``text`` as a lower-case GUID without braces.

    Raises ValueError when it is none.

    >>> guid(" {56309036-4C77-4DD9-951A-99EE9C246A94} ")
    '56309036-4c77-4dd9-951a-99ee9c246a94'
    """
    value = text.strip().strip("{}").lower()
    if not _GUID.match(value):
        raise ValueError(Sentence("not a GUID: {text}", text=repr(text[:80])))
    return value


@dataclass(frozen=True, slots=True, order=True)
class RevisionIdentity:
    """One revision of one update, the same on every server: [MS-WSUSSS] 2.2.4 UpdateIdentity."""

    update_id: str  #: lower-case GUID, see :func:`guid`
    revision_number: int  #: 1, 2, 100 to 204 are usual

    def __str__(self) -> str:
        return f"{self.update_id}/{self.revision_number}"
