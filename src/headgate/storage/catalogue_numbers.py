"""The catalogue in numbers: how much there is, and since when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from headgate.catalogue.revisions import CategoryType
from headgate.storage.tables import catalogue as t
from headgate.storage.tables import synchronization as s


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueSize:
    """How much the catalogue holds."""

    updates: int  #: as lists show them: the newest revision of each
    revisions: int  #: everything, categories and hidden parts too
    products: int
    languages: int  #: that the source has named


def catalogue_size(conn: Connection) -> CatalogueSize:
    """Count what the catalogue holds; walks indexes only."""
    columns = t.revisions.c
    counts = {
        "updates": select(func.count()).select_from(t.revisions).where(text(t.VISIBLE)),
        "revisions": select(func.count()).select_from(t.revisions),
        "products": select(func.count())
        .select_from(t.revisions)
        .where(columns.category_type == CategoryType.PRODUCT.value, columns.is_latest),
        # 0 is the source's word for all languages together.
        "languages": select(func.count())
        .select_from(s.source_languages)
        .where(s.source_languages.c.language_id != 0),
    }
    return CatalogueSize(
        **{name: int(conn.execute(count).scalar_one()) for name, count in counts.items()}
    )


def products_first_seen_since(conn: Connection, moment: datetime) -> list[str]:
    """Return the ids of the products that first appeared after a moment."""
    columns = t.revisions.c
    rows = conn.execute(
        select(columns.update_id)
        .where(columns.category_type == CategoryType.PRODUCT.value)
        .group_by(columns.update_id)
        .having(func.min(columns.arrived_at) > moment)
    )
    return list(rows.scalars())
