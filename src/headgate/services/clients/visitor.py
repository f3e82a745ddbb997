"""Who a call of the client services comes from, as far as a socket can tell."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """The other end of one call. None of it is proved; the protocol authenticates nobody."""

    address: str  #: IP address, as text; a trusted proxy's word counts
    host: str  #: the name this server was called by (``Host`` without the port)
    tls: bool
