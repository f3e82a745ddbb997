"""What this server is called: as ``server.names`` says, else as the machine itself does."""

import socket
import time
from collections.abc import Callable

from headgate.settings.values import NotAllowed, host_name

#: Seconds to wait for a name server to tell our own name.
_NAME_SECONDS = 5.0
#: Seconds for which the machine's answer is believed: a name server need not be asked per page.
_BELIEVED = 900.0


class ServerNames:
    """The names and addresses of this server; the first is the one people are shown."""

    def __init__(self, chosen: Callable[[], tuple[str, ...]]) -> None:
        """``chosen`` returns the setting ``server.names``."""
        self.chosen = chosen
        self._machine: tuple[str, ...] = ()
        self._asked = -_BELIEVED

    def current(self) -> tuple[str, ...]:
        """Return the names that count now; never none."""
        return self.chosen() or self.of_machine()

    def of_machine(self) -> tuple[str, ...]:
        """Return the machine's full name and its host name; asking takes seconds at worst."""
        if time.monotonic() - self._asked >= _BELIEVED:
            self._machine = machine_names()
            self._asked = time.monotonic()
        return self._machine


def machine_names() -> tuple[str, ...]:
    """Return what the machine calls itself, the full name first; ``localhost`` for nothing."""
    from headgate.services.synchronizing.reachability import side_by_side

    short = socket.gethostname()
    full = str(side_by_side({"name": socket.getfqdn}, _NAME_SECONDS).get("name", short))
    # What /etc/hosts gives a machine without a name is no name for others.
    full = short if full.partition(".")[0] == "localhost" else full
    ordered = sorted({full, short}, key=lambda name: "." not in name)
    return tuple(dict.fromkeys(filter(None, map(_allowed, ordered)))) or ("localhost",)


def _allowed(name: str) -> str:
    try:
        return host_name(name).rstrip(".")
    except NotAllowed:
        return ""
