"""Letting computers in: configuration, authorization, cookies, registration ([MS-WUSP] 3.1.5.2-5).

The protocol authenticates nobody: anybody may claim any id. What a claim can change is therefore
little: the row a new id gets, and of a known one its name, group and what it says about itself
(shown to administrators as said, not as proved) and when and whence it was last here. It can see
what that computer would be offered; it cannot change a decision, and no report of one computer
counts for another.

Refusals rise as ComputerRefused with the id that was claimed; the door notes them.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from headgate.fleet import names
from headgate.fleet.computers import ComputerFacts
from headgate.fleet.groups import ALL_COMPUTERS
from headgate.services.clients import registering
from headgate.services.clients.contacts import Contacts
from headgate.services.clients.cookies import ClientCookie, Cookies, SealedCookie, Ticket
from headgate.services.clients.details import MOST_REVISIONS
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.clients.standing import ClientStanding, Standing, is_last_change
from headgate.services.clients.visitor import Visitor
from headgate.services.second_old import SecondOldEach
from headgate.storage import computers, transactions
from headgate.storage.engine import Engine

#: How long a cookie counts: what a real server gives (FACTS §2.4).
COOKIE_LIFE = timedelta(minutes=60)
#: How long after the authorization call ``GetCookie`` may come; it comes within a second.
TICKET_LIFE = timedelta(hours=24)

#: The groups whose decisions count for a computer; so far all are in the same.
GROUPS = (ALL_COMPUTERS,)

#: The one call a computer may make that has not told yet what it is.
REGISTER_COMPUTER = "RegisterComputer"

#: Calls of a computer that has not told yet what it is: to tell it, and to find over from another
#: server, whose order of calls ends with ``RefreshCache`` (FACTS §1.6).
BEFORE_REGISTRATION = frozenset({REGISTER_COMPUTER, "RefreshCache"})

_PROTOCOL = re.compile(r"(\d{1,5})\.(\d{1,5})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfiguration:
    """What ``GetConfig`` tells; every value but the first is what a real server says (FACTS §2.2).

    A change of any of them has to change ``installation.client_config_changed_at``.
    """

    last_change: str  #: compared when it comes back; constant as long as nothing below changes
    registration_required: bool = True
    authorization_service: str = "SimpleAuthWebService/SimpleAuth.asmx"
    extended_updates_at_once: int = MOST_REVISIONS
    protocol_version: str = "3.2"
    inventory_required: bool = False
    reporting_level: int = 2


class _Anchors(NamedTuple):
    """Up to where a computer has been told; 0: of nothing."""

    software: int = 0
    driver: int = 0
    category: int = 0


class ClientHandshake:
    """Lets computers in. One for the process."""

    def __init__(
        self,
        *,
        engine: Engine,
        cookies: Cookies,
        standing: ClientStanding,
        contacts: Contacts,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._cookies = cookies
        self._standing = standing
        self._contacts = contacts
        self._now = now
        self._registered = SecondOldEach[str, bool](monotonic)

    def config(self) -> ClientConfiguration:
        """Return what computers are told before anything else."""
        return ClientConfiguration(last_change=self._standing.current().last_change)

    def authorize(
        self,
        client_id: str | None,
        dns_name: str | None,
        target_group: str | None,
        visitor: Visitor,
    ) -> bytes:
        """Return the authorization cookie's data; the computer has a row from now on.

        Raises ComputerRefused (InternalServerError, as real servers do: <50>, <51>) for an id or a
        name that is none.
        """
        computer_id, name = names.client_id(client_id), names.dns_name(dns_name)
        if computer_id is None:
            raise ComputerRefused(Refusal.INTERNAL_SERVER_ERROR, "clientId")
        if name is None:
            raise ComputerRefused(Refusal.INTERNAL_SERVER_ERROR, "dnsName", computer_id=computer_id)
        self._met(computer_id, name, names.requested_group(target_group), visitor)
        return self._cookies.seal_ticket(
            Ticket(
                client_id=computer_id,
                server_id=self._standing.current().server_id,
                issued=self._now(),
            )
        )

    def cookie(
        self,
        tickets: Sequence[bytes],
        old_cookie: bytes | None,
        last_change: str | None,
        protocol_version: str | None,
        visitor: Visitor,
    ) -> SealedCookie:
        """Return a new cookie; the anchors of our own old one live on in it.

        ``tickets``: what the authorization cookies hold; ``old_cookie``: data of the old cookie,
        empty or None for none. Raises ComputerRefused: InvalidAuthorizationCookie,
        InvalidParameters, InvalidCookie, ServerChanged, ConfigChanged. The old cookie is judged
        before the configuration: a computer that comes from another server has to hear of that.
        """
        standing = self._standing.current()
        client_id = self._admitted_by(tickets, standing)
        with _about(client_id):
            protocol = _protocol(protocol_version)
            anchors = self._anchors(old_cookie, client_id)
            if not is_last_change(last_change, standing):
                raise ComputerRefused(Refusal.CONFIG_CHANGED)
        self._contacts.seen(client_id, visitor, self._now())
        return self.sealed(
            ClientCookie(
                client_id=client_id,
                groups=GROUPS,
                expires=_whole_milliseconds(self._now() + COOKIE_LIFE),
                protocol=protocol,
                last_change=standing.last_change,
                server_id=standing.server_id,
                catalogue_version=standing.catalogue_version,
                software_anchor=anchors.software,
                driver_anchor=anchors.driver,
                category_anchor=anchors.category,
            )
        )

    def sealed(self, cookie: ClientCookie) -> SealedCookie:
        """Return a cookie as it goes out, with the expiry it has."""
        return SealedCookie(expiration=cookie.expires, data=self._cookies.seal(cookie))

    def register(self, cookie: ClientCookie, facts: ComputerFacts, visitor: Visitor) -> None:
        """Write down what an admitted computer says it is; committed on return.

        Raises ComputerRefused (InvalidParameters) for a name that is none.
        """
        name = names.dns_name(facts.dns_name)
        if name is None:
            raise ComputerRefused(
                Refusal.INVALID_PARAMETERS, "computerInfo.DnsName", computer_id=cookie.client_id
            )
        registering.write_down(self._engine, cookie, facts, name, visitor, at=self._now())
        self._contacts.expect_facts(cookie.client_id)

    def admit(self, data: bytes | None, visitor: Visitor, *, operation: str) -> ClientCookie:
        """Return the cookie of a call that may go on; its computer was here now.

        Raises ComputerRefused: InvalidCookie, ServerChanged, CookieExpired, ConfigChanged, and
        RegistrationRequired when the computer is unknown or never told what it is, unless it
        registers or refreshes its cache.
        """
        cookie = self._cookies.open(data)
        with _about(cookie.client_id):
            standing = self._ours(cookie)
            if cookie.expires <= self._now():
                raise ComputerRefused(Refusal.COOKIE_EXPIRED)
            if not is_last_change(cookie.last_change, standing):
                raise ComputerRefused(Refusal.CONFIG_CHANGED)
            if operation not in BEFORE_REGISTRATION and not self._is_registered(cookie.client_id):
                raise ComputerRefused(Refusal.REGISTRATION_REQUIRED)
        self._contacts.seen(cookie.client_id, visitor, self._now())
        return cookie

    def _is_registered(self, client_id: str) -> bool:
        """A computer scans in dozens of calls: what was found is good for a second."""
        if self._registered.get(client_id):
            return True
        asked = self._registered.now()
        with transactions.read(self._engine) as conn:
            is_registered = computers.is_registered(conn, client_id)
        if is_registered:
            self._registered.put(client_id, True, asked=asked)
        return is_registered

    def _met(self, computer_id: str, name: str, group: str | None, visitor: Visitor) -> None:
        with transactions.read(self._engine) as conn:
            known = computers.known_computer(conn, computer_id)
        if known is None or (known.dns_name, known.requested_group) != (name, group):
            with transactions.write(self._engine) as conn:
                registering.meet(
                    conn, computer_id, name, group=group, visitor=visitor, at=self._now()
                )
        self._contacts.seen(computer_id, visitor, self._now())

    def _admitted_by(self, tickets: Sequence[bytes], standing: Standing) -> str:
        """Return whom the one authorization cookie of ``GetCookie`` admits."""
        if len(tickets) != 1:
            raise ComputerRefused(Refusal.INVALID_AUTHORIZATION_COOKIE, "authCookies")
        ticket = self._cookies.open_ticket(tickets[0])
        age = self._now() - ticket.issued
        if ticket.server_id != standing.server_id or not -TICKET_LIFE < age < TICKET_LIFE:
            raise ComputerRefused(
                Refusal.INVALID_AUTHORIZATION_COOKIE, "authCookies", computer_id=ticket.client_id
            )
        return ticket.client_id

    def _anchors(self, old_cookie: bytes | None, client_id: str) -> _Anchors:
        """Return what the computer has been told already; an old cookie may have expired."""
        if not old_cookie:
            return _Anchors()
        old = self._cookies.open(old_cookie)
        self._ours(old)
        if (old.client_id, old.groups) != (client_id, GROUPS):
            return _Anchors()
        return _Anchors(old.software_anchor, old.driver_anchor, old.category_anchor)

    def _ours(self, cookie: ClientCookie) -> Standing:
        """Return what counts now, if the cookie's numbers are of this database.

        A cookie from the future of this database was given before somebody put an older copy in
        its place, in a way that left no trace.
        """
        standing = self._standing.current()
        if _is_beyond(cookie, standing):
            standing = self._standing.now()  # what was remembered may be a second old
        if cookie.server_id != standing.server_id or _is_beyond(cookie, standing):
            raise ComputerRefused(Refusal.SERVER_CHANGED)
        return standing


def _is_beyond(cookie: ClientCookie, standing: Standing) -> bool:
    furthest = max(cookie.software_anchor, cookie.driver_anchor, cookie.category_anchor)
    return cookie.catalogue_version > standing.catalogue_version or furthest > standing.counter


def _protocol(said: str | None) -> tuple[int, int]:
    """Return the agent's protocol version: two integers, never too high (FACTS §2.1)."""
    found = _PROTOCOL.fullmatch((said or "").strip())
    if found is None:
        raise ComputerRefused(Refusal.INVALID_PARAMETERS, "protocolVersion")
    return int(found[1]), int(found[2])


def _whole_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@contextmanager
def _about(client_id: str) -> Iterator[None]:
    """Say of refusals whom they concern."""
    try:
        yield
    except ComputerRefused as refused:
        refused.computer_id = client_id
        raise
