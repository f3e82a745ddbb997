"""What the agent asks about updates it will install: files, titles, restarts (FACTS §5.1, §8.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence, said_by
from headgate.simulator.windows_client.agent_errors import AnswerRefused
from headgate.simulator.windows_client.scan import caller_attributes, device_attributes
from headgate.simulator.windows_client.session import Session
from headgate.wire import lexical, xmltree
from headgate.wire.clientsync import get_extended_update_info, operations
from headgate.wire.clientsync.update_data import UpdateData
from headgate.wire.clientsync.update_info import LargeXml, unescape_fragment
from headgate.wire.cookie import Cookie
from headgate.wire.xmltree import Element

_INFO_TYPES = ("Extended", "LocalizedProperties")
_LARGEST_FILE = 1 << 40  #: bytes; a million pieces, and the largest real files have some 20 GB
_RESTARTING = frozenset({"AlwaysRequiresReboot", "CanRequestReboot"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFile:
    """A file of an update."""

    name: str
    size: int
    sha1: bytes
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """One revision beyond its Core."""

    files: tuple[UpdateFile, ...] = ()
    titles: dict[str, str] = field(default_factory=dict)  #: by language
    wants_restart: bool = False

    @property
    def title(self) -> str:
        """The English title, else any."""
        return self.titles.get("en") or next(iter(self.titles.values()), "")


def fetch_details(
    session: Session, caller: str, revision_ids: Sequence[int]
) -> tuple[dict[int, Details], set[int]]:
    """Return the details of revisions, and which of them the server no longer deploys.

    Addresses of files are remembered in the session's state. Raises AgentError.
    """
    found: dict[int, Details] = {}
    gone: set[int] = set()
    asked, size = sorted(set(revision_ids)), session.state.extended_limit
    for start in range(0, len(asked), size):
        part = tuple(asked[start : start + size])
        answer = _ask(session, caller, part)
        for update in answer.updates:
            if update.id not in part:
                raise AnswerRefused(
                    Sentence("Details came of revision {number}, not asked.", number=update.id)
                )
            found[update.id] = _joined(found.get(update.id, Details()), update)
        gone.update(answer.out_of_scope_revision_ids)
        session.state.locations.update({one.file_digest: one.url for one in answer.file_locations})
        missing = [one for one in part if one not in found and one not in gone]
        if missing:
            raise AnswerRefused(
                Sentence(
                    "Revision {number} has neither details nor is it out of scope.",
                    number=missing[0],
                )
            )
    return found, gone


def _ask(
    session: Session, caller: str, revision_ids: tuple[int, ...]
) -> get_extended_update_info.ExtendedUpdateInfo:
    locale = session.state.machine.windows.locale

    def request(cookie: Cookie) -> get_extended_update_info.GetExtendedUpdateInfoRequest:
        return get_extended_update_info.GetExtendedUpdateInfoRequest(
            cookie=cookie,
            revision_ids=revision_ids,
            info_types=_INFO_TYPES,
            locales=(locale, locale.partition("-")[0]),
            device_attributes=device_attributes(session.state, session.connection.server),
            geo_id="USA",
            caller_attributes=caller_attributes(caller),
        )

    return session.call(operations.GET_EXTENDED_UPDATE_INFO, request)


def _joined(known: Details, update: UpdateData) -> Details:
    """Add what one fragment says."""
    try:
        if isinstance(update.xml, LargeXml):
            raise MalformedMessage(Sentence("there is none"))
        data = unescape_fragment(update.xml)
        root = xmltree.parse(b"<X>" + data + b"</X>", what=Sentence("fragment"), huge=True)
        texts = xmltree.child(root, "LocalizedProperties")
        return _with_extended(known, root) if texts is None else _with_title(known, texts)
    except MalformedMessage as error:
        raise AnswerRefused(
            Sentence(
                "A fragment of revision {number}: {reason}", number=update.id, reason=said_by(error)
            )
        ) from error


def _with_title(known: Details, texts: Element) -> Details:
    language = xmltree.value(texts, "Language", str.strip)
    title = xmltree.value(texts, "Title", str.strip)
    return replace(known, titles={**known.titles, language: title})


def _with_extended(known: Details, root: Element) -> Details:
    properties = xmltree.required_child(root, "ExtendedProperties")
    handler = xmltree.child(root, "HandlerSpecificData")
    if handler is not None and handler.get("type") is None:
        raise MalformedMessage(Sentence("HandlerSpecificData has no type"))
    behavior = xmltree.child(properties, "InstallationBehavior")
    return replace(
        known,
        files=tuple(map(_file, xmltree.items(root, "Files", "File"))),
        wants_restart=behavior is not None and behavior.get("RebootBehavior") in _RESTARTING,
    )


def _read_size(text: str) -> int:
    return lexical.read_integer(text, least=0, most=_LARGEST_FILE)


def _file(element: Element) -> UpdateFile:
    second = [
        one
        for one in xmltree.children(element, "AdditionalDigest")
        if one.get("Algorithm") == "SHA256"
    ]
    if not second:
        raise MalformedMessage(Sentence("a file has no AdditionalDigest of SHA256"))
    return UpdateFile(
        name=xmltree.attribute(element, "FileName", str),
        size=xmltree.attribute(element, "Size", _read_size),
        sha1=xmltree.attribute(element, "Digest", lexical.read_base64),
        sha256=xmltree.own_value(second[0], lexical.read_base64),
    )
