"""A conversation with an update source: one cookie for all threads, and a reaction to every fault.

Decides when a cookie is renewed (before it expires: [MS-WSUSSS] 3.2.4.1 forbids to use an expired
one, and has no fault for it), when a call is repeated and when it has failed. A handshake is tried
once by one thread while the others wait for it; waiting between tries is done outside of that
lock, so that a cancelled synchronization ends at once.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from headgate.logs import get_logger
from headgate.upstream import reactions
from headgate.upstream.exchange import Exchange, Reader, SourceUnavailable, Traffic, whole
from headgate.upstream.failures import PassingTrouble
from headgate.upstream.handshake import SERVICE_PATH, Account, Ticket, shake_hands
from headgate.upstream.patience import Patience, Pause
from headgate.upstream.reactions import Reaction
from headgate.wire.cookie import Cookie
from headgate.wire.faults import SoapFault
from headgate.wire.serversync.operations import Operation
from headgate.wire.soap import SoapVersion

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")
_Message = TypeVar("_Message")

_log = get_logger(__name__)


class Session:
    """Calls operations of one source; any number of threads may."""

    def __init__(
        self, exchange: Exchange, account: Account, clock: Callable[[], datetime], pause: Pause
    ) -> None:
        self._exchange = exchange
        self._account = account
        self._clock = clock
        self._pause = pause
        self._ticket: Ticket | None = None
        self._handshake = threading.Lock()

    def call(
        self,
        operation: Operation[_Request, _Response],
        build: Callable[[Cookie], _Request],
        traffic: Traffic,
    ) -> _Response:
        """Return the answer to the request that ``build`` makes with a valid cookie.

        Raises SourceFault, SourceChanged and other SourceErrors, and what ``pause`` raises.
        """
        return self.stream(operation, build, whole(operation.decode_response), traffic)

    def stream(
        self,
        operation: Operation[_Request, _Response],
        build: Callable[[Cookie], _Request],
        read: Reader[_Message],
        traffic: Traffic,
    ) -> _Message:
        """As :meth:`call`, for answers that ``read`` takes in while they arrive.

        ``read`` is called once per try and has to begin anew each time.
        """
        patience = Patience(self._pause)
        while True:
            ticket: Ticket | None = None
            try:
                ticket = self._valid_ticket(traffic)
                body = operation.encode_request(build(ticket.cookie), SoapVersion.SOAP_11)
                answer = self._exchange.ask(SERVICE_PATH, operation.action, body, read, traffic)
                return answer.message
            except SoapFault as fault:
                self._react(fault, operation.name, ticket, patience)
            except PassingTrouble as trouble:
                _log.info("source: trouble", operation=operation.name, trouble=str(trouble))
                patience.after_trouble(trouble, _wait_asked_for(trouble))

    def _valid_ticket(self, traffic: Traffic) -> Ticket:
        """Return a ticket that is still good; the one thread that finds it old gets a new one."""
        with self._handshake:
            last = self._ticket
            if last is not None and self._clock() < last.renew_at:
                return last
            self._ticket = None
            old_cookie = None if last is None else last.cookie
            self._ticket = shake_hands(self._exchange, self._account, old_cookie, traffic)
            return self._ticket

    def _forget(self, ticket: Ticket | None) -> None:
        """Give up a ticket that was refused, unless another thread has replaced it already."""
        with self._handshake:
            if self._ticket is ticket:
                self._ticket = None

    def _react(
        self, fault: SoapFault, operation: str, ticket: Ticket | None, patience: Patience
    ) -> None:
        """Prepare another try, or raise what the fault means."""
        asked = fault.method.rpartition("/")[2][:60] or operation
        error = reactions.failure(fault, asked)
        _log.info("source: fault", operation=asked, code=fault.code, parameter=fault.message)
        match reactions.face_of(fault).reaction:
            case Reaction.WAIT:
                patience.when_busy(error)
            case Reaction.START_OVER:
                self._forget(ticket)
                patience.before_restart(error)
            case Reaction.FORGET_ANCHORS:
                self._forget(ticket)
                raise error
            case Reaction.STOP:
                raise error


def _wait_asked_for(trouble: PassingTrouble) -> timedelta | None:
    return trouble.retry_after if isinstance(trouble, SourceUnavailable) else None
