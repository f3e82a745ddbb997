"""One revision with everything around it: relations both ways, files, the other revisions."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select

from headgate.catalogue.files import FilePresence
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import CategoryType, PublicationState, UpdateKind
from headgate.catalogue.update_details import DetailedFile, Related, Relations, RevisionEntry
from headgate.storage.bundles import with_members
from headgate.storage.tables import catalogue as t

_LATEST = t.revisions.alias("latest")  # the target of a relation that names an id alone


def find_revision(
    conn: Connection, update_id: str, revision_number: int | None
) -> tuple[RevisionIdentity, int] | None:
    """Return a revision's identity and our number of it; without a number the newest one's.

    None when it is not here.
    """
    columns = t.revisions.c
    which = (
        columns.is_latest if revision_number is None else columns.revision_number == revision_number
    )
    row = conn.execute(
        select(columns.revision_number, columns.revision_id).where(
            columns.update_id == update_id, which
        )
    ).one_or_none()
    return row and (RevisionIdentity(update_id, row.revision_number), row.revision_id)


def revisions_of(
    conn: Connection, update_id: str, most: int | None
) -> tuple[tuple[RevisionEntry, ...], int]:
    """Return the revisions of an id, newest first, and how many more there are."""
    columns = t.revisions.c
    rows, more = _bounded(
        conn,
        select(
            columns.revision_number,
            columns.revision_id,
            columns.title,
            columns.arrived_at,
            columns.publication_state,
            columns.is_latest,
        )
        .where(columns.update_id == update_id)
        .order_by(columns.revision_number.desc()),
        most,
    )
    entries = tuple(
        RevisionEntry(
            revision_number=row.revision_number,
            revision_id=row.revision_id,
            title=row.title,
            arrived=row.arrived_at,
            publication_state=PublicationState(row.publication_state),
            is_latest=row.is_latest,
        )
        for row in rows
    )
    return entries, more


def relations_of(
    conn: Connection, revision_id: int, identity: RevisionIdentity, most: int | None
) -> Relations:
    """Return who a revision is related to; of each relation at most so many targets."""
    prerequisites, more_prerequisites = _bounded(conn, _prerequisites(revision_id), most)
    bundled, more_bundled = _bounded(conn, _bundled(revision_id), most)
    bundled_in, more_bundled_in = _bounded(conn, _bundled_in(identity), most)
    supersedes, more_supersedes = _bounded(conn, _supersedes(revision_id), most)
    superseded_by, more_superseded_by = _bounded(conn, _superseded_by(identity.update_id), most)
    clauses = _by_clause(prerequisites)
    return Relations(
        categories=_categories(clauses),
        prerequisites=clauses,
        bundled=_by_clause(bundled),
        bundled_in=tuple(_related(row, row.revision_number) for row in bundled_in),
        supersedes=tuple(_related(row) for row in supersedes),
        superseded_by=tuple(_related(row) for row in superseded_by),
        more_prerequisites=more_prerequisites,
        more_bundled=more_bundled,
        more_bundled_in=more_bundled_in,
        more_supersedes=more_supersedes,
        more_superseded_by=more_superseded_by,
    )


def files_of(
    conn: Connection, revision_id: int, most: int | None
) -> tuple[tuple[DetailedFile, ...], int]:
    """Return the files of a revision and of everything it bundles, licences last, and how many
    more there are.
    """
    columns = t.revision_files.c
    wanted = (
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
        .order_by(columns.is_eula.desc(), columns.name, t.files.c.sha1)
    )
    rows, more = _bounded(conn, wanted, most)  # licences are among them however many there are
    return tuple(sorted((_file(row) for row in rows), key=lambda file: file.is_eula)), more


def _file(row: Row[Any]) -> DetailedFile:
    return DetailedFile(
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


def _bounded(
    conn: Connection, wanted: Select[Any], most: int | None
) -> tuple[Sequence[Row[Any]], int]:
    """Return at most so many rows, and how many more there are."""
    if most is None:
        return conn.execute(wanted).all(), 0
    rows = conn.execute(wanted.limit(most + 1)).all()
    if len(rows) <= most:
        return rows, 0
    everything = wanted.order_by(None).subquery()
    total = conn.execute(select(func.count()).select_from(everything)).scalar_one()
    return rows[:most], total - most


def _categories(clauses: Sequence[Sequence[Related]]) -> tuple[Related, ...]:
    named = {target for clause in clauses for target in clause}
    return tuple(
        sorted(
            (target for target in named if target.category_type is not None),
            key=lambda target: (str(target.category_type), str(target.title)),
        )
    )


def _prerequisites(revision_id: int) -> Select[Any]:
    columns = t.prerequisites.c
    return (
        _with_target(
            select(columns.clause, columns.update_id),
            t.prerequisites,
            _LATEST.c.update_id == columns.update_id,
        )
        .where(columns.revision_id == revision_id)
        .order_by(columns.clause, _LATEST.c.title, columns.update_id)
    )


def _bundled(revision_id: int) -> Select[Any]:
    columns = t.bundled.c
    member = t.revisions.alias("member")
    return (
        select(
            columns.clause,
            columns.update_id,
            columns.revision_number,
            member.c.revision_id,
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


def _bundled_in(identity: RevisionIdentity) -> Select[Any]:
    bundles = select(t.bundled.c.revision_id).where(
        t.bundled.c.update_id == identity.update_id,
        t.bundled.c.revision_number == identity.revision_number,
    )
    return _revisions().where(t.revisions.c.revision_id.in_(bundles))


def _supersedes(revision_id: int) -> Select[Any]:
    columns = t.supersedes.c
    return (
        _with_target(
            select(columns.update_id), t.supersedes, _LATEST.c.update_id == columns.update_id
        )
        .where(columns.revision_id == revision_id)
        .order_by(_LATEST.c.title, columns.update_id)
    )


def _superseded_by(update_id: str) -> Select[Any]:
    return (
        _revisions()
        .join(t.supersedes, t.supersedes.c.revision_id == t.revisions.c.revision_id)
        .where(t.supersedes.c.update_id == update_id, t.revisions.c.is_latest)
    )


def _revisions() -> Select[Any]:
    columns = t.revisions.c
    return select(
        columns.update_id,
        columns.revision_number,
        columns.revision_id,
        columns.title,
        columns.kind,
        columns.category_type,
    ).order_by(columns.title, columns.update_id, columns.revision_number)


def _with_target(
    wanted: Select[Any], relation: Any, names_target: ColumnElement[bool]
) -> Select[Any]:
    """Add what the newest revision of the target says of itself, if it is here."""
    return (
        wanted.add_columns(
            _LATEST.c.revision_id, _LATEST.c.title, _LATEST.c.kind, _LATEST.c.category_type
        )
        .select_from(relation)
        .outerjoin(_LATEST, and_(names_target, _LATEST.c.is_latest))
    )


def _by_clause(rows: Sequence[Row[Any]]) -> tuple[tuple[Related, ...], ...]:
    return tuple(
        tuple(_related(row, getattr(row, "revision_number", None)) for row in members)
        for _, members in groupby(rows, key=lambda row: row.clause)
    )


def _related(row: Row[Any], revision_number: int | None = None) -> Related:
    return Related(
        update_id=row.update_id,
        revision_number=revision_number,
        revision_id=row.revision_id,
        title=row.title,
        kind=UpdateKind(row.kind) if row.kind else None,
        category_type=CategoryType(row.category_type) if row.category_type else None,
    )
