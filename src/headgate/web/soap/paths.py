"""Which paths are services: without regard to letter case or doubled slashes (FACTS §1.1)."""

import re

_SLASHES = re.compile(r"/{2,}")

#: Every operation is answered at every one of them: the body says what is asked. Reporting has two
#: names, one from the WSDL and one that computers use.
SERVICE_PATHS = frozenset(
    {
        "/clientwebservice/client.asmx",
        "/simpleauthwebservice/simpleauth.asmx",
        "/reportingwebservice/reportingwebservice.asmx",
        "/reportingwebservice/webservice.asmx",
    }
)

#: Files for agents of Windows 8.1 and older, which nobody but Microsoft may hand out (FACTS §7).
SELF_UPDATE = "/selfupdate"


def is_service(path: str) -> bool:
    """Whether a request path is one of the services.

    >>> is_service("/ClientWebService//Client.asmx"), is_service("/ClientWebService/")
    (True, False)
    """
    return _plain(path) in SERVICE_PATHS


def is_self_update(path: str) -> bool:
    """Whether an old agent looks for a newer version of itself."""
    plain = _plain(path)
    return plain == SELF_UPDATE or plain.startswith(f"{SELF_UPDATE}/")


def _plain(path: str) -> str:
    return _SLASHES.sub("/", path).lower()
