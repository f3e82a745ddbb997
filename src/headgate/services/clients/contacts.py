"""Signs of life, what agents say of themselves during scans, and refused contacts: written later.

A scan is answered first. What is noted here waits in memory, one entry per computer or reason, and
a thread writes all of it in one transaction every few seconds, and at the end. A crash loses
seconds of it: a time of last contact, never a decision, a registration or a report.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

import structlog

from headgate.errors import StorageError
from headgate.fleet.computers import bounded, readable
from headgate.fleet.windows import patch_level
from headgate.services.clients.refusals import Refusal
from headgate.services.clients.visitor import Visitor
from headgate.services.computers import inventories
from headgate.storage import computers, refused_contacts, transactions
from headgate.storage.computers import ScanFacts, Sign
from headgate.storage.engine import Connection, Engine
from headgate.storage.refused_contacts import RefusedContact

_log = structlog.get_logger()

#: Seconds between two writings.
WRITE_EVERY = 5.0
#: Entries of one kind that may wait; the writer is woken when there are as many.
MOST_WAITING = 10_000
#: Computers whose facts are written in one transaction.
_FACTS_AT_ONCE = 500
#: Characters of facts that may wait.
MOST_FACTS = 32 * 1024 * 1024
#: Computers that never registered of which rows are kept; an honest one registers at once.
MOST_STRANGERS = 20_000
_STRANGERS_AT_ONCE = 2_000
#: Seconds between two looks for more of them.
LOOK_FOR_STRANGERS = 60.0
#: Computers whose last facts are remembered: an agent says the same at every call.
_MOST_REMEMBERED = 200_000


class Contacts:
    """Collects what is written later. One for the process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._signs: dict[str, Sign] = {}
        self._facts: dict[str, dict[str, str]] = {}
        self._facts_weight = 0  # characters in them
        self._strangers_looked_for = 0.0
        self._refused: dict[tuple[str, str], RefusedContact] = {}
        self._told: OrderedDict[str, int] = OrderedDict()  # hash of the facts last written
        self._wake = threading.Event()
        self._closed = False
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None

    def seen(
        self, client_id: str, visitor: Visitor, at: datetime, *, scanned: bool = False
    ) -> None:
        """Note that a computer was here; ``scanned``: its software pass has just ended."""
        with self._lock:
            before = self._signs.get(client_id)
            if before is None and len(self._signs) >= _MOST_REMEMBERED:
                return  # nothing could be written for long
            self._signs[client_id] = Sign(
                computer_id=client_id,
                address=visitor.address,
                at=at,
                scanned_at=at if scanned else before.scanned_at if before else None,
            )
        self._waits(len(self._signs))

    def noted(self, client_id: str, attributes: Mapping[str, str]) -> None:
        """Note what an agent says of its machine during a scan (``DeviceAttributes``)."""
        look = hash(frozenset(attributes.items()))
        if self._told.get(client_id) == look:
            return
        facts = bounded(attributes)
        with self._lock:
            weight = _weight(facts)
            if client_id in self._facts:
                self._facts_weight -= _weight(self._facts[client_id])
            elif len(self._facts) >= MOST_WAITING or self._facts_weight + weight > MOST_FACTS:
                self._wake.set()
                return  # it says the same at its next call
            self._facts[client_id] = facts
            self._facts_weight += weight
            self._told[client_id] = look
            self._told.move_to_end(client_id)
            if len(self._told) > _MOST_REMEMBERED:
                self._told.popitem(last=False)
        self._waits(len(self._facts))

    def expect_facts(self, client_id: str) -> None:
        """Forget what an agent said last: its row is new, or holds another system now."""
        with self._lock:
            self._told.pop(client_id, None)

    def refused(
        self,
        visitor: Visitor,
        operation: str,
        refusal: Refusal | str,
        computer_id: str | None = None,
        *,
        at: datetime,
        detail: str | None = None,
    ) -> None:
        """Note that somebody was sent away.

        ``refusal``: the code, or what HTTP refused in a few words; ``computer_id``: who it claims
        to be. The same reason from the same address is counted.
        """
        reason = (readable(str(refusal)) or "")[: refused_contacts.LONGEST_REASON]
        key = (visitor.address, reason)
        contact = RefusedContact(
            address=key[0],
            reason=key[1],
            operation=readable(operation) or "",
            computer_id=readable(computer_id),
            detail=readable(detail),
            first_at=at,
            last_at=at,
            contacts=1,
        )
        with self._lock:
            before = self._refused.get(key)
            if before is not None:
                contact = _together(before, contact)
            elif len(self._refused) >= MOST_WAITING:
                return  # a flood from more addresses than the table keeps anyway
            self._refused[key] = contact
        self._waits(len(self._refused))

    def flush(self) -> None:
        """Write what waits; raises StorageError, then it waits on."""
        with self._writing:
            with self._lock:
                signs, self._signs = self._signs, {}
                facts, self._facts, self._facts_weight = self._facts, {}, 0
                refused, self._refused = self._refused, {}
            try:
                # A transaction for each kind: who holds rows of one never waits for another's.
                with transactions.write(self._engine) as conn:
                    computers.seen(conn, list(signs.values()))
                signs = {}
                while facts:  # in small ones: nobody else can write to SQLite meanwhile
                    some = dict(islice(facts.items(), _FACTS_AT_ONCE))
                    with transactions.write(self._engine) as conn:
                        _write_facts(conn, some)
                    facts = {key: facts[key] for key in facts if key not in some}
                with transactions.write(self._engine) as conn:
                    refused_contacts.add(conn, list(refused.values()))
            except Exception:
                self._put_back(signs, facts, refused)
                raise

    def close(self) -> None:
        """Write what waits and end the thread; what is noted afterwards is lost."""
        with self._lock:
            self._closed = True
            thread = self._thread
        self._wake.set()
        if thread is not None:
            thread.join()
        self._write()

    def _waits(self, entries: int) -> None:
        if self._thread is None:
            with self._lock:
                if self._thread is None and not self._closed:
                    self._thread = threading.Thread(target=self._run, name="contacts", daemon=True)
                    self._thread.start()
        if entries >= MOST_WAITING:
            self._wake.set()

    def _run(self) -> None:
        while not self._closed:
            self._wake.wait(WRITE_EVERY)
            self._wake.clear()
            if not self._closed:
                self._write()

    def _write(self) -> None:
        if not (self._signs or self._facts or self._refused):
            return
        try:
            self.flush()
            self._forget_strangers()
        except StorageError as exc:
            _log.warning("contacts not written", reason=exc.message)
        except Exception:
            # What nobody has foreseen must not end the thread; it is tried again.
            _log.exception("contacts not written")

    def _forget_strangers(self) -> None:
        """Delete rows nobody stands behind, some at a time: others want to write as well."""
        if time.monotonic() < self._strangers_looked_for:
            return
        while True:
            with transactions.write(self._engine) as conn:
                gone = computers.forget_strangers(
                    conn, kept=MOST_STRANGERS, at_most=_STRANGERS_AT_ONCE
                )
            if gone:
                _log.warning("forgot computers that never registered", computers=gone)
            if gone < _STRANGERS_AT_ONCE or self._closed:
                break
        self._strangers_looked_for = time.monotonic() + LOOK_FOR_STRANGERS

    def _put_back(
        self,
        signs: dict[str, Sign],
        facts: dict[str, dict[str, str]],
        refused: dict[tuple[str, str], RefusedContact],
    ) -> None:
        """Keep what could not be written for the next time, what came meanwhile over it."""
        with self._lock:
            self._signs = signs | self._signs
            self._facts = facts | self._facts
            self._facts_weight = sum(map(_weight, self._facts.values()))
            for key, old in refused.items():
                new = self._refused.get(key)
                self._refused[key] = old if new is None else _together(old, new)


def _weight(facts: Mapping[str, str]) -> int:
    return sum(len(key) + len(value) for key, value in facts.items())


def _together(old: RefusedContact, new: RefusedContact) -> RefusedContact:
    return replace(new, first_at=old.first_at, contacts=old.contacts + new.contacts)


def _write_facts(conn: Connection, facts: Mapping[str, dict[str, str]]) -> None:
    """Lay new facts over those kept; the callers of one agent say different things."""
    said = []
    for computer_id, kept in computers.inventories(conn, facts).items():
        new = facts[computer_id]
        merged = inventories.read(kept).get(inventories.SCAN, {}) | new
        inventory = inventories.with_section(kept, inventories.SCAN, bounded(merged))
        if inventory != kept:
            build = patch_level(new.get("OSVersion"))
            said.append(ScanFacts(computer_id=computer_id, inventory=inventory, build=build))
    computers.note_facts(conn, said)
