"""Which products and classifications are chosen. No classification row means: the default ones."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from headgate.catalogue.subscription import DEFAULT_CLASSIFICATIONS, ProductsMode, Subscription
from headgate.storage.tables.synchronization import subscriptions


def subscription(conn: Connection, mode: ProductsMode) -> Subscription:
    """Return the choice as it is kept; ``mode`` is the setting ``products.mode`` that counts."""
    products: set[str] = set()
    classifications: set[str] = set()
    for row in conn.execute(select(subscriptions.c.update_id, subscriptions.c.is_classification)):
        (classifications if row.is_classification else products).add(row.update_id)
    return Subscription(
        mode=mode,
        products=frozenset(products),
        classifications=frozenset(classifications) or DEFAULT_CLASSIFICATIONS,
    )


def keep(conn: Connection, choice: Subscription, *, at: datetime) -> None:
    """Replace the kept choice; what was chosen before keeps its time. The mode is a setting."""
    before = {
        (row.update_id, row.is_classification): row.chosen_at
        for row in conn.execute(select(subscriptions))
    }
    wanted = [(update_id, False) for update_id in sorted(choice.products)]
    wanted += [(update_id, True) for update_id in sorted(choice.classifications)]
    conn.execute(delete(subscriptions))
    if wanted:
        conn.execute(
            insert(subscriptions),
            [
                {
                    "update_id": update_id,
                    "is_classification": is_classification,
                    "chosen_at": before.get((update_id, is_classification), at),
                }
                for update_id, is_classification in wanted
            ],
        )


def has_classifications(conn: Connection) -> bool:
    """Whether somebody chose classifications; else the default ones count."""
    rows = conn.execute(
        select(subscriptions.c.update_id).where(subscriptions.c.is_classification).limit(1)
    )
    return rows.first() is not None
