"""The handshake of one server over a database, with a clock tests turn by hand."""

from datetime import datetime, timedelta
from pathlib import Path

from headgate.fleet.computers import ComputerFacts
from headgate.services.clients.contacts import Contacts
from headgate.services.clients.cookie_keys import CookieKeys
from headgate.services.clients.cookies import ClientCookie, Cookies, SealedCookie
from headgate.services.clients.handshake import REGISTER_COMPUTER, ClientHandshake
from headgate.services.clients.standing import ClientStanding
from headgate.services.clients.visitor import Visitor
from headgate.settings.secrets import SecretKey
from headgate.storage.engine import Engine
from tests.cast import NOON

DESK = Visitor(address="192.0.2.7", host="wsus.example.com", tls=False)
A_CLIENT = "6c3b5c7d-0a5b-4e59-8dc6-2d2f0e2d2c11"


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.at = NOON
        self.seconds = 1000.0

    def __call__(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def turn(self, **by: float) -> None:
        step = timedelta(**by)
        self.at += step
        self.seconds += step.total_seconds()


class ClientDoor:
    """One process that lets computers in."""

    def __init__(self, engine: Engine, secret_file: Path, clock: Clock | None = None) -> None:
        self.engine = engine
        self._secret_file = secret_file
        self._others: list[ClientDoor] = []
        self.clock = clock or Clock()
        self.keys = CookieKeys(
            engine=engine,
            secret_key=SecretKey(secret_file),
            now=self.clock,
            monotonic=self.clock.monotonic,
        )
        self.cookies = Cookies(self.keys)
        self.contacts = Contacts(engine)
        self.handshake = ClientHandshake(
            engine=engine,
            cookies=self.cookies,
            standing=ClientStanding(engine, self.clock.monotonic),
            contacts=self.contacts,
            now=self.clock,
        )

    def again(self) -> "ClientDoor":
        """Return the same installation in another process, or after a restart."""
        other = ClientDoor(self.engine, self._secret_file, self.clock)
        self._others.append(other)
        return other

    def close(self) -> None:
        """Write what waits and end the threads."""
        for door in (self, *self._others):
            door.contacts.close()

    def cookie(
        self,
        client_id: str = A_CLIENT,
        name: str = "pc7.example.com",
        *,
        old: bytes | None = None,
        group: str | None = None,
        visitor: Visitor = DESK,
    ) -> SealedCookie:
        """Go from authorization to a cookie."""
        ticket = self.handshake.authorize(client_id, name, group, visitor)
        last_change = self.handshake.config().last_change
        return self.handshake.cookie([ticket], old, last_change, "2.90", visitor)

    def register(
        self,
        client_id: str = A_CLIENT,
        name: str = "pc7.example.com",
        *,
        visitor: Visitor = DESK,
        **facts: object,
    ) -> SealedCookie:
        """Go all the way to a registered computer; return its cookie."""
        sealed = self.cookie(client_id, name, visitor=visitor)
        cookie = self.handshake.admit(sealed.data, visitor, operation=REGISTER_COMPUTER)
        said = ComputerFacts(dns_name=name, **facts)  # type: ignore[arg-type]
        self.handshake.register(cookie, said, visitor)
        return sealed

    def admit(self, data: bytes | None, operation: str = "SyncUpdates") -> ClientCookie:
        return self.handshake.admit(data, DESK, operation=operation)
