"""How computers are sent away: every refusal, and every error of ours, as a SOAP fault.

Status 500 and the detail of FACTS §1.6. What went wrong inside is told to the log, under the
fault's own number, and to nobody else.
"""

import uuid
from dataclasses import dataclass

from headgate.logs import get_logger
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.web.soap import replies
from headgate.web.soap.replies import Reply
from headgate.wire.clientsync import namespaces
from headgate.wire.clientsync.operations import OPERATIONS
from headgate.wire.faults import SoapFault, write_fault
from headgate.wire.soap import SoapVersion, Style

_log = get_logger(__name__)

#: Nothing is wrong with what was asked: the computer may ask it again.
_OUR_FAULT = {Refusal.INTERNAL_SERVER_ERROR, Refusal.SERVER_BUSY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a fault answers."""

    operation: str  #: the local name of the body's first element
    version: SoapVersion


def refused(asked: Asked, refusal: ComputerRefused) -> Reply:
    """Return what a computer that is sent away is told."""
    return _fault(asked, refusal.code, refusal.about, str(uuid.uuid4()))


def not_understood(asked: Asked) -> Reply:
    """Return the fault for an operation nobody has, or one whose parts cannot be read."""
    return _fault(asked, Refusal.INVALID_PARAMETERS, "", str(uuid.uuid4()))


def failed(asked: Asked, error: Exception) -> Reply:
    """Return the fault for an error of ours, which the log gets whole."""
    number = str(uuid.uuid4())
    _log.error("call failed", operation=asked.operation, fault=number, exc_info=error)
    return _fault(asked, Refusal.INTERNAL_SERVER_ERROR, "", number)


def unavailable(asked: Asked, reason: str) -> Reply:
    """Return the fault for a database that does not answer: ``reason`` is for the log."""
    number = str(uuid.uuid4())
    _log.warning("call not answered", operation=asked.operation, fault=number, reason=reason)
    return _fault(asked, Refusal.INTERNAL_SERVER_ERROR, "", number)


def _fault(asked: Asked, code: Refusal, about: str, number: str) -> Reply:
    known = OPERATIONS.get(asked.operation)
    fault = SoapFault(
        code,
        message=about,
        id=number,
        method=known.action if known else namespaces.action(asked.operation),
        at_fault="Server" if code in _OUR_FAULT else "Client",
    )
    style = known.style if known else Style.WCF
    return replies.fault(write_fault(fault, asked.version, style), asked.version)
