"""GetRevisionIdList: which revisions are there, or are new since an anchor?

[MS-WSUSSS] 3.1.4.5; captured exchanges 000006 to 000012. Servers do not page: 150,000 identities
in one body of 19 MB are ordinary, so the answer is pulled through, not kept as a tree.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from headgate.wire import cookie, lexical, soap, values, xmltree
from headgate.wire.cookie import Cookie
from headgate.wire.serversync import namespaces
from headgate.wire.serversync.answer_stream import AnswerStream
from headgate.wire.soap import Envelope, SoapVersion
from headgate.wire.values import UpdateIdentity
from headgate.wire.xmltree import Element

NAME = "GetRevisionIdList"
ACTION = namespaces.action(NAME)

#: Bytes parsed at a time; what they complete is freed before the next.
_SLICE = 64 * 1024


@dataclass(frozen=True, slots=True)
class IdAndDelta:
    """[MS-WSUSSS] 3.1.4.5.3.3: a category or classification; ``delta``: only what is new in it."""

    id: str
    delta: bool


@dataclass(frozen=True, slots=True)
class LanguageAndDelta:
    """[MS-WSUSSS] 3.1.4.5.3.5: a language to filter by; nobody has seen a server honour it."""

    id: int
    delta: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSyncFilter:
    """[MS-WSUSSS] 3.1.4.5.3.1, without ``DssProtocolVersion``, which is never sent.

    A list that is None is not sent; with only one of categories and classifications the answer is
    empty (FACTS §10.4).
    """

    anchor: str | None
    get_config: bool  #: true: categories, classifications, detectoids; false: everything else
    get_63_language_only: bool | None  #: Microsoft demands it; None leaves it out
    categories: tuple[IdAndDelta, ...] | None
    classifications: tuple[IdAndDelta, ...] | None
    languages: tuple[LanguageAndDelta, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRevisionIdListRequest:
    """Asks for identities that match a filter."""

    cookie: Cookie | None
    filter: ServerSyncFilter | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRevisionIdListResponse:
    """All matching identities, and the anchor to ask with next time."""

    anchor: str
    new_revisions: tuple[UpdateIdentity, ...]


def encode_request(
    request: GetRevisionIdListRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes, the filter in the order Microsoft insists on."""
    shown = cookie.write_cookie(request.cookie)
    wanted = "" if request.filter is None else _write_filter(request.filter)
    return soap.write_request(namespaces.message(NAME, shown + wanted), version)


def _write_filter(wanted: ServerSyncFilter) -> str:
    return (
        f"<filter>{values.write_text('Anchor', wanted.anchor)}"
        f"{values.write_boolean('GetConfig', wanted.get_config)}"
        f"{values.write_boolean('Get63LanguageOnly', wanted.get_63_language_only)}"
        f"{_write_list('Categories', 'IdAndDelta', wanted.categories)}"
        f"{_write_list('Classifications', 'IdAndDelta', wanted.classifications)}"
        f"{_write_list('Languages', 'LanguageAndDelta', wanted.languages)}</filter>"
    )


def _write_list(
    array: str, name: str, entries: Iterable[IdAndDelta | LanguageAndDelta] | None
) -> str:
    if entries is None:
        return ""
    return values.write_array(
        array,
        (
            f"<{name}><Id>{entry.id}</Id>{values.write_boolean('Delta', entry.delta)}</{name}>"
            for entry in entries
        ),
    )


def decode_request(envelope: Envelope) -> GetRevisionIdListRequest:
    """Return the request. Raises MalformedMessage."""
    wanted = xmltree.child(envelope.message, "filter")
    return GetRevisionIdListRequest(
        cookie=cookie.read_cookie(envelope.message),
        filter=None if wanted is None else _read_filter(wanted),
    )


def _read_filter(element: Element) -> ServerSyncFilter:
    return ServerSyncFilter(
        anchor=xmltree.text(element, "Anchor"),
        get_config=xmltree.boolean(element, "GetConfig"),
        get_63_language_only=xmltree.optional_value(
            element, "Get63LanguageOnly", lexical.read_boolean
        ),
        categories=_read_ids(element, "Categories"),
        classifications=_read_ids(element, "Classifications"),
        languages=_read_languages(element),
    )


def _read_ids(element: Element, array: str) -> tuple[IdAndDelta, ...] | None:
    if xmltree.child(element, array) is None:
        return None
    return tuple(
        IdAndDelta(xmltree.guid(entry, "Id"), xmltree.boolean(entry, "Delta"))
        for entry in xmltree.items(element, array, "IdAndDelta")
    )


def _read_languages(element: Element) -> tuple[LanguageAndDelta, ...] | None:
    if xmltree.child(element, "Languages") is None:
        return None
    return tuple(
        LanguageAndDelta(xmltree.integer(entry, "Id"), xmltree.boolean(entry, "Delta"))
        for entry in xmltree.items(element, "Languages", "LanguageAndDelta")
    )


def encode_response(
    response: GetRevisionIdListResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    anchor = values.write_text("Anchor", response.anchor)
    revisions = values.write_identities("NewRevisions", response.new_revisions)
    result = f"<{NAME}Result>{anchor}{revisions}</{NAME}Result>"
    return soap.write_response(namespaces.message(f"{NAME}Response", result), version)


def decode_response(body: bytes) -> GetRevisionIdListResponse:
    """Return the answer, of any length. Raises SoapFault and MalformedMessage."""
    stream = AnswerStream(f"{NAME}Response", ("Anchor", "UpdateIdentity"))
    anchor = ""
    revisions = []
    for start in range(0, max(len(body), 1), _SLICE):
        for element in stream.feed(body[start : start + _SLICE]):
            if xmltree.local_name(element) == "Anchor":
                anchor = element.text or ""
            else:
                revisions.append(values.read_identity(element))
    stream.close()
    return GetRevisionIdListResponse(anchor=anchor, new_revisions=tuple(revisions))
