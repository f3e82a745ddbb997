"""What to do about each ErrorCode of an update source, and how it is told ([MS-WSUSSS] 2.2.9.3).

One table: code to reaction, sentence and next step. The specification's reactions are kept with
two exceptions, both observed: an anchor that is refused is forgotten instead of ending the
protocol (a source that was restored or replaced refuses it for ever, FACTS §10.4), and
GetUpdateData's InternalServerError means that one identity is unknown (FACTS §10.5); who calls
GetUpdateData divides the question.
"""

from dataclasses import dataclass
from enum import Enum

from headgate.errors import SourceError
from headgate.sentences import Sentence
from headgate.wire.faults import ErrorCode, SoapFault

_ASK_THE_SOURCE = Sentence(
    "Look into the upstream server's log for this fault, and synchronize again later."
)
_REPORT = Sentence("Please report this with the log: it is a fault of Headgate or of the source.")


class SourceFault(SourceError):
    """The source answered with a fault, and trying again does not help.

    ``code`` is the ErrorCode as the source spelled it (empty without one), ``parameter`` what the
    fault's Message names, ``operation`` what was asked, ``fault_id`` how the source's log calls it.
    """

    def __init__(self, message: str, *, fault: SoapFault, operation: str, next_step: str) -> None:
        super().__init__(message, next_step=next_step)
        self.code = fault.code
        self.parameter = fault.message
        self.operation = operation
        self.fault_id = fault.id


class SourceChanged(SourceError):
    """The source is no longer the one our anchors are from: forget all anchors and ask again."""

    next_step = Sentence("Synchronize again: everything is then compared from the beginning.")


class Reaction(Enum):
    """What follows a fault."""

    STOP = "stop"
    START_OVER = "start over"  #: handshake again, then the same call again
    WAIT = "wait"  #: the same call after a pause
    FORGET_ANCHORS = "forget anchors"


@dataclass(frozen=True, slots=True)
class Face:
    """How we react to a code and what an administrator reads.

    ``{operation}`` and ``{details}`` of the sentence are filled in for each fault.
    """

    reaction: Reaction
    sentence: Sentence
    next_step: str


_FACES = {
    ErrorCode.INVALID_PARAMETERS: Face(
        Reaction.STOP,
        Sentence("The update source does not accept what {operation} asks for ({details})."),
        Sentence(
            "If products or classifications were chosen by hand, run `headgate sync now "
            "--categories` and check the choice."
        ),
    ),
    ErrorCode.INTERNAL_SERVER_ERROR: Face(
        Reaction.STOP,
        Sentence("The update source failed internally in {operation} ({details})."),
        _ASK_THE_SOURCE,
    ),
    ErrorCode.SERVER_BUSY: Face(
        Reaction.WAIT,
        Sentence("The update source is too busy to answer {operation} ({details})."),
        Sentence(
            "Synchronize later, or at another time of day (`headgate settings show schedule`)."
        ),
    ),
    ErrorCode.SERVER_CHANGED: Face(
        Reaction.FORGET_ANCHORS,
        Sentence(
            "The update source says that it has changed since the last synchronization ({details})."
        ),
        SourceChanged.next_step,
    ),
    ErrorCode.INVALID_COOKIE: Face(
        Reaction.START_OVER,
        Sentence(
            "The update source keeps refusing the session it has just given us, in {operation} "
            "({details})."
        ),
        Sentence(
            "Compare the clocks of both servers; if several servers share the source's address, "
            "have its load balancer keep us on one of them."
        ),
    ),
    ErrorCode.INVALID_AUTHORIZATION_COOKIE: Face(
        Reaction.START_OVER,
        Sentence(
            "The update source keeps refusing the authorization it has just given us ({details})."
        ),
        Sentence(
            "Compare the clocks of both servers; if several servers share the source's address, "
            "have its load balancer keep us on one of them."
        ),
    ),
    ErrorCode.INCOMPATIBLE_PROTOCOL_VERSION: Face(
        Reaction.STOP,
        Sentence("The update source does not speak version 1.20 of the protocol ({details})."),
        Sentence("Use an upstream server with WSUS 10 (Windows Server 2016) or newer."),
    ),
    ErrorCode.FILE_DIGESTS_MISSING: Face(
        Reaction.STOP,
        Sentence("The update source no longer has files that it has announced ({details})."),
        Sentence(
            "Synchronize again; on the upstream server, `wsusutil reset` fetches missing files."
        ),
    ),
    ErrorCode.TOO_MANY_IDS: Face(
        Reaction.STOP,
        Sentence("The update source says that {operation} asks for too much at once ({details})."),
        _REPORT,
    ),
}

_UNKNOWN = Face(
    Reaction.STOP,
    Sentence("The update source answered {operation} with the unexpected fault ({details})."),
    _REPORT,
)


def face_of(fault: SoapFault) -> Face:
    """Return how to react to a fault; one without a known code ends the protocol (3.2.4)."""
    code = fault.error_code
    return _UNKNOWN if code is None else _FACES.get(code, _UNKNOWN)


def failure(fault: SoapFault, operation: str) -> SourceError:
    """Return the error to raise when a fault cannot be helped by asking again."""
    face = face_of(fault)
    # The templates stand in the table above, where who translates finds them.
    sentence = Sentence(face.sentence.template, operation=operation, details=_details(fault))
    if face.reaction is Reaction.FORGET_ANCHORS:
        return SourceChanged(sentence)
    return SourceFault(sentence, fault=fault, operation=operation, next_step=face.next_step)


def _details(fault: SoapFault) -> tuple[str, ...]:
    """Return what stands in brackets: the code, what it names, and where to find it."""
    words = [_code(fault)]
    if not fault.code and fault.reason:
        words.append(f'"{fault.reason[:500]}"')
    if fault.id:
        words.append(Sentence("fault {id} in the source's log", id=fault.id[:64]))
    return tuple(words)


def _code(fault: SoapFault) -> str:
    about = fault.message[:500]
    if fault.code:
        return f"{fault.code}: {about}" if about else fault.code
    return Sentence("without a code: {about}", about=about) if about else Sentence("without a code")
