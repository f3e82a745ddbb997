"""What makes a pretend agent give up, with the code a real one would log (FACTS §1.6, §13, §14).

AgentError
├── ServerUnreachable     nobody answers, or not with HTTP
├── ServerSaidNo          an HTTP status or a fault that ends the scan
├── AnswerRefused         the answer is one that an unmodified agent would not take
├── TooManyRoundTrips     the scan does not end
├── DownloadFailed        the bytes do not come, or are not those promised
└── InstallFailed         the bytes came, but the machine cannot become what was promised
"""

from headgate.errors import HeadgateError


class AgentError(HeadgateError):
    """A pretend agent gives up; ``hresult`` is the code a real one would show."""

    hresult = 0x8024FFFF  #: WU_E_UNEXPECTED

    def __init__(self, message: str, *, hresult: int | None = None) -> None:
        super().__init__(message)
        if hresult is not None:
            self.hresult = hresult

    @property
    def signed(self) -> int:
        """The code as ``Win32HResult`` carries it."""
        return self.hresult - (1 << 32) if self.hresult >> 31 else self.hresult

    @property
    def shown(self) -> str:
        """The code as people know it: 0x80240438."""
        return f"0x{self.hresult:08X}"


class ServerUnreachable(AgentError):
    """Nobody answers, or not with HTTP."""

    hresult = 0x80072EFD  #: ERROR_INTERNET_CANNOT_CONNECT


class ServerSaidNo(AgentError):
    """An HTTP status or a fault that ends the scan; ``code`` is the fault's ErrorCode or empty."""

    hresult = 0x80244007  #: WU_E_PT_SOAPCLIENT_SOAPFAULT

    def __init__(self, message: str, *, code: str = "", hresult: int | None = None) -> None:
        super().__init__(message, hresult=hresult)
        self.code = code


class AnswerRefused(AgentError):
    """The answer is one that an unmodified agent would not take."""

    hresult = 0x80070057  #: E_INVALIDARG, as for an UpdateInfo without Deployment


class TooManyRoundTrips(AgentError):
    """The scan does not end."""

    hresult = 0x80244010  #: WU_E_PT_EXCEEDED_MAX_SERVER_TRIPS


class DownloadFailed(AgentError):
    """The bytes do not come, or are not those promised."""

    hresult = 0x80246007  #: WU_E_DM_NOTDOWNLOADED


class InstallFailed(AgentError):
    """The bytes came, but the machine cannot become what was promised."""

    hresult = 0x80242006  #: WU_E_UH_INVALIDMETADATA
