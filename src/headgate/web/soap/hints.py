"""What the headers of a request say of its message, for requests whose body does not.

A body's first element says which operation is meant (FACTS §1.3). Some stacks send no element for
an operation without parts, some not even an envelope; then the action counts.
"""

import re
from dataclasses import dataclass

from starlette.datastructures import Headers

from headgate.web.soap.calls import CALLS
from headgate.wire.soap import SoapVersion

#: The action of SOAP 1.2, a parameter of the content type.
_SOAP_12 = re.compile(r"\s*application/soap\+xml\b(?:.*;\s*action=\"?([^\";]*))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Which operation headers name, in which SOAP version."""

    operation: str = ""  #: of :data:`CALLS`; "" when they name none of these
    version: SoapVersion = SoapVersion.SOAP_11


def hint_of(headers: Headers) -> Hint:
    """Return what the headers of a request hint at."""
    soap_12 = _SOAP_12.match(headers.get("content-type", ""))
    action = (soap_12[1] or "") if soap_12 else headers.get("soapaction", "")
    name = action.strip(' "').rpartition("/")[2]
    return Hint(
        operation=name if name in CALLS else "",
        version=SoapVersion.SOAP_12 if soap_12 else SoapVersion.SOAP_11,
    )
