"""The cast: builders with sane defaults, so that a test states only what matters to it."""

from datetime import UTC, datetime
from itertools import count

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.fragments import Fragments, Packed
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    CategoryType,
    LocalizedText,
    PublicationState,
    Revision,
    UpdateKind,
)
from headgate.storage.ingestion import IncomingRevision

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

_numbers = count(1)


def a_guid() -> str:
    """A GUID nobody else has."""
    return f"00000000-0000-4000-8000-{next(_numbers):012x}"


def an_identity(update_id: str | None = None, number: int = 100) -> RevisionIdentity:
    return RevisionIdentity(update_id or a_guid(), number)


def a_revision(
    identity: RevisionIdentity | None = None,
    *,
    title: str = "2026-11 Cumulative Update for Example (KB5099999)",
    kind: UpdateKind = UpdateKind.SOFTWARE,
    category_type: CategoryType | None = None,
    state: PublicationState = PublicationState.PUBLISHED,
    visible: bool = True,
    **facts: object,
) -> Revision:
    return Revision(
        identity=identity or an_identity(),
        kind=kind,
        category_type=category_type,
        texts=(LocalizedText(language="en", title=title),),
        publication_state=state,
        explicitly_deployable=visible,
        **facts,  # type: ignore[arg-type]
    )


def a_category(title: str, category_type: CategoryType, **facts: object) -> Revision:
    return a_revision(
        title=title,
        kind=UpdateKind.CATEGORY,
        category_type=category_type,
        visible=False,
        **facts,
    )


def incoming(revision: Revision, data: bytes = b"<document/>") -> IncomingRevision:
    some = Packed(4, b"text")
    return IncomingRevision(
        revision=revision,
        fragments=Fragments(core=some, extended=some, localized=some),
        encoding=DocumentEncoding.UTF8,
        data=data,
        xml_size=len(data),
    )
