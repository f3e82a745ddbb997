"""The number that tells everybody who looks that the catalogue has changed."""

from sqlalchemy import Connection, select
from sqlalchemy import update as change

from headgate.storage.tables.operations import installation


def catalogue_version(conn: Connection) -> int:
    """Return the number that rises by one with every change of the catalogue."""
    return int(conn.execute(select(installation.c.catalogue_version)).scalar_one())


def raise_catalogue_version(conn: Connection) -> None:
    """Tell everybody who looks that the catalogue has changed."""
    conn.execute(
        change(installation).values(catalogue_version=installation.c.catalogue_version + 1)
    )
