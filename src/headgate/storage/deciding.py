"""What there is to know of updates before something is decided about them."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, or_, select, text

from headgate.catalogue.files import FilePresence
from headgate.catalogue.revisions import PublicationState, UpdateKind
from headgate.storage import statements
from headgate.storage.bundles import members_by_update
from headgate.storage.decisions import DECLINED
from headgate.storage.tables import catalogue as t
from headgate.storage.tables.offering import live_revisions


class Candidate(NamedTuple):
    """The newest revision of an update, as far as deciding needs it."""

    update_id: str
    revision_id: int
    revision_number: int
    kind: UpdateKind
    is_choice: bool  #: a product or the like, or a classification: something to subscribe to
    title: str  #: in the document's own language
    kb: str | None
    is_listed: bool  #: administrators see it; False: a part of others, or hidden
    is_expired: bool
    can_uninstall: bool


class Named(NamedTuple):
    """Another update, for telling people."""

    update_id: str
    title: str


class Licence(NamedTuple):
    """A licence of an update or of something it bundles."""

    eula_id: str
    revision_id: int  #: our number of a revision it belongs to
    title: str  #: of that revision
    default_language: str
    is_readable: bool  #: its text is here; or no file has it


def candidates(conn: Connection, update_ids: Collection[str]) -> dict[str, Candidate]:
    """Return what is known of some updates, by id; unknown ones are left out."""
    wanted = select(t.revisions).where(t.revisions.c.is_latest)
    rows = statements.rows_of(conn, wanted, t.revisions.c.update_id, update_ids)
    return {row.update_id: _candidate(row) for row in rows}


def updates_of_kb(conn: Connection, kb: str) -> list[Candidate]:
    """Return the updates lists show that have a KB number (digits), by title."""
    columns = t.revisions.c
    wanted = select(t.revisions).where(columns.kb == kb, text(t.VISIBLE))
    rows = conn.execute(wanted.order_by(columns.title, columns.update_id))
    return [_candidate(row) for row in rows]


def live_bundles(conn: Connection, update_ids: Collection[str]) -> dict[str, list[Named]]:
    """Return, by update, what is offered and bundles it: a declined bundle is not."""
    wanted = (
        select(
            t.bundled.c.update_id.label("named"),
            t.revisions.c.update_id,
            t.revisions.c.title,
        )
        .distinct()
        .join(t.revisions, t.revisions.c.revision_id == t.bundled.c.revision_id)
        .join(live_revisions, live_revisions.c.revision_id == t.bundled.c.revision_id)
        .where(t.revisions.c.update_id.not_in(DECLINED))
        .order_by(t.revisions.c.title, t.revisions.c.update_id)
    )
    return _by_name(statements.rows_of(conn, wanted, t.bundled.c.update_id, update_ids))


def replacements(conn: Connection, update_ids: Collection[str]) -> dict[str, list[Named]]:
    """Return, by update, what supersedes it."""
    wanted = (
        select(
            t.supersedes.c.update_id.label("named"),
            t.revisions.c.update_id,
            t.revisions.c.title,
        )
        .distinct()
        .join(t.revisions, t.revisions.c.revision_id == t.supersedes.c.revision_id)
        .where(
            t.revisions.c.is_latest,
            t.revisions.c.publication_state != PublicationState.EXPIRED.value,
        )
        .order_by(t.revisions.c.title, t.revisions.c.update_id)
    )
    return _by_name(statements.rows_of(conn, wanted, t.supersedes.c.update_id, update_ids))


def licences(conn: Connection, update_ids: Collection[str]) -> dict[str, list[Licence]]:
    """Return, by update, the licences of it and of all it bundles, each once."""
    found: dict[str, dict[str, Licence]] = {}
    for chunk in statements.chunks(sorted(set(update_ids))):
        for row in conn.execute(_licences(chunk)):
            licence, of_update = _licence(row), found.setdefault(row.root, {})
            known = of_update.get(licence.eula_id)
            if known is None or (licence.is_readable and not known.is_readable):
                of_update[licence.eula_id] = licence
    return {update_id: list(several.values()) for update_id, several in found.items()}


def _licences(update_ids: Sequence[str]) -> Select[Any]:
    columns, below = t.revisions.c, members_by_update(update_ids)
    present = t.files.c.presence == FilePresence.PRESENT.value
    return (
        select(
            below.c.update_id.label("root"),
            columns.eula_id,
            columns.revision_id,
            columns.title,
            columns.default_language,
            or_(~_licence_file(), _licence_file(present)).label("is_readable"),
        )
        .join(below, below.c.revision_id == columns.revision_id)
        .where(columns.eula_id.is_not(None))
        .order_by(columns.revision_id)
    )


def _licence_file(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the revision has a file with the text of a licence."""
    named = t.revision_files.c
    return (
        select(1)
        .select_from(t.revision_files)
        .join(t.files, t.files.c.sha1 == named.sha1)
        .where(named.revision_id == t.revisions.c.revision_id, named.is_eula, *conditions)
        .exists()
    )


def _by_name(rows: Iterator[Any]) -> dict[str, list[Named]]:
    found: dict[str, list[Named]] = {}
    for row in rows:
        found.setdefault(row.named, []).append(Named(row.update_id, row.title))
    return found


def _licence(row: Any) -> Licence:
    return Licence(
        eula_id=row.eula_id.lower(),
        revision_id=row.revision_id,
        title=row.title,
        default_language=row.default_language,
        is_readable=bool(row.is_readable),
    )


def _candidate(row: Any) -> Candidate:
    kind = UpdateKind(row.kind)
    return Candidate(
        update_id=row.update_id,
        revision_id=row.revision_id,
        revision_number=row.revision_number,
        kind=kind,
        is_choice=row.category_type is not None,
        title=row.title,
        kb=row.kb,
        is_listed=row.explicitly_deployable and kind in (UpdateKind.SOFTWARE, UpdateKind.DRIVER),
        is_expired=row.publication_state == PublicationState.EXPIRED.value,
        can_uninstall=row.can_uninstall,
    )
