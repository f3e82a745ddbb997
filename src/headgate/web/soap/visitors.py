"""Who calls, in the words of the services behind the door."""

from headgate.services.clients.visitor import Visitor
from headgate.web.forwarded import Caller


def visitor_of(caller: Caller) -> Visitor:
    """Return who makes a request; ``host`` is without its port, empty when it cannot be believed.

    IPv4 addresses in IPv6 clothes are IPv4 addresses.
    """
    return Visitor(address=caller.address, host=caller.host_name, tls=caller.scheme == "https")
