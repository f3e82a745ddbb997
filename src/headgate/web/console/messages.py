"""The face of every error in the console: an HTTP status and a heading.

The error's own sentence and next step are said in the reader's language below the heading. An
error without a line of its own here has the face of its nearest ancestor. What ends before a
handler begins has no error of ours: its HTTP status has the face.
"""

from dataclasses import dataclass

from headgate.errors import (
    ContentError,
    DocumentError,
    HeadgateError,
    SettingsError,
    SourceError,
    StorageError,
    UsageError,
)
from headgate.sentences import Sentence
from headgate.services.catalogue.browser import NoSuchUpdateError
from headgate.services.catalogue.subscribing import NoCategoriesError
from headgate.services.deciding.approving import DecisionRefusedError
from headgate.services.settings.configuring import LockedSettingError
from headgate.services.synchronizing.sync_control import (
    AlreadySynchronizingError,
    NoSuchRunError,
    NothingToCancelError,
)


@dataclass(frozen=True, slots=True)
class Face:
    """How an error looks."""

    status: int
    heading: str


@dataclass(frozen=True, slots=True)
class Mishap:
    """What a page says about a request that could not be answered."""

    heading: str
    sentences: tuple[str, ...]


FACES: dict[type[HeadgateError], Face] = {
    HeadgateError: Face(500, Sentence("That did not work")),
    UsageError: Face(400, Sentence("That cannot be done as asked")),
    SettingsError: Face(400, Sentence("A setting is not right")),
    LockedSettingError: Face(409, Sentence("This setting is fixed")),
    SourceError: Face(502, Sentence("The update source cannot be reached")),
    DocumentError: Face(500, Sentence("An update document cannot be read")),
    ContentError: Face(500, Sentence("An update file cannot be read")),
    StorageError: Face(503, Sentence("The database does not answer")),
    NoSuchUpdateError: Face(404, Sentence("There is no such update")),
    NoSuchRunError: Face(404, Sentence("There is no such synchronization")),
    NoCategoriesError: Face(409, Sentence("Nothing to choose from yet")),
    # Asked for correctly; the moment is wrong.
    DecisionRefusedError: Face(409, Sentence("This update cannot be decided about like that")),
    AlreadySynchronizingError: Face(409, Sentence("A synchronization is running")),
    NothingToCancelError: Face(409, Sentence("No synchronization is running")),
}


def face_of(error: HeadgateError) -> Face:
    """Return the face of an error, or of its nearest ancestor."""
    return next(FACES[kind] for kind in type(error).__mro__ if kind in FACES)


_REPEAT = Sentence("Nothing was changed. Go back, and repeat what you did.")

MISHAPS: dict[int, Mishap] = {
    400: Mishap(
        Sentence("This was not understood"),
        (Sentence("What was sent contains something no page of the console sends."), _REPEAT),
    ),
    405: Mishap(
        Sentence("That is not possible here"),
        (Sentence("This address does not do what was asked of it."),),
    ),
    413: Mishap(
        Sentence("That was too much at once"),
        (Sentence("The form is larger than any page of the console needs."), _REPEAT),
    ),
    500: Mishap(
        Sentence("Something unexpected went wrong"),
        (
            Sentence("Headgate made a mistake. Its log says what happened."),
            Sentence("Load the page again; if that does not help, restart Headgate."),
        ),
    ),
}


def mishap_of(status: int) -> Mishap:
    """Return the face of an HTTP status; of one nobody has foreseen, that of its kind."""
    return MISHAPS.get(status) or MISHAPS[400 if status < 500 else 500]
