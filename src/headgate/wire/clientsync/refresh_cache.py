"""RefreshCache: the numbers this server gave to cached revisions ([MS-WUSP] 3.1.5.8; FACTS §4)."""

from dataclasses import dataclass

from headgate.wire import answers, cookie, lexical, soap, values, xmltree
from headgate.wire.clientsync import namespaces, update_info
from headgate.wire.clientsync.arrays import write_items
from headgate.wire.clientsync.identities import read_identities, write_identities
from headgate.wire.clientsync.parts import Parts
from headgate.wire.clientsync.update_info import Deployment
from headgate.wire.cookie import ShownCookie
from headgate.wire.soap import Envelope, SoapVersion, Style
from headgate.wire.values import UpdateIdentity
from headgate.wire.xmltree import Element

NAME = "RefreshCache"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshCacheRequest:
    """Names cached revisions; None when the list was absent."""

    cookie: ShownCookie | None
    global_ids: tuple[UpdateIdentity, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshCacheResult:
    """One revision that is deployed to the computer."""

    revision_id: int
    global_id: UpdateIdentity
    is_leaf: bool
    deployment: Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshCacheResponse:
    """Those that are deployed; the others are missing."""

    results: tuple[RefreshCacheResult, ...]


def encode_request(
    request: RefreshCacheRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    content = cookie.write_cookie(request.cookie)
    content += write_identities("globalIDs", request.global_ids)
    return soap.write_request(namespaces.message(NAME, content), version, Style.WCF)


def decode_request(envelope: Envelope) -> RefreshCacheRequest:
    """Return the request. Raises MalformedMessage."""
    parts = Parts(envelope.message)
    return RefreshCacheRequest(
        cookie=parts.shown_cookie(), global_ids=read_identities(parts, "globalIDs")
    )


def encode_response(
    response: RefreshCacheResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    content = write_items(f"{NAME}Result", map(_write_result, response.results))
    return soap.write_response(namespaces.message(f"{NAME}Response", content), version, Style.WCF)


def _write_result(result: RefreshCacheResult) -> str:
    return (
        f"<RefreshCacheResult><RevisionID>{result.revision_id}</RevisionID>"
        f"{values.write_identity('GlobalID', result.global_id)}"
        f"<IsLeaf>{lexical.write_boolean(result.is_leaf)}</IsLeaf>"
        f"{update_info.write_deployment(result.deployment)}</RefreshCacheResult>"
    )


def decode_response(body: bytes) -> RefreshCacheResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    found = xmltree.items(message, f"{NAME}Result", "RefreshCacheResult")
    return RefreshCacheResponse(results=tuple(map(_read_result, found)))


def _read_result(element: Element) -> RefreshCacheResult:
    return RefreshCacheResult(
        revision_id=xmltree.integer(element, "RevisionID"),
        global_id=values.read_identity(xmltree.required_child(element, "GlobalID")),
        is_leaf=xmltree.boolean(element, "IsLeaf"),
        deployment=update_info.read_deployment(xmltree.required_child(element, "Deployment")),
    )
