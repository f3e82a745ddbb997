"""The snapshot scans are answered from: what changes becomes visible, and nobody waits for it."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from headgate.catalogue.identity import RevisionIdentity
from headgate.fleet.groups import ALL_COMPUTERS
from headgate.offer.snapshot import Snapshot
from headgate.services.clients.snapshots import Snapshots
from headgate.storage import effective, transactions
from tests import deciding
from tests.cast import a_guid, a_revision
from tests.commands import until
from tests.published import publish

GROUPS = (ALL_COMPUTERS,)


class Moving:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Held(Snapshots):
    """Snapshots whose builds can be held up, counted, and made to fail."""

    def __init__(self, engine: Engine, clock: Moving) -> None:
        self.keeps_files = True
        super().__init__(
            engine,
            files_are_kept=lambda: self.keeps_files,
            look_every=1,
            retry_after=10,
            monotonic=clock,
        )
        self.go = threading.Event()
        self.go.set()
        self.failure: Exception | None = None
        self.builds = 0

    def _build(self) -> Snapshot:
        self.builds += 1
        assert self.go.wait(30)
        if self.failure is not None:
            raise self.failure
        return super()._build()


class Built(Snapshots):
    """Snapshots that tell what was built."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, files_are_kept=lambda: True, look_every=0.01)
        self.versions: list[int] = []

    def _build(self) -> Snapshot:
        snapshot = super()._build()
        self.versions.append(snapshot.version)
        return snapshot


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def snapshots(engine: Engine, clock: Moving) -> Iterator[Held]:
    held = Held(engine, clock)
    yield held
    held.go.set()
    held.close()


def _approve(engine: Engine, update_id: str) -> None:
    with transactions.write(engine) as conn:
        deciding.approve(conn, update_id)


def _counter(engine: Engine) -> int:
    with transactions.read(engine) as conn:
        return effective.counter(conn)


def test_what_a_run_brought_is_seen_and_the_old_one_serves_meanwhile(
    engine: Engine, snapshots: Held
) -> None:
    publish(engine, a_revision())
    old = snapshots.current()
    before = snapshots.overlay(GROUPS)
    snapshots.go.clear()
    publish(engine, a_revision())
    snapshots.look()
    meanwhile = snapshots.overlay(GROUPS)
    snapshots.go.set()
    snapshots.wait(30)
    after = snapshots.overlay(GROUPS)

    assert meanwhile.snapshot is old is before.snapshot
    assert meanwhile.counter == before.counter == 1
    assert (len(old), len(after.snapshot)) == (1, 2)
    assert after.snapshot is snapshots.current()
    assert after.counter == _counter(engine) == 2


def test_only_one_build_is_under_way_and_what_came_meanwhile_follows(
    engine: Engine, snapshots: Held
) -> None:
    snapshots.current()
    snapshots.go.clear()
    for _ in range(3):
        publish(engine, a_revision())
        snapshots.look()
    assert snapshots.builds == 2
    publish(engine, a_revision())
    snapshots.go.set()
    snapshots.wait(30)
    snapshots.look()
    snapshots.wait(30)

    assert len(snapshots.current()) == 4


def test_it_looks_once_a_second_by_itself(engine: Engine, snapshots: Held, clock: Moving) -> None:
    update = RevisionIdentity(a_guid(), 1)
    publish(engine, a_revision(update))
    first = snapshots.overlay(GROUPS)
    _approve(engine, update.update_id)
    clock.now += 0.9
    assert snapshots.overlay(GROUPS) is first
    clock.now += 0.2
    second = snapshots.overlay(GROUPS)

    assert second.snapshot is first.snapshot
    assert (first.counter, second.counter) == (1, 2)
    (revision_id,) = second.scope
    assert [one.offered(revision_id).action for one in (first, second)] == [
        "PreDeploymentCheck",
        "Install",
    ]


def test_an_overlay_is_laid_once_for_each_set_of_groups(
    engine: Engine, snapshots: Held, clock: Moving
) -> None:
    publish(engine, a_revision())
    all_computers = snapshots.overlay(GROUPS)
    clock.now += 5

    assert snapshots.overlay(GROUPS) is all_computers
    assert snapshots.overlay((a_guid(), *GROUPS)) is not all_computers


def test_where_content_is_kept_counts_as_soon_as_it_is_chosen(
    engine: Engine, snapshots: Held
) -> None:
    snapshots.overlay(GROUPS)
    snapshots.keeps_files = False
    snapshots.look()

    assert not snapshots.overlay(GROUPS).files_are_kept


def test_a_build_that_fails_is_tried_again_later_and_the_old_one_serves(
    engine: Engine, snapshots: Held, clock: Moving
) -> None:
    old = snapshots.current()
    publish(engine, a_revision())
    snapshots.failure = RuntimeError("the disk caught fire")
    snapshots.look()
    snapshots.wait(30)
    clock.now += 9
    snapshots.failure = None
    assert snapshots.current() is old
    assert snapshots.builds == 2
    clock.now += 2
    snapshots.current()
    snapshots.wait(30)

    assert len(snapshots.current()) == 1


def test_a_first_build_that_fails_is_told_and_the_next_one_who_asks_tries_again(
    snapshots: Held,
) -> None:
    snapshots.failure = RuntimeError("the disk caught fire")
    with pytest.raises(RuntimeError, match="caught fire"):
        snapshots.current()
    snapshots.failure = None

    assert len(snapshots.current()) == 0


def test_decisions_made_while_it_builds_are_in_what_it_becomes(
    engine: Engine, snapshots: Held
) -> None:
    """Else a computer would be told a counter whose decisions it never heard of."""
    first, second = RevisionIdentity(a_guid(), 1), RevisionIdentity(a_guid(), 1)
    publish(engine, a_revision(first))
    snapshots.current()
    snapshots.go.clear()
    publish(engine, a_revision(second))
    snapshots.look()
    _approve(engine, second.update_id)
    snapshots.go.set()
    snapshots.wait(30)
    overlay = snapshots.overlay(GROUPS)

    assert overlay.counter == _counter(engine) == 3
    actions = sorted(overlay.offered(one).action for one in overlay.scope)
    assert actions == ["Install", "PreDeploymentCheck"]


def test_everybody_who_comes_first_gets_the_same_snapshot(engine: Engine, snapshots: Held) -> None:
    publish(engine, a_revision())
    got: list[object] = []
    threads = [
        threading.Thread(target=lambda: got.append(snapshots.overlay(GROUPS))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(got) == 8
    assert len({id(one) for one in got}) == 1
    assert snapshots.builds == 1


def test_closing_gives_up_the_build_that_is_under_way(engine: Engine, snapshots: Held) -> None:
    old = snapshots.current()
    snapshots.go.clear()
    publish(engine, a_revision())
    snapshots.look()
    closing = threading.Thread(target=snapshots.close)
    closing.start()
    while not snapshots._closed.is_set():  # set before it waits
        pass
    snapshots.go.set()
    closing.join(30)

    assert not closing.is_alive()
    snapshots.look()
    assert snapshots.current() is old
    assert snapshots.builds == 2


def test_who_comes_first_after_a_quiet_time_meets_what_was_decided_in_it(engine: Engine) -> None:
    """Nobody asks meanwhile: the server looks by itself."""
    watching = Built(engine)
    watching.watch()
    until(lambda: watching.versions == [0])

    publish(engine, a_revision())

    until(lambda: watching.versions == [0, 1])
    watching.close()
