"""One call to the simulated source: what was asked, by which address, and how it is refused."""

import hashlib
import uuid
from dataclasses import dataclass

from lxml import etree

from headgate.wire import xmltree
from headgate.wire.faults import ErrorCode, SoapFault
from headgate.wire.serversync import namespaces
from headgate.wire.soap import Envelope

#: What differs when the same question is asked again.
_TOKENS = {"cookie", "oldCookie", "authCookies"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, and the address by which its sender knows us."""

    envelope: Envelope
    address: str  #: http://host:port
    path: str  #: of the service, as the sender wrote it

    @property
    def operation(self) -> str:
        """The name of the operation."""
        return self.envelope.operation

    @property
    def question(self) -> bytes:
        """A digest of what is asked, without the tokens: equal when the same is asked again."""
        digest = hashlib.sha256(self.operation.encode())
        for part in self.envelope.message:
            if xmltree.local_name(part) not in _TOKENS:
                digest.update(etree.tostring(part))
        return digest.digest()


def refusal(
    call: Call, code: ErrorCode, message: str = "", *, at_fault: str = "Client"
) -> SoapFault:
    """Return the fault that answers ``call``, as captured exchanges 000017 to 000019 have it."""
    is_dss_auth = "dssauth" in call.path.lower()
    namespace = namespaces.DSS_AUTH if is_dss_auth else namespaces.SERVER_SYNC
    return SoapFault(
        code,
        message=message,
        id=str(uuid.uuid4()),
        method=namespaces.action(call.operation, namespace),
        at_fault=at_fault,
        actor=call.address + call.path,
    )
