"""Rows gathered in portions are those a plain query gives, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from headgate.storage import gathering, transactions
from headgate.storage.engine import Engine
from headgate.storage.tables import catalogue as t
from tests.cast import a_revision
from tests.published import publish

COLUMNS = (
    t.revisions.c.revision_id,
    t.revisions.c.update_id,
    t.revisions.c.title,
    t.revisions.c.is_latest,
    t.revisions.c.arrived_at,
    t.revisions.c.kb,
)


@pytest.fixture
def revisions(engine: Engine) -> int:
    titles = ("plain", 'with "quotes" and \\', "Säkerhet – 安全", "tab\tand\nline")
    for title in titles:
        publish(engine, a_revision(title=title))
    return len(titles)


def test_every_kind_of_value_comes_as_a_plain_query_gives_it(
    engine: Engine, revisions: int
) -> None:
    wanted = select(*COLUMNS).order_by(t.revisions.c.revision_id)
    with transactions.read(engine) as conn:
        plain = [tuple(row) for row in conn.execute(wanted)]
        found = [tuple(row) for row in gathering.gathered(conn, wanted)]

    assert len(plain) >= revisions
    assert found == plain
    assert isinstance(found[0][3], bool)
    assert isinstance(found[0][4], datetime) and found[0][4].tzinfo is UTC


@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_portions_leave_nothing_out(
    engine: Engine, revisions: int, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "ROWS", rows)
    monkeypatch.setattr(gathering, "_FIRST_STEP", 1)
    key = t.revisions.c.revision_id
    checked: list[int] = []
    with transactions.read(engine) as conn:
        wanted = select(key, t.revisions.c.update_id).order_by(key)
        plain = [tuple(row) for row in conn.execute(wanted)]
        found = list(gathering.by_id(conn, wanted, key, check=lambda: checked.append(1)))

    assert [tuple(row) for row in found] == plain
    assert checked


def test_nothing_is_gathered_of_nothing(engine: Engine) -> None:
    with transactions.read(engine) as conn:
        nothing = select(t.revisions.c.revision_id).where(t.revisions.c.revision_id < 0)
        assert list(gathering.gathered(conn, nothing)) == []
        assert list(gathering.by_id(conn, nothing, t.prerequisites.c.revision_id)) == []
