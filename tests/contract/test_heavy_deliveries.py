"""A heavy delivery is stored in parts; nothing of it is lost or counted twice."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from headgate.metadata.packing import Packer
from headgate.storage import transactions
from headgate.storage.engine import Connection, Engine
from headgate.storage.tables import catalogue as t
from headgate.sync import ingest
from headgate.sync.ingest import Delivery, Ingestion
from tests.cast import NOON
from tests.unit.metadata.made_documents import a_received


@pytest.mark.parametrize(("heavy", "parts"), [(1, 5), (10**9, 1)], ids=["heavy", "light"])
def test_all_of_it_is_taken_whatever_it_weighs(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, heavy: int, parts: int
) -> None:
    written: list[Engine] = []
    write = transactions.write

    @contextmanager
    def counted(opened: Engine) -> Iterator[Connection]:
        written.append(opened)
        with write(opened) as conn:
            yield conn

    monkeypatch.setattr(ingest, "HEAVY", heavy)
    first, second, *others = (a_received() for _ in range(4))
    documents = [first, second, a_received(b"no document"), *others]
    ingestion = Ingestion.begin(engine=engine, packer=Packer(), run_id=None, now=lambda: NOON)
    monkeypatch.setattr(transactions, "write", counted)
    taken = ingestion.take(Delivery(documents=documents))
    again = ingestion.take(Delivery(documents=documents[:2]))

    assert (taken.stored, len(taken.damaged), taken.known) == (4, 1, ())
    assert taken.damaged[0][0] == documents[2].identity
    assert (again.stored, len(again.known)) == (0, 2)
    assert len(written) == parts + min(parts, 2)
    with transactions.read(engine) as conn:
        assert conn.execute(select(func.count()).select_from(t.revisions)).scalar_one() == 4
