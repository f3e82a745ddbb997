"""A catalogue stored before computers were served: upgraded, it serves like one stored today."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Table, func, select, update

from headgate.jobs.context import JobContext, JobPausedError, Progress, Signals
from headgate.jobs.worker import Worker
from headgate.jobs.worker_lock import worker_lock
from headgate.metadata.packing import Packer
from headgate.services.catalogue import settling
from headgate.services.catalogue.fragment_work import CUT_FRAGMENTS, FragmentWork
from headgate.storage import jobs, recutting, transactions, upgrade
from headgate.storage.catalogue_version import catalogue_version
from headgate.storage.engine import Engine
from headgate.storage.tables import catalogue as t
from headgate.storage.tables import offering
from headgate.sync.ingest import Delivery, Ingestion
from tests import databases
from tests.cast import NOON, a_guid
from tests.databases import Older
from tests.unit.metadata.made_documents import a_received, a_servicing_manifest

LARGE_ONES, DRIVERS, OTHERS = 3, 2, 2

_COMPUTERS = (a_guid(), a_guid())
_DRIVER = (
    '<upd:Metadata><drv:WindowsDriverMetaData HardwareID="PCI\\VEN_8086">'
    '<drv:FeatureScore FeatureScore="0A" OperatingSystem="AMD64.10.0" />'
    f"<drv:DistributionComputerHardwareId>{_COMPUTERS[0]}</drv:DistributionComputerHardwareId>"
    f"<drv:TargetComputerHardwareId>{_COMPUTERS[1]}</drv:TargetComputerHardwareId>"
    "</drv:WindowsDriverMetaData></upd:Metadata>"
)


@pytest.fixture
def old(older: Older) -> Iterator[Engine]:
    """Return a database with the schema before, and nothing in it."""
    with older("0003") as before:
        yield before


def _fill(engine: Engine) -> None:
    documents = [
        *(a_received() for _ in range(OTHERS)),
        *(a_received(rules=a_servicing_manifest(90_000)) for _ in range(LARGE_ONES - 1)),
        a_received(rules=a_servicing_manifest(2_500_000)),
        *(a_received(attributes='UpdateType="Driver"', rules=_DRIVER) for _ in range(DRIVERS)),
    ]
    ingestion = Ingestion.begin(engine=engine, packer=Packer(), run_id=None, now=lambda: NOON)
    taken = ingestion.take(Delivery(documents=documents))
    assert not taken.damaged, taken.damaged
    with transactions.write(engine) as conn:
        settling.catalogue_changed(conn)


def _copy(engine: Engine, old: Engine) -> None:
    """Put the same catalogue into the schema before, as far as that knows it."""
    names = ("installation", "revisions", "documents", "fragments", "drivers")
    databases.copy_rows(engine, old, *names)
    with transactions.write(old) as target:
        # hardware ids lost their case, and computers that an INF names were not read
        lower = func.lower(t.drivers.c.hardware_id)
        target.execute(
            update(t.drivers).values(hardware_id=lower, computer_hardware_ids=_COMPUTERS[0])
        )


@pytest.fixture
def upgraded(engine: Engine, old: Engine) -> Engine:
    """The catalogue of ``engine``, upgraded."""
    _fill(engine)
    _copy(engine, old)
    upgrade.upgrade(old)
    settling.settle_if_never(old)
    return old


def _rows(engine: Engine, table: Table) -> list[tuple[Any, ...]]:
    with transactions.read(engine) as conn:
        return [tuple(row) for row in conn.execute(select(table).order_by(*table.primary_key))]


def _count(engine: Engine, table: Table) -> int:
    with transactions.read(engine) as conn:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()


def _left(engine: Engine) -> int:
    with transactions.read(engine) as conn:
        return recutting.count_due(conn)


def _version(engine: Engine) -> int:
    with transactions.read(engine) as conn:
        return catalogue_version(conn)


def _work(engine: Engine, batch: int = 2) -> FragmentWork:
    return FragmentWork(engine=engine, now=lambda: NOON, batch=batch)


def _worker(engine: Engine) -> Worker:
    handlers = {CUT_FRAGMENTS: _work(engine).work, "other": lambda context: {}}
    return Worker(engine=engine, lock=worker_lock(engine), handlers=handlers, signals=Signals())


def _work_off(engine: Engine) -> list[str]:
    """Do all jobs that wait and return their kinds."""
    worker = _worker(engine)
    assert worker.settle()
    kinds = []
    while (job := worker.run_next()) is not None:
        assert job.state == "done", job
        kinds.append(job.kind)
    worker.release()
    return kinds


def test_pieces_scores_and_computers_are_those_of_today(engine: Engine, upgraded: Engine) -> None:
    assert _left(upgraded) == LARGE_ONES + DRIVERS
    assert _count(upgraded, offering.core_pieces) == 0
    _work(upgraded).queue_if_due()
    assert _work_off(upgraded) == [CUT_FRAGMENTS]

    assert _left(upgraded) == 0
    for table in (offering.core_pieces, offering.feature_scores, t.drivers, t.fragments):
        assert _rows(upgraded, table) == _rows(engine, table), table.name
    assert _count(upgraded, offering.core_pieces) >= LARGE_ONES + 2
    assert _count(upgraded, offering.feature_scores) == DRIVERS
    assert {row[-1] for row in _rows(upgraded, t.drivers)} == {" ".join(_COMPUTERS)}


def test_what_is_live_is_settled_at_the_upgrade(engine: Engine, upgraded: Engine) -> None:
    assert _rows(upgraded, offering.live_revisions) == _rows(engine, offering.live_revisions)
    assert _count(upgraded, offering.live_revisions) == LARGE_ONES + DRIVERS + OTHERS


def test_the_catalogue_has_changed_when_the_last_one_is_cut_and_not_before(
    upgraded: Engine,
) -> None:
    before = _version(upgraded)
    versions = set()

    class Watching(JobContext):
        def report(self, progress: Progress) -> None:
            if progress["done"] < progress["total"]:
                versions.add(_version(upgraded))

    _work(upgraded).queue_if_due()
    with transactions.write(upgraded) as conn:
        job = jobs.claim(conn, at=NOON)
    assert job is not None
    result = _work(upgraded).work(Watching(job, Signals()))

    assert result == {"documents": LARGE_ONES + DRIVERS}
    assert versions == {before}
    assert _version(upgraded) == before + 1


def test_a_job_that_died_half_way_goes_on_where_it_was(upgraded: Engine) -> None:
    class Dying(JobContext):
        def report(self, progress: Progress) -> None:
            if progress["done"]:
                raise SystemExit

    _work(upgraded).queue_if_due()
    with transactions.write(upgraded) as conn:
        job = jobs.claim(conn, at=NOON)
    assert job is not None
    with pytest.raises(SystemExit):
        _work(upgraded).work(Dying(job, Signals()))
    assert _left(upgraded) == LARGE_ONES + DRIVERS - 2
    _work(upgraded).queue_if_due()  # whoever opens the installation asks; it is queued already
    assert _work_off(upgraded) == [CUT_FRAGMENTS]

    assert _left(upgraded) == 0
    assert _count(upgraded, offering.feature_scores) == DRIVERS


def test_it_pauses_between_two_documents(upgraded: Engine) -> None:
    _work(upgraded).queue_if_due()
    signals = Signals()
    with transactions.write(upgraded) as conn:
        job = jobs.claim(conn, at=NOON)
    assert job is not None
    signals.stop.set()
    with pytest.raises(JobPausedError):
        _work(upgraded).work(JobContext(job, signals))

    assert _left(upgraded) == LARGE_ONES + DRIVERS


def test_who_waits_comes_first_and_the_rest_follows(upgraded: Engine) -> None:
    _work(upgraded).queue_if_due()
    with transactions.write(upgraded) as conn:
        jobs.enqueue(conn, kind="other", payload={}, by="anna", at=NOON)

    assert _work_off(upgraded) == [CUT_FRAGMENTS, "other", CUT_FRAGMENTS]
    assert _left(upgraded) == 0


def test_a_document_that_cannot_be_read_keeps_what_was_cut_from_it(upgraded: Engine) -> None:
    before = _rows(upgraded, t.fragments)
    with transactions.write(upgraded) as conn:
        conn.execute(update(t.documents).values(data=b"damaged"))
    _work(upgraded).queue_if_due()
    _work_off(upgraded)

    assert _left(upgraded) == 0
    assert _rows(upgraded, t.fragments) == before


def test_a_catalogue_stored_today_queues_nothing(engine: Engine) -> None:
    _fill(engine)
    _work(engine).queue_if_due()

    with transactions.read(engine) as conn:
        assert jobs.unfinished(conn, [CUT_FRAGMENTS]) == []


def test_what_a_build_without_a_compiler_stored_gets_its_blocks_from_one_with_it(
    engine: Engine,
) -> None:
    _fill(engine)
    today = _rows(engine, offering.core_pieces)
    with transactions.write(engine) as conn:
        lost = {"xpress": None, "xpress_size": None}
        conn.execute(update(offering.core_pieces).values(**lost))

    without = FragmentWork(engine=engine, now=lambda: NOON, compressor=lambda: None)
    without.queue_if_due()
    assert _work_off(engine) == []
    _work(engine).queue_if_due()
    assert _work_off(engine) == [CUT_FRAGMENTS]

    assert _rows(engine, offering.core_pieces) == today
    _work(engine).queue_if_due()
    assert _work_off(engine) == []
