"""Companies, families, products and classifications, and who stands below whom.

A category is recognised by looking a prerequisite's target up, never by ``IsCategory`` (FACTS
§8.1: Defender's hidden bundles lack it). Lists take two statements whatever their length.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, distinct, func, select, text

from headgate.catalogue.categories import Category
from headgate.catalogue.revisions import CategoryType
from headgate.storage import statements
from headgate.storage.tables import catalogue as t

#: Where a category names several others, the nearest kind is its parent.
_NEARNESS = {CategoryType.PRODUCT: 1, CategoryType.FAMILY: 0, CategoryType.COMPANY: 2}


def categories(conn: Connection) -> list[Category]:
    """Return the newest revision of every category of the products tree and every classification.

    Sorted by type and title.
    """
    columns = t.revisions.c
    rows = conn.execute(
        select(columns.update_id, columns.category_type, columns.title)
        .where(_is_listed_category())
        .order_by(columns.category_type, columns.title, columns.update_id)
    ).all()
    types = {row.update_id: CategoryType(row.category_type) for row in rows}
    parents = _parents(conn, types)
    return [
        Category(
            update_id=row.update_id,
            category_type=types[row.update_id],
            title=row.title,
            parent_id=parents.get(row.update_id),
        )
        for row in rows
    ]


def classification_ids(conn: Connection) -> frozenset[str]:
    """Return the ids of the classifications the catalogue has."""
    rows = conn.execute(
        select(t.revisions.c.update_id).where(
            _is_listed_category(), t.revisions.c.category_type == CategoryType.CLASSIFICATION.value
        )
    )
    return frozenset(rows.scalars())


def classification_counts(conn: Connection) -> dict[str, int]:
    """Return how many updates lists show name each classification; 0 for one none names."""
    found = dict.fromkeys(classification_ids(conn), 0)
    named = t.prerequisites.c
    rows = conn.execute(
        select(named.update_id, func.count(distinct(named.revision_id)))
        .join(t.revisions, t.revisions.c.revision_id == named.revision_id)
        .where(named.update_id.in_(sorted(found)), text(t.VISIBLE))
        .group_by(named.update_id)
    )
    return found | {row[0]: row[1] for row in rows}


def category_titles_of(
    conn: Connection, revision_ids: Sequence[int]
) -> list[tuple[int, CategoryType, str, str]]:
    """Return the categories some revisions name: (revision id, type, id, title), by title."""
    category = t.revisions.alias("category")
    found: list[tuple[int, CategoryType, str, str]] = []
    for chunk in statements.chunks(revision_ids):
        rows = conn.execute(
            select(
                t.prerequisites.c.revision_id,
                category.c.category_type,
                category.c.update_id,
                category.c.title,
            )
            .distinct()
            .join(
                category,
                and_(
                    category.c.update_id == t.prerequisites.c.update_id,
                    category.c.is_latest,
                    category.c.category_type.is_not(None),
                ),
            )
            .where(t.prerequisites.c.revision_id.in_(chunk))
            .order_by(category.c.title, category.c.update_id)
        )
        found.extend((row[0], CategoryType(row[1]), row[2], row[3]) for row in rows)
    return found


def _is_listed_category() -> ColumnElement[bool]:
    return and_(t.revisions.c.category_type.is_not(None), t.revisions.c.is_latest)


def _parents(conn: Connection, types: dict[str, CategoryType]) -> dict[str, str]:
    """Return the parent of each category that has one."""
    rows = conn.execute(
        select(t.revisions.c.update_id, t.prerequisites.c.update_id.label("target"))
        .join(t.prerequisites, t.prerequisites.c.revision_id == t.revisions.c.revision_id)
        .where(_is_listed_category())
    )
    candidates: dict[str, list[str]] = {}
    for update_id, target in rows:
        if types.get(target) in _NEARNESS and target != update_id:
            candidates.setdefault(update_id, []).append(target)
    return {
        update_id: min(targets, key=lambda target: (_NEARNESS[types[target]], target))
        for update_id, targets in candidates.items()
        if types[update_id] in _NEARNESS
    }
