"""The two doors of Windows computers, SOAP and files, opened and closed together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDoors:
    """What serves computers in one process."""

    routes: Sequence[BaseRoute]
    start: Callable[[], None]  #: makes ready what the first scan would wait for, and keeps it so
    close: Callable[[], None]  #: writes down what waits and ends every thread
