"""One revision with everything around it: relations both ways, files, the other revisions."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select

from headgate.catalogue.files import FilePresence
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import CategoryType, PublicationState, UpdateKind
from headgate.catalogue.update_details import DetailedFile, Related, Relations, RevisionEntry
from headgate.storage.bundles import with_members
from headgate.storage.tables import catalogue as t

_LATEST = t.revisions.alias("latest")  # the target of a relation that names an id alone


def revision_id_of(conn: Connection, update_id: str, revision_number: int | None) -> int | None:
    """Return our number of a revision, of the newest one without number; None when not here."""
    columns = t.revisions.c
    which = (
        columns.is_latest if revision_number is None else columns.revision_number == revision_number
    )
    return conn.execute(
        select(columns.revision_id).where(columns.update_id == update_id, which)
    ).scalar_one_or_none()


def revisions_of(conn: Connection, update_id: str) -> tuple[RevisionEntry, ...]:
    """Return every revision of an id, newest first; empty for an unknown one."""
    columns = t.revisions.c
    rows = conn.execute(
        select(t.revisions)
        .where(columns.update_id == update_id)
        .order_by(columns.revision_number.desc())
    )
    return tuple(
        RevisionEntry(
            revision_number=row.revision_number,
            title=row.title,
            arrived=row.arrived_at,
            publication_state=PublicationState(row.publication_state),
            is_latest=row.is_latest,
        )
        for row in rows
    )


def relations_of(conn: Connection, revision_id: int, identity: RevisionIdentity) -> Relations:
    """Return who a revision is related to."""
    prerequisites = _prerequisites(conn, revision_id)
    named = {target for clause in prerequisites for target in clause}
    return Relations(
        categories=tuple(
            sorted(
                (target for target in named if target.category_type is not None),
                key=lambda target: (str(target.category_type), str(target.title)),
            )
        ),
        prerequisites=prerequisites,
        bundled=_bundled(conn, revision_id),
        bundled_in=_bundled_in(conn, identity),
        supersedes=_supersedes(conn, revision_id),
        superseded_by=_superseded_by(conn, identity.update_id),
    )


def files_of(conn: Connection, revision_id: int) -> tuple[DetailedFile, ...]:
    """Return the files of a revision and of everything it bundles, licences last."""
    columns = t.revision_files.c
    rows = conn.execute(
        select(
            t.files,
            columns.name,
            columns.patching_type,
            columns.language,
            columns.is_eula,
        )
        .distinct()
        .join(t.revision_files, columns.sha1 == t.files.c.sha1)
        .where(columns.revision_id.in_(with_members(t.revisions.c.revision_id == revision_id)))
        .order_by(columns.is_eula, columns.name, t.files.c.sha1)
    )
    return tuple(
        DetailedFile(
            name=row.name,
            size=row.size,
            sha1=row.sha1,
            sha256=row.sha256,
            mu_url=row.mu_url,
            presence=FilePresence(row.presence),
            patching_type=row.patching_type,
            language=row.language if row.is_eula else None,
            is_eula=row.is_eula,
        )
        for row in rows
    )


def _prerequisites(conn: Connection, revision_id: int) -> tuple[tuple[Related, ...], ...]:
    columns = t.prerequisites.c
    return _by_clause(
        conn,
        _with_target(
            select(columns.clause, columns.update_id),
            t.prerequisites,
            _LATEST.c.update_id == columns.update_id,
        )
        .where(columns.revision_id == revision_id)
        .order_by(columns.clause, _LATEST.c.title, columns.update_id),
    )


def _bundled(conn: Connection, revision_id: int) -> tuple[tuple[Related, ...], ...]:
    columns = t.bundled.c
    member = t.revisions.alias("member")
    wanted = (
        select(
            columns.clause,
            columns.update_id,
            columns.revision_number,
            member.c.title,
            member.c.kind,
            member.c.category_type,
        )
        .select_from(t.bundled)
        .outerjoin(
            member,
            and_(
                member.c.update_id == columns.update_id,
                member.c.revision_number == columns.revision_number,
            ),
        )
        .where(columns.revision_id == revision_id)
        .order_by(columns.clause, member.c.title, columns.update_id)
    )
    return _by_clause(conn, wanted)


def _bundled_in(conn: Connection, identity: RevisionIdentity) -> tuple[Related, ...]:
    columns = t.bundled.c
    rows = conn.execute(
        select(t.revisions)
        .where(
            t.revisions.c.revision_id.in_(
                select(columns.revision_id).where(
                    columns.update_id == identity.update_id,
                    columns.revision_number == identity.revision_number,
                )
            )
        )
        .order_by(t.revisions.c.title)
    )
    return tuple(_related(row, row.revision_number) for row in rows)


def _supersedes(conn: Connection, revision_id: int) -> tuple[Related, ...]:
    columns = t.supersedes.c
    rows = conn.execute(
        _with_target(
            select(columns.update_id), t.supersedes, _LATEST.c.update_id == columns.update_id
        )
        .where(columns.revision_id == revision_id)
        .order_by(_LATEST.c.title, columns.update_id)
    )
    return tuple(_related(row) for row in rows)


def _superseded_by(conn: Connection, update_id: str) -> tuple[Related, ...]:
    rows = conn.execute(
        select(t.revisions)
        .join(t.supersedes, t.supersedes.c.revision_id == t.revisions.c.revision_id)
        .where(t.supersedes.c.update_id == update_id, t.revisions.c.is_latest)
        .order_by(t.revisions.c.title)
    )
    return tuple(_related(row) for row in rows)


def _with_target(
    wanted: Select[Any], relation: Any, names_target: ColumnElement[bool]
) -> Select[Any]:
    """Add what the newest revision of the target says of itself, if it is here."""
    return (
        wanted.add_columns(_LATEST.c.title, _LATEST.c.kind, _LATEST.c.category_type)
        .select_from(relation)
        .outerjoin(_LATEST, and_(names_target, _LATEST.c.is_latest))
    )


def _by_clause(conn: Connection, wanted: Select[Any]) -> tuple[tuple[Related, ...], ...]:
    rows: Iterable[Row[Any]] = conn.execute(wanted)
    return tuple(
        tuple(_related(row, getattr(row, "revision_number", None)) for row in members)
        for _, members in groupby(rows, key=lambda row: row.clause)
    )


def _related(row: Row[Any], revision_number: int | None = None) -> Related:
    return Related(
        update_id=row.update_id,
        revision_number=revision_number,
        title=row.title,
        kind=UpdateKind(row.kind) if row.kind else None,
        category_type=CategoryType(row.category_type) if row.category_type else None,
    )
