"""How a session with an update source begins ([MS-WSUSSS] 3.2.4.1).

Three questions: how does one authorize here, may we, and which cookie do we carry from now on.
Trusts the path the source names for its authorization service, but no other host than the source
itself. Decides how long a cookie is used, by the source's clock and not by ours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from headgate.errors import SourceError
from headgate.sentences import Sentence
from headgate.upstream.exchange import Answer, Exchange, Traffic, whole
from headgate.wire.cookie import Cookie
from headgate.wire.serversync import operations
from headgate.wire.serversync.get_auth_config import GetAuthConfigRequest, GetAuthConfigResponse
from headgate.wire.serversync.get_authorization_cookie import GetAuthorizationCookieRequest
from headgate.wire.serversync.get_cookie import GetCookieRequest, GetCookieResponse
from headgate.wire.serversync.operations import Operation
from headgate.wire.soap import SoapVersion

#: What the prose calls ServerSyncProxy.asmx answers 404 on a real server (FACTS §1.1).
SERVICE_PATH = "ServerSyncWebService/ServerSyncWebService.asmx"
PROTOCOL_VERSION = "1.20"
PLUG_IN = "DssTargeting"

#: A cookie is renewed this long before its end, or a tenth of its life before, whichever is less.
_LONGEST_MARGIN = timedelta(minutes=5)
#: Sources give 60 to 240 minutes; one that promises more is asked again after a day.
_LONGEST_USE = timedelta(days=1)
#: HTTP dates are cut to whole seconds, so the source's clock may be this much further.
_CUT_OFF = timedelta(seconds=1)

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


class NoAuthorization(SourceError):
    """The source offers no way to authorize that we know."""

    next_step = Sentence("Check that the address is that of an update server for other servers.")


class ExpiredOnArrival(SourceError):
    """By the source's own clock its cookie ended before we got it."""

    next_step = Sentence("Check the clock and the time zone of the upstream server.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who we say we are: see :mod:`headgate.upstream.naming`."""

    name: str
    server_id: str  #: one GUID for the life of an installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A cookie and until when, by our clock, it is used."""

    cookie: Cookie
    renew_at: datetime


def shake_hands(
    exchange: Exchange, account: Account, old_cookie: Cookie | None, traffic: Traffic
) -> Ticket:
    """Return a new ticket. ``old_cookie`` is the last one while it still was good, else None.

    Raises SoapFault and SourceError.
    """
    config = _ask(
        exchange, SERVICE_PATH, operations.GET_AUTH_CONFIG, GetAuthConfigRequest(), traffic
    )
    introduction = GetAuthorizationCookieRequest(
        account_name=account.name, account_guid=account.server_id
    )
    path = _authorization_path(config.message)
    permit = _ask(exchange, path, operations.GET_AUTHORIZATION_COOKIE, introduction, traffic)
    request = GetCookieRequest(
        auth_cookies=(permit.message.authorization_cookie,),
        old_cookie=old_cookie,
        protocol_version=PROTOCOL_VERSION,
    )
    return _ticket(_ask(exchange, SERVICE_PATH, operations.GET_COOKIE, request, traffic))


def _ask(
    exchange: Exchange,
    path: str,
    operation: Operation[_Request, _Response],
    request: _Request,
    traffic: Traffic,
) -> Answer[_Response]:
    body = operation.encode_request(request, SoapVersion.SOAP_11)
    return exchange.ask(path, operation.action, body, whole(operation.decode_response), traffic)


def _authorization_path(config: GetAuthConfigResponse) -> str:
    """Return where to authorize, below the source's address.

    An absolute address is cut to its path: the source knows itself by names we may not reach, and
    who we are is told to nobody else.
    """
    for plug_in in config.auth_info:
        if plug_in.plug_in_id == PLUG_IN and (path := urlsplit(plug_in.service_url).path):
            return path
    offered = ", ".join(plug_in.plug_in_id for plug_in in config.auth_info)[:200]
    raise NoAuthorization(
        Sentence(
            "The update source does not offer {plug_in} to authorize, but {offered}.",
            plug_in=PLUG_IN,
            offered=offered or Sentence("nothing"),
        )
    )


def _ticket(answer: Answer[GetCookieResponse]) -> Ticket:
    cookie = answer.message.cookie
    server_time = answer.asked if answer.server_time is None else answer.server_time + _CUT_OFF
    life = cookie.expiration - server_time
    if life <= timedelta():
        raise ExpiredOnArrival(
            Sentence(
                "The update source gave us a session that ended at {expiration} UTC, when it was "
                "{server_time} UTC there.",
                expiration=f"{cookie.expiration:%Y-%m-%d %H:%M}",
                server_time=f"{server_time:%Y-%m-%d %H:%M}",
            )
        )
    margin = min(life / 10, _LONGEST_MARGIN)
    return Ticket(cookie=cookie, renew_at=answer.asked + min(life - margin, _LONGEST_USE))
