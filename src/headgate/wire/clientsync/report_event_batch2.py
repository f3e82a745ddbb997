"""ReportEventBatch2: the same without a cookie ([MS-WUSP] 6.3). From the WSDL; not seen in use."""

from dataclasses import dataclass
from datetime import datetime

from headgate.wire import lexical, soap, values
from headgate.wire.clientsync import namespaces, report_answers, reporting_event
from headgate.wire.clientsync.parts import Parts
from headgate.wire.clientsync.reporting_event import ReportingEvent
from headgate.wire.soap import Envelope, SoapVersion, Style

NAME = "ReportEventBatch2"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEventBatch2Request:
    """Events of a computer that only says who it is."""

    computer_id: str | None
    client_time: datetime | None  #: None also for what is no time
    event_batch: tuple[ReportingEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEventBatch2Response:
    """Whether the events were taken."""

    accepted: bool = True


def encode_request(
    request: ReportEventBatch2Request, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    content = (
        values.write_text("computerId", request.computer_id)
        + values.write_moment("clientTime", request.client_time)
        + reporting_event.write_events(request.event_batch)
    )
    message = namespaces.message(NAME, content, namespaces.REPORTING)
    return soap.write_request(message, version, Style.WCF)


def decode_request(envelope: Envelope) -> ReportEventBatch2Request:
    """Return the request. Raises MalformedMessage."""
    parts = Parts(envelope.message)
    return ReportEventBatch2Request(
        computer_id=parts.text("computerId"),
        client_time=parts.readable("clientTime", lexical.read_datetime),
        event_batch=reporting_event.read_events(parts),
    )


def encode_response(
    response: ReportEventBatch2Response, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    return report_answers.write_accepted(NAME, response.accepted, version)


def decode_response(body: bytes) -> ReportEventBatch2Response:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    return ReportEventBatch2Response(accepted=report_answers.read_accepted(NAME, body))
