"""Inventories that were sent although nobody asked for one: kept as they came, cut."""

from base64 import b64decode

import pytest

from headgate.services.clients.inventory import LARGEST, ClientInventory
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.computers import inventories
from headgate.storage import computers, transactions
from headgate.storage.engine import Engine
from tests.cast import NOON
from tests.reports import ALICE, BOB, register


@pytest.fixture
def inventory(engine: Engine) -> ClientInventory:
    register(engine, ALICE)
    return ClientInventory(engine)


def kept(engine: Engine) -> dict[str, str]:
    with transactions.write(engine) as conn:
        found = computers.inventories(conn, [ALICE])[ALICE]
    return inventories.read(found)[inventories.REPORT]


def test_no_inventory_is_wanted(inventory: ClientInventory) -> None:
    assert inventory.required_type("5b6e7fd4-0000-4000-8000-000000000000", "1.0") == 0
    assert inventory.required_type("", None) == 0


def test_a_text_is_kept_as_it_came(inventory: ClientInventory, engine: Engine) -> None:
    text = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Inventory>&b;</Inventory>'
    inventory.report(ALICE, text=text, compressed=None, received_at=NOON)

    assert kept(engine)["xml"] == text
    assert kept(engine)["received_at"] == "2026-11-20T12:00:00+00:00"


def test_what_is_compressed_is_not_unpacked(inventory: ClientInventory, engine: Engine) -> None:
    bomb = b"MSCF" + bytes(1000)
    inventory.report(ALICE, text=None, compressed=bomb, received_at=NOON)

    assert b64decode(kept(engine)["compressed"]) == bomb


def test_a_huge_one_is_cut(inventory: ClientInventory, engine: Engine) -> None:
    inventory.report(ALICE, text="<a>" * 10**6, compressed=bytes(10**6), received_at=NOON)

    found = kept(engine)
    assert len(found["xml"]) == LARGEST
    assert len(b64decode(found["compressed"])) == LARGEST
    assert (found["characters"], found["compressed_bytes"]) == ("3000000", "1000000")


def test_the_next_one_takes_its_place(inventory: ClientInventory, engine: Engine) -> None:
    inventory.report(ALICE, text="<first/>", compressed=b"first", received_at=NOON)
    inventory.report(ALICE, text="<second/>", compressed=None, received_at=NOON)

    assert kept(engine)["xml"] == "<second/>"
    assert "compressed" not in kept(engine)


def test_one_of_nobody_is_refused(inventory: ClientInventory) -> None:
    with pytest.raises(ComputerRefused) as refused:
        inventory.report(BOB, text="<a/>", compressed=None, received_at=NOON)

    assert refused.value.code is Refusal.REGISTRATION_REQUIRED
