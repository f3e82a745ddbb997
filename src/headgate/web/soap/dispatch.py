"""From a body to an answer: parse, find the operation by its element, decode, ask, encode.

A request without an element is the empty message of the operation its headers name.

Two steps, because calls that write wait for a commit: :meth:`Dispatcher.begin` computes, and either
has the answer or returns what is still to be done in another thread.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from headgate.errors import MalformedMessage, StorageError
from headgate.sentences import Sentence
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.clients.visitor import Visitor
from headgate.web.soap import calls, faults, replies
from headgate.web.soap.client_services import ClientServices
from headgate.web.soap.encodings import Compress, Encoded, encode
from headgate.web.soap.faults import Asked
from headgate.web.soap.hints import Hint
from headgate.web.soap.replies import Reply
from headgate.wire import soap
from headgate.wire.clientsync.update_info import LargeXml
from headgate.wire.soap import Envelope, NoMessage, SoapVersion

#: Elements and attributes in one request. Two lists of 100,000 ids have 400,000 tags; a tree of
#: many more would take hundreds of megabytes.
MOST_MARKS = 1_000_000

#: Characters of an operation's name that are said again; XML allows fifty thousand.
_LONGEST_NAME = 100

#: Ordinary business between a computer and its server: nobody was turned away for good.
_NOT_NOTED = {Refusal.COOKIE_EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, received whole."""

    body: bytes
    visitor: Visitor
    encodings: frozenset[str]  #: codings its sender accepts
    hint: Hint = field(default_factory=Hint)  #: what its headers say


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An answer that can be sent."""

    reply: Reply
    encoded: Encoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A call that waits for the database: what is still to be done."""

    finish: Callable[[], Ready]


class Dispatcher:
    """Answers requests, from any thread."""

    def __init__(self, services: ClientServices, *, xpress: Compress | None) -> None:
        """``xpress`` compresses a text into blocks; None in a build that cannot."""
        self._services = services
        self._xpress = xpress

    def begin(self, request: Request) -> Ready | Later:
        """Return the answer, or what is still to be done for it. Raises nothing."""
        try:
            envelope = _opened(request.body, request.hint)
        except NoMessage as error:
            return self._not_understood(request, Asked(operation="", version=error.version), error)
        except MalformedMessage as error:
            self.note(request.visitor, "", "no SOAP")
            return self._ready(replies.said(HTTPStatus.BAD_REQUEST, error.message), request)
        asked = Asked(operation=envelope.operation[:_LONGEST_NAME], version=envelope.version)
        try:
            known, question = _understood(envelope)
        except MalformedMessage as error:
            return self._not_understood(request, asked, error)
        except Exception as error:
            return self._ready(faults.failed(asked, error), request)
        del envelope  # a tree takes many times what it says
        if known.writes:
            return Later(finish=lambda: self._answered(request, asked, known, question))
        return self._answered(request, asked, known, question)

    def note(
        self,
        visitor: Visitor,
        operation: str,
        reason: Refusal | str,
        computer_id: str | None = None,
        *,
        detail: str | None = None,
    ) -> None:
        """Write down that somebody was turned away."""
        self._services.contacts.refused(
            visitor, operation, reason, computer_id, at=self._services.now(), detail=detail
        )

    def _not_understood(self, request: Request, asked: Asked, error: MalformedMessage) -> Ready:
        self.note(
            request.visitor, asked.operation, Refusal.INVALID_PARAMETERS, detail=error.message
        )
        return self._ready(faults.not_understood(asked), request)

    def _answered(self, request: Request, asked: Asked, known: calls.Known, question: Any) -> Ready:
        return self._ready(self._reply(request, asked, known, question), request)

    def _reply(self, request: Request, asked: Asked, known: calls.Known, question: Any) -> Reply:
        try:
            response = known.answer(self._services, question, request.visitor)
            parts = list(known.write(response, asked.version))
        except ComputerRefused as refusal:
            if refusal.code not in _NOT_NOTED:
                self.note(
                    request.visitor,
                    asked.operation,
                    refusal.code,
                    refusal.computer_id,
                    detail=refusal.about or None,
                )
            return faults.refused(asked, refusal)
        except StorageError as error:
            return faults.unavailable(asked, error.message)
        except Exception as error:
            return faults.failed(asked, error)
        return replies.answer(parts, asked.version, known.operation.style)

    def _ready(self, reply: Reply, request: Request) -> Ready:
        large = [part.revision_id for part in reply.parts if isinstance(part, LargeXml)]
        try:
            ready = self._services.texts.ready_blocks(large) if large else {}
        except StorageError:
            ready = {}  # then it leaves as it is, as far as it can be read
        encoded = encode(reply.parts, request.encodings, xpress=self._xpress, ready=ready)
        return Ready(reply=reply, encoded=encoded)


def _opened(body: bytes, hint: Hint) -> Envelope:
    """Return the message of a request.

    Raises NoMessage for an empty envelope when nothing is hinted at, MalformedMessage for no SOAP.
    """
    if not body.strip():
        if not hint.operation:
            raise MalformedMessage(Sentence("The request is empty; a SOAP message was expected."))
        return _empty(hint.operation, hint.version)
    if body.count(b"<") + body.count(b"=") > MOST_MARKS:
        raise MalformedMessage(Sentence("The request has more parts than any honest one."))
    try:
        return soap.read_request(body)
    except NoMessage as error:
        if not hint.operation:
            raise
        return _empty(hint.operation, error.version)


def _empty(operation: str, version: SoapVersion) -> Envelope:
    return soap.read_request(soap.write_request(f"<{operation}/>", version))


def _understood(envelope: Envelope) -> tuple[calls.Known, Any]:
    """Return which operation is meant and what it asks. Raises MalformedMessage."""
    known = calls.CALLS.get(envelope.operation)
    if known is None:
        raise MalformedMessage(
            Sentence("There is no operation {name}.", name=envelope.operation[:_LONGEST_NAME])
        )
    return known, known.operation.decode_request(envelope)
