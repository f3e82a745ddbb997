"""Which updates replace which, on every database, in whatever order they arrive."""

from itertools import permutations

import pytest

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import PublicationState
from headgate.catalogue.update_list import Supersedence, UpdateQuery
from headgate.storage import listing, transactions
from headgate.storage.engine import Engine
from tests.cast import a_guid, a_revision, an_identity
from tests.catalogue_rows import an_update, store


def _said(engine: Engine, **query: object) -> dict[str, Supersedence]:
    with transactions.read(engine) as conn:
        lines = listing.updates(conn, UpdateQuery(**query)).lines  # type: ignore[arg-type]
    return {line.title: line.supersedence for line in lines}


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
def test_each_of_a_row_says_its_place_in_whatever_order_they_arrive(
    engine: Engine, order: tuple[int, ...], together: bool
) -> None:
    first, second = an_identity(), an_identity()
    row = [
        an_update(identity=first, title="first"),
        an_update(identity=second, title="second", supersedes=(first.update_id,)),
        an_update(title="third", supersedes=(second.update_id, a_guid())),
    ]
    arriving = [*(row[number] for number in order), an_update(title="alone")]
    for batch in [arriving] if together else [[one] for one in arriving]:
        store(engine, *batch)

    assert _said(engine) == {
        "first": Supersedence.SUPERSEDED,
        "second": Supersedence.BOTH,
        "third": Supersedence.SUPERSEDES,
        "alone": Supersedence.NONE,
    }
    assert set(_said(engine, superseded=True)) == {"first", "second"}
    assert set(_said(engine, superseded=False)) == {"third", "alone"}


def test_what_a_withdrawn_update_replaced_is_not_superseded(engine: Engine) -> None:
    old = an_identity()
    store(
        engine,
        an_update(identity=old, title="old"),
        an_update(title="gone", supersedes=(old.update_id,), state=PublicationState.EXPIRED),
    )

    assert _said(engine)["old"] is Supersedence.NONE


def test_what_a_newer_revision_no_longer_replaces_or_withdraws_is_free_again(
    engine: Engine,
) -> None:
    kept, freed, also_freed = (an_identity() for _ in range(3))
    changing, withdrawn = a_guid(), a_guid()
    store(
        engine,
        *(an_update(identity=each, title=each.update_id) for each in (kept, freed, also_freed)),
        a_revision(
            RevisionIdentity(changing, 1), supersedes=(kept.update_id, freed.update_id), title="x"
        ),
        a_revision(RevisionIdentity(withdrawn, 1), supersedes=(also_freed.update_id,), title="y"),
    )
    before = _said(engine, superseded=True)
    store(
        engine,
        a_revision(RevisionIdentity(changing, 2), supersedes=(kept.update_id,), title="x"),
        a_revision(
            RevisionIdentity(withdrawn, 2),
            supersedes=(also_freed.update_id,),
            state=PublicationState.EXPIRED,
            title="y",
        ),
    )

    assert set(before) == {kept.update_id, freed.update_id, also_freed.update_id}
    assert set(_said(engine, superseded=True)) == {kept.update_id}


def test_an_older_revision_that_arrives_late_changes_nothing(engine: Engine) -> None:
    old, newer = an_identity(), a_guid()
    store(
        engine,
        an_update(identity=old, title="old"),
        a_revision(RevisionIdentity(newer, 2), title="newer"),
    )
    store(
        engine, a_revision(RevisionIdentity(newer, 1), supersedes=(old.update_id,), title="before")
    )

    assert _said(engine) == {"old": Supersedence.NONE, "newer": Supersedence.NONE}
