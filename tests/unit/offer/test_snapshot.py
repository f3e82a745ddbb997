"""One snapshot serves everybody, and what it is built from may come in any order."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from tests.unit.offer.asking import ask, new_ids
from tests.unit.offer.world import FIRST_REVISION_ID, World

from headgate.fleet.groups import ALL_COMPUTERS
from headgate.offer.overlay import Overlay
from headgate.offer.recent import Recent
from headgate.offer.snapshot import KEPT_ANSWERS, Snapshot


def _world() -> World:
    world = World()
    for number in range(30):
        world.detectoid(f"detectoid {number}")
    for number in range(200):
        needs = [f"detectoid {number % 30}", [f"detectoid {number % 7}", f"detectoid {number % 5}"]]
        world.add(f"update {number}", needs=needs)
    return world


def test_an_empty_catalogue_offers_nothing() -> None:
    offer = ask(World(), [1, 2], [3])

    assert (offer.new, offer.out_of_scope, offer.truncated) == ([], [1, 2, 3], False)


def test_rows_may_come_in_any_order() -> None:
    world = _world()
    catalogue = world.catalogue()
    turned = replace(
        catalogue,
        revisions=lambda: reversed(list(catalogue.revisions())),
        known=lambda: reversed(list(catalogue.known())),
    )
    installed = [FIRST_REVISION_ID + 3 * number for number in range(20)]

    answers = [
        ask(
            Overlay.lay(
                Snapshot.build(rows), world.decisions(), [ALL_COMPUTERS], files_are_kept=True
            ),
            installed,
        )
        for rows in (catalogue, turned)
    ]

    assert answers[0] == answers[1]
    assert answers[0].new


def test_revision_ids_may_lie_far_apart() -> None:
    """After a restore they begin anew somewhere else."""
    world = World()
    for name in ("first", "second"):
        world.add(name)
    far = {FIRST_REVISION_ID: 7, FIRST_REVISION_ID + 3: 2**31 - 1}
    catalogue = world.catalogue()
    apart = replace(
        catalogue,
        revisions=lambda: [
            row._replace(revision_id=far[row.revision_id]) for row in catalogue.revisions()
        ],
        known=lambda: [(far[i], update_id) for i, update_id in catalogue.known()],
    )

    overlay = Overlay.lay(
        Snapshot.build(apart), world.decisions(), [ALL_COMPUTERS], files_are_kept=True
    )

    assert new_ids(ask(overlay)) == [7, 2**31 - 1]


def test_many_threads_are_answered_alike() -> None:
    """More shapes of computers than answers are kept, so that they push each other out."""
    overlay = _world().overlay()
    shapes = [
        [FIRST_REVISION_ID + 3 * number for number in range(30) if shape >> (number % 10) & 1]
        for shape in range(KEPT_ANSWERS + 200)
    ]
    expected = [new_ids(ask(overlay, shape)) for shape in shapes]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda shape: new_ids(ask(overlay, shape)), shapes * 2))

    assert answers == expected * 2


def test_answers_used_last_are_kept() -> None:
    computed = []

    def compute(key: int) -> int:
        computed.append(key)
        return -key

    recent = Recent[int, int](2)
    for key in (1, 2, 1, 3, 1, 2):
        assert recent.get(key, lambda key=key: compute(key)) == -key

    assert computed == [1, 2, 3, 2]
