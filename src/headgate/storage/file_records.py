"""Update files as records: which are due, which are here, which are damaged.

Due are the files of the newest revisions administrators see, and of everything their bundles name,
in the languages chosen, without express files unless wanted; withdrawn updates need none. Licences
are due whatever is chosen, because nobody can approve without reading them. With deferred downloads
the files of updates approved for installation are due, and no others.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    text,
    true,
    union,
    update,
)

from headgate.approvals.decisions import Action
from headgate.catalogue.files import DueFile, FileChoice, FilePresence, FileTotal
from headgate.catalogue.languages import EVERY
from headgate.catalogue.revisions import PublicationState
from headgate.storage import statements
from headgate.storage.bundles import with_members
from headgate.storage.tables import catalogue as t
from headgate.storage.tables.decisions import approvals

EXPRESS = "Express"  #: ``PatchingType`` of files that only save bandwidth


def due_files(conn: Connection, choice: FileChoice) -> list[DueFile]:
    """Return the files to be fetched, smallest digest first."""
    rows = conn.execute(
        select(t.files, func.min(t.revision_files.c.name).label("name"))
        .join(t.revision_files, t.revision_files.c.sha1 == t.files.c.sha1)
        .where(t.files.c.presence != FilePresence.PRESENT.value, _is_named_by(choice))
        .group_by(*t.files.c)
        .order_by(t.files.c.sha1)
    )
    return [
        DueFile(sha1=row.sha1, sha256=row.sha256, size=row.size, name=row.name, mu_url=row.mu_url)
        for row in rows
    ]


def due_total(conn: Connection, choice: FileChoice) -> FileTotal:
    """Return how much is to be fetched, for showing before a choice is saved."""
    row = conn.execute(
        select(func.count(), func.coalesce(func.sum(t.files.c.size), 0)).where(
            t.files.c.presence != FilePresence.PRESENT.value,
            _is_named_by(choice),
        )
    ).one()
    return FileTotal(count=int(row[0]), size=int(row[1]))


def totals(conn: Connection) -> dict[FilePresence, FileTotal]:
    """Return how many files the catalogue names, by presence, and how large they are."""
    columns = t.files.c
    found = {presence: FileTotal(count=0, size=0) for presence in FilePresence}
    for row in conn.execute(
        select(columns.presence, func.count(), func.sum(columns.size)).group_by(columns.presence)
    ):
        found[FilePresence(row[0])] = FileTotal(count=int(row[1]), size=int(row[2]))
    return found


def known_files(conn: Connection, digests: Sequence[bytes]) -> dict[bytes, DueFile]:
    """Return those of the digests the catalogue names, whether they are here or not."""
    rows = statements.rows_of(conn, _named(), t.files.c.sha1, digests)
    return {row.sha1: _due_file(row) for row in rows}


def files_that_are(conn: Connection, presence: FilePresence) -> Iterator[DueFile]:
    """Yield the files recorded as here, or as damaged, smallest digest first."""
    rows = conn.execute(
        _named().where(t.files.c.presence == presence.value).order_by(t.files.c.sha1)
    )
    for row in rows.all():
        yield _due_file(row)


def unneeded_files(conn: Connection, choice: FileChoice) -> list[DueFile]:
    """Return the files that are here and that no current update needs under a choice."""
    rows = conn.execute(
        _named()
        .where(t.files.c.presence != FilePresence.WANTED.value, ~_is_named_by(choice))
        .order_by(t.files.c.sha1)
    )
    return [_due_file(row) for row in rows]


def record_presence(
    conn: Connection, digests: Sequence[bytes], presence: FilePresence, *, at: datetime
) -> None:
    """Write down whether files are here; ``at`` counts for those that are."""
    stored_at = at if presence is FilePresence.PRESENT else None
    for chunk in statements.chunks(digests):
        conn.execute(
            update(t.files)
            .where(t.files.c.sha1.in_(chunk))
            .values(presence=presence.value, stored_at=stored_at)
        )


def _named() -> Select[Any]:
    """Select files with one of the names documents give them (nothing where none is left)."""
    name = (
        select(func.min(t.revision_files.c.name))
        .where(t.revision_files.c.sha1 == t.files.c.sha1)
        .scalar_subquery()
    )
    return select(t.files, func.coalesce(name, "").label("name"))


def _due_file(row: Any) -> DueFile:
    return DueFile(
        sha1=row.sha1, sha256=row.sha256, size=row.size, name=row.name, mu_url=row.mu_url
    )


def _is_named_by(choice: FileChoice) -> ColumnElement[bool]:
    """Whether a file is wanted by any revision.

    Two questions and not one with "or": PostgreSQL would walk all bundles anew for every file.
    """
    naming = (
        select(t.revision_files.c.sha1)
        .select_from(t.revision_files)
        .join(t.revisions, t.revisions.c.revision_id == t.revision_files.c.revision_id)
    )
    licences = naming.where(_is_licence())
    if choice.everything:
        whose = _visible_with_members()
    elif choice.approved:
        whose = _approved_with_members()
    else:
        return t.files.c.sha1.in_(licences)
    payload = naming.where(t.revisions.c.revision_id.in_(whose), is_chosen(choice))
    return t.files.c.sha1.in_(union(licences, payload))


def _is_licence() -> ColumnElement[bool]:
    return and_(
        t.revision_files.c.is_eula,
        t.revisions.c.publication_state != PublicationState.EXPIRED.value,
    )


def is_chosen(choice: FileChoice) -> ColumnElement[bool]:
    """Whether a file of ``revision_files``, with its revision beside it, is one we would keep."""
    payload: list[ColumnElement[bool]] = [true()]
    if choice.languages is not None:
        payload.append(_is_for(choice.languages))
    if not choice.express:
        payload.append(
            or_(
                t.revision_files.c.patching_type.is_(None),
                t.revision_files.c.patching_type != EXPRESS,
            )
        )
    return and_(*payload)


def _is_for(languages: frozenset[str]) -> ColumnElement[bool]:
    """Whether a revision is for one of the languages, or for every one."""
    column = t.revisions.c.languages
    padded = literal(" ").concat(column).concat(" ")
    return or_(
        column.is_(None),
        *(
            padded.contains(f" {language} ", autoescape=True)
            for language in sorted({*languages, EVERY})
        ),
    )


def _visible_with_members() -> Select[tuple[int]]:
    """Return what administrators see and everything their bundles name, nested ones too."""
    return with_members(
        text(t.VISIBLE), t.revisions.c.publication_state != PublicationState.EXPIRED.value
    )


def _approved_with_members() -> Select[tuple[int]]:
    """Return what is approved for installation and everything it bundles."""
    approved = select(approvals.c.update_id).where(approvals.c.action == Action.INSTALL.value)
    return with_members(
        t.revisions.c.is_latest,
        t.revisions.c.update_id.in_(approved),
        t.revisions.c.publication_state != PublicationState.EXPIRED.value,
    )
