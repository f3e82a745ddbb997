"""How a downstream server comes in: authorization, cookie, and what makes a cookie bad.

[MS-WSUSSS] 3.1.4.1 to 3.1.4.3, FACTS 10.2.
"""

import re
import uuid
from datetime import timedelta

from headgate import clock
from headgate.simulator.microsoft_update.call import Call, refusal
from headgate.simulator.microsoft_update.cookies import CookieJar
from headgate.simulator.microsoft_update.tally import Tally
from headgate.simulator.microsoft_update.weather import Sky
from headgate.wire.cookie import AuthorizationCookie, Cookie
from headgate.wire.faults import ErrorCode
from headgate.wire.serversync import get_auth_config, get_authorization_cookie, get_cookie

_HOST_NAME = re.compile(r"(?=.{1,255}\Z)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*\Z")
_PLUG_IN = "DssTargeting"


class Handshake:
    """Gives out tokens and checks them."""

    def __init__(self, *, sky: Sky, tally: Tally, cookie_life: timedelta) -> None:
        self._sky = sky
        self._tally = tally
        self._cookie_life = cookie_life
        self._jar = CookieJar()
        self._started = clock.now()

    def check(self, cookie: Cookie | None, call: Call) -> None:
        """Let the call through. Raises SoapFault ``InvalidCookie``."""
        token = cookie.encrypted_data if cookie else b""
        if not self._jar.is_good(token, clock.now(), calls=self._sky.cookie_calls):
            raise refusal(call, ErrorCode.INVALID_COOKIE)

    def auth_config(
        self, request: get_auth_config.GetAuthConfigRequest, call: Call
    ) -> get_auth_config.GetAuthConfigResponse:
        """Name the one way to authorize."""
        plug_in = get_auth_config.AuthPlugInInfo(
            plug_in_id=_PLUG_IN,
            service_url="DssAuthWebService/DssAuthWebService.asmx",
            parameter="",
        )
        return get_auth_config.GetAuthConfigResponse(
            last_change=self._started, auth_info=(plug_in,)
        )

    def authorization_cookie(
        self, request: get_authorization_cookie.GetAuthorizationCookieRequest, call: Call
    ) -> get_authorization_cookie.GetAuthorizationCookieResponse:
        """Accept any well-formed identity, as real servers do. Raises SoapFault."""
        if not _HOST_NAME.match(request.account_name):
            raise refusal(call, ErrorCode.INVALID_PARAMETERS, "accountName")
        try:
            account = uuid.UUID(request.account_guid)
        except ValueError as error:
            raise refusal(call, ErrorCode.INVALID_PARAMETERS, "accountGuid") from error
        self._tally.keep("accounts", {"name": request.account_name, "guid": str(account)})
        return get_authorization_cookie.GetAuthorizationCookieResponse(
            authorization_cookie=AuthorizationCookie(
                plug_in_id=_PLUG_IN, cookie_data=self._jar.authorization(str(account))
            )
        )

    def cookie(
        self, request: get_cookie.GetCookieRequest, call: Call
    ) -> get_cookie.GetCookieResponse:
        """Give out a cookie. Raises SoapFault."""
        self._tally.count("protocol_versions", request.protocol_version)
        if request.protocol_version.partition(".")[0] != "1":
            raise refusal(call, ErrorCode.INCOMPATIBLE_PROTOCOL_VERSION)
        shown = [one.cookie_data for one in request.auth_cookies]
        if not any(map(self._jar.recognises_authorization, shown)):
            raise refusal(call, ErrorCode.INVALID_AUTHORIZATION_COOKIE)
        expiration = clock.now() + self._sky.cookie_life(self._cookie_life)
        return get_cookie.GetCookieResponse(
            cookie=Cookie(expiration=expiration, encrypted_data=self._jar.cookie(expiration))
        )
