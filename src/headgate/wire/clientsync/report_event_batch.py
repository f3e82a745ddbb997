"""ReportEventBatch: what happened on a computer ([MS-WUSP] 3.1.5.11; FACTS §9.1)."""

from dataclasses import dataclass
from datetime import datetime

from headgate.wire import cookie, lexical, soap, values
from headgate.wire.clientsync import namespaces, report_answers, reporting_event
from headgate.wire.clientsync.parts import Parts
from headgate.wire.clientsync.reporting_event import ReportingEvent
from headgate.wire.cookie import ShownCookie
from headgate.wire.soap import Envelope, SoapVersion, Style

NAME = "ReportEventBatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEventBatchRequest:
    """Events of one computer, in the order in which they happened."""

    cookie: ShownCookie | None  #: of the Client service
    client_time: datetime | None  #: None also for what is no time
    event_batch: tuple[ReportingEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEventBatchResponse:
    """Whether the events were taken."""

    accepted: bool = True


def encode_request(
    request: ReportEventBatchRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    content = (
        cookie.write_cookie(request.cookie)
        + values.write_moment("clientTime", request.client_time)
        + reporting_event.write_events(request.event_batch)
    )
    message = namespaces.message(NAME, content, namespaces.REPORTING)
    return soap.write_request(message, version, Style.WCF)


def decode_request(envelope: Envelope) -> ReportEventBatchRequest:
    """Return the request. Raises MalformedMessage."""
    parts = Parts(envelope.message)
    return ReportEventBatchRequest(
        cookie=parts.shown_cookie(),
        client_time=parts.readable("clientTime", lexical.read_datetime),
        event_batch=reporting_event.read_events(parts),
    )


def encode_response(
    response: ReportEventBatchResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    return report_answers.write_accepted(NAME, response.accepted, version)


def decode_response(body: bytes) -> ReportEventBatchResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    return ReportEventBatchResponse(accepted=report_answers.read_accepted(NAME, body))
