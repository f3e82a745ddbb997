"""Why a computer is sent away: what it must do next, in the protocol's own codes.

Doors turn them into SOAP faults ([MS-WUSP] 2.2.2.4; FACTS §1.6 tells what a computer does then).
"""

from enum import StrEnum

from headgate.errors import HeadgateError
from headgate.sentences import Sentence


class Refusal(StrEnum):
    """The codes a computer understands."""

    INVALID_PARAMETERS = "InvalidParameters"
    INVALID_COOKIE = "InvalidCookie"
    INVALID_AUTHORIZATION_COOKIE = "InvalidAuthorizationCookie"
    COOKIE_EXPIRED = "CookieExpired"
    SERVER_CHANGED = "ServerChanged"
    CONFIG_CHANGED = "ConfigChanged"
    REGISTRATION_REQUIRED = "RegistrationRequired"
    SERVER_BUSY = "ServerBusy"
    INTERNAL_SERVER_ERROR = "InternalServerError"


class ComputerRefused(HeadgateError):
    """A computer's call is refused.

    ``code`` is what it is told; ``about`` the parameter's path, empty where none is at fault;
    ``computer_id`` who it claims to be, where that is known.
    """

    def __init__(self, code: Refusal, about: str = "", *, computer_id: str | None = None) -> None:
        super().__init__(
            Sentence("Refused: {code} ({about}).", code=str(code), about=about)
            if about
            else Sentence("Refused: {code}.", code=str(code))
        )
        self.code = code
        self.about = about
        self.computer_id = computer_id
