"""UpdateInfo and Deployment: a revision as a computer is offered it ([MS-WUSP] 2.2.2.2.4).

Fragments stand in answers as escaped text. They are stored escaped, so that an answer is joined
and never escapes anything; one that is too large to be held is a placeholder that whoever sends
the answer fills in.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from headgate.wire import values, xmltree
from headgate.wire.clientsync.arrays import write_strings
from headgate.wire.clientsync.parts import Parts
from headgate.wire.xmltree import Element


@dataclass(frozen=True, slots=True)
class LargeXml:
    """Stands for a fragment of ``size`` escaped bytes that is sent from where it is stored."""

    revision_id: int
    size: int


#: An answer in the order it is sent.
Pieces: TypeAlias = Iterator[bytes | LargeXml]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """[MS-WUSP] 2.2.2.2.4 Deployment; None for fields this computer's version does not know."""

    id: int
    action: str  #: DeploymentAction, such as ``Install``
    is_assigned: bool = True
    last_change_time: str  #: a bare date, ``2026-10-04`` (FACTS §1.3)
    deadline: str | None = None  #: xs:dateTime
    download_priority: str | None = None
    hardware_ids: tuple[str, ...] | None = None  #: drivers only
    auto_select: str | None = None
    auto_download: str | None = None
    supersedence_behavior: str | None = None
    flag_bitmask: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateInfo:
    """One revision of an answer."""

    id: int  #: the revision's number on this server
    deployment: Deployment | None
    is_leaf: bool
    #: The Core fragment, escaped once; None in ``ChangedUpdates``, and for one without a Core.
    xml: bytes | LargeXml | None = None


def write_deployment(deployment: Deployment) -> str:
    """Return a deployment, fields in the order of the schema."""
    return (
        f"<Deployment><ID>{deployment.id}</ID><Action>{deployment.action}</Action>"
        f"{values.write_text('Deadline', deployment.deadline)}"
        f"<IsAssigned>{'true' if deployment.is_assigned else 'false'}</IsAssigned>"
        f"<LastChangeTime>{deployment.last_change_time}</LastChangeTime>"
        f"{values.write_text('DownloadPriority', deployment.download_priority)}"
        f"{write_strings('HardwareIds', deployment.hardware_ids)}"
        f"{values.write_text('AutoSelect', deployment.auto_select)}"
        f"{values.write_text('AutoDownload', deployment.auto_download)}"
        f"{values.write_text('SupersedenceBehavior', deployment.supersedence_behavior)}"
        f"{values.write_text('FlagBitmask', deployment.flag_bitmask)}</Deployment>"
    )


def read_deployment(element: Element) -> Deployment:
    """Return the deployment an element holds. Raises MalformedMessage."""
    parts = Parts(element)
    return Deployment(
        id=xmltree.integer(element, "ID"),
        action=xmltree.value(element, "Action", str.strip),
        is_assigned=xmltree.boolean(element, "IsAssigned"),
        last_change_time=xmltree.value(element, "LastChangeTime", str.strip),
        deadline=parts.text("Deadline"),
        download_priority=parts.text("DownloadPriority"),
        hardware_ids=parts.strings("HardwareIds"),
        auto_select=parts.text("AutoSelect"),
        auto_download=parts.text("AutoDownload"),
        supersedence_behavior=parts.text("SupersedenceBehavior"),
        flag_bitmask=parts.text("FlagBitmask"),
    )


def update_pieces(array: str, updates: Iterable[UpdateInfo]) -> Pieces:
    """Yield an array of updates, nothing when there are none."""
    opening = f"<{array}>"
    for update in updates:
        deployment = "" if update.deployment is None else write_deployment(update.deployment)
        start = (
            f"{opening}<UpdateInfo><ID>{update.id}</ID>{deployment}"
            f"<IsLeaf>{'true' if update.is_leaf else 'false'}</IsLeaf>"
        )
        opening = ""
        if update.xml is None:
            yield f"{start}</UpdateInfo>".encode()
        else:
            yield f"{start}<Xml>".encode()
            yield update.xml
            yield b"</Xml></UpdateInfo>"
    if not opening:
        yield f"</{array}>".encode()


def read_updates(elements: Iterable[Element] | None) -> tuple[UpdateInfo, ...]:
    """Return the updates of an array. Raises MalformedMessage."""
    return () if elements is None else tuple(map(_read_update, elements))


def _read_update(element: Element) -> UpdateInfo:
    deployment = xmltree.child(element, "Deployment")
    return UpdateInfo(
        id=xmltree.integer(element, "ID"),
        deployment=None if deployment is None else read_deployment(deployment),
        is_leaf=xmltree.boolean(element, "IsLeaf"),
        xml=read_fragment(element),
    )


def read_fragment(element: Element) -> bytes | None:
    """Return the ``Xml`` of an element, escaped again, None when it is missing."""
    text = xmltree.text(element, "Xml")
    return None if text is None else escape_fragment(text)


def escape_fragment(text: str) -> bytes:
    """Return a fragment as it stands in an answer; ``text`` came out of a parser.

    As :func:`headgate.wire.lexical.escape`, at the speed that a fragment of 47 MB needs.
    """
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\r", "&#xD;").encode()


def unescape_fragment(xml: bytes) -> bytes:
    """Return a fragment's own bytes, the elements a computer reads."""
    plain = xml.replace(b"&lt;", b"<").replace(b"&gt;", b">").replace(b"&#xD;", b"\r")
    return plain.replace(b"&amp;", b"&")


def gathered(pieces: Pieces) -> Pieces:
    """Yield the same bytes in as few pieces as the placeholders allow."""
    held: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, LargeXml):
            yield b"".join(held)
            yield piece
            held.clear()
        else:
            held.append(piece)
    yield b"".join(held)


def whole(pieces: Pieces) -> bytes:
    """Return an answer without placeholders as one. Raises TypeError when it has one."""
    held: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, LargeXml):
            raise TypeError(f"revision {piece.revision_id} is sent from its store")
        held.append(piece)
    return b"".join(held)
