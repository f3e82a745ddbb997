"""The words of the Updates pages: what states, severities, pictures and columns are called."""

from collections.abc import Mapping

from headgate.catalogue.files import FilePresence
from headgate.catalogue.revisions import UpdateKind
from headgate.catalogue.update_list import Brought, Supersedence, UpdateLine, UpdateState
from headgate.sentences import Sentence

STATES: Mapping[UpdateState, Sentence] = {
    UpdateState.NOT_APPROVED: Sentence("Not approved"),
    UpdateState.APPROVED: Sentence("Approved"),
    UpdateState.DECLINED: Sentence("Declined"),
    UpdateState.EXPIRED: Sentence("Expired"),
}

#: As addresses name them, the worst first; ``none`` for updates nobody has rated.
SEVERITIES: Mapping[str, Sentence] = {
    "critical": Sentence("Critical"),
    "important": Sentence("Important"),
    "moderate": Sentence("Moderate"),
    "low": Sentence("Low"),
    "none": Sentence("Unspecified"),
}

SUPERSEDENCE: Mapping[Supersedence, Sentence] = {
    Supersedence.NONE: Sentence("Neither superseding nor superseded"),
    Supersedence.SUPERSEDES: Sentence("Superseding: replaces another update"),
    Supersedence.BOTH: Sentence(
        "Superseding and superseded: replaces another update and is replaced itself"
    ),
    Supersedence.SUPERSEDED: Sentence("Superseded: replaced by another update"),
}

BROUGHT: Mapping[Brought, Sentence] = {
    Brought.NEW: Sentence("new updates"),
    Brought.REVISED: Sentence("revised updates"),
    Brought.EXPIRED: Sentence("expired updates"),
}

KINDS: Mapping[UpdateKind, Sentence] = {
    UpdateKind.SOFTWARE: Sentence("Software"),
    UpdateKind.DRIVER: Sentence("Driver"),
    UpdateKind.CATEGORY: Sentence("Category"),
    UpdateKind.DETECTOID: Sentence("Detection rule"),
}

PRESENCE: Mapping[FilePresence, Sentence] = {
    FilePresence.WANTED: Sentence("Not yet"),
    FilePresence.PRESENT: Sentence("On this server"),
    FilePresence.DAMAGED: Sentence("Damaged"),
}


def state_of(line: UpdateLine) -> Sentence:
    """Return what is decided about an update, and for which purpose."""
    return Sentence("Approved for removal") if line.for_removal else STATES[line.state]


def severity(value: str | None) -> str:
    """Return what a document calls severe; a word nobody has heard of is said as it is."""
    return SEVERITIES.get((value or "none").lower(), value or "")
