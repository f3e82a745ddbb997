"""Stored text is packed with a dictionary learnt from the first updates of an installation."""

from sqlalchemy import select
from tests.installation import Installation
from tests.upstream_lab import RunningLab

from headgate.metadata.packing import dictionary_id
from headgate.services.catalogue.packers import open_packer
from headgate.storage import dictionaries, transactions
from headgate.storage.tables import catalogue as t


def _cores(server: Installation) -> list[tuple[int, bytes]]:
    with transactions.read(server.engine) as conn:
        rows = conn.execute(
            select(t.fragments.c.core_size, t.fragments.c.core).order_by(t.fragments.c.revision_id)
        )
        return [(size, bytes(core)) for size, core in rows]


def test_a_dictionary_is_learnt_once_and_everything_stays_readable(
    server: Installation, lab: RunningLab
) -> None:
    server.synchronize()
    with transactions.read(server.engine) as conn:
        learnt = dictionaries.contents(conn)
    lab.advance()
    server.synchronize()
    with transactions.read(server.engine) as conn:
        later = dictionaries.contents(conn)

    packer = open_packer(server.engine)
    cores = _cores(server)
    assert len(learnt) == 1
    assert later == learnt
    assert {bool(dictionary_id(core)) for _size, core in cores} == {False, True}
    assert dictionary_id(cores[-1][1]) != 0
    assert all(len(packer.unpack(core)) == size for size, core in cores)
