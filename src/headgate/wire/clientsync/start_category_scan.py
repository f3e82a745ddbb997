"""StartCategoryScan: which categories a scan may be limited to ([MS-WUSP] 3.1.5.6; FACTS §2.6).

Carries no cookie.
"""

from dataclasses import dataclass

from headgate.wire import answers, lexical, soap, values, xmltree
from headgate.wire.clientsync import namespaces
from headgate.wire.clientsync.arrays import write_items, write_strings
from headgate.wire.clientsync.parts import Parts
from headgate.wire.soap import Envelope, SoapVersion, Style
from headgate.wire.xmltree import Element

NAME = "StartCategoryScan"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRelationship:
    """A category asked for; those of one group must all apply."""

    index_of_and_group: int
    category_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCategoryScanRequest:
    """Asks for categories; None when the list was absent."""

    requested_categories: tuple[CategoryRelationship, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCategoryScanResponse:
    """What the computer is to put into ``FilterCategoryIds``. Empty lists are left out."""

    preferred_category_ids: tuple[str, ...] = ()
    requested_category_ids_in_error: tuple[str, ...] = ()


def encode_request(
    request: StartCategoryScanRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    asked = request.requested_categories
    written = None if asked is None else map(_write_category, asked)
    content = write_items("requestedCategories", written)
    return soap.write_request(namespaces.message(NAME, content), version, Style.WCF)


def _write_category(category: CategoryRelationship) -> str:
    return (
        "<CategoryRelationship>"
        f"{values.write_integer('IndexOfAndGroup', category.index_of_and_group)}"
        f"{values.write_text('CategoryId', category.category_id)}</CategoryRelationship>"
    )


def decode_request(envelope: Envelope) -> StartCategoryScanRequest:
    """Return the request. Raises MalformedMessage."""
    found = Parts(envelope.message).each("requestedCategories", "CategoryRelationship")
    return StartCategoryScanRequest(
        requested_categories=None if found is None else tuple(map(_read_category, found))
    )


def _read_category(element: Element) -> CategoryRelationship:
    return CategoryRelationship(
        index_of_and_group=xmltree.integer(element, "IndexOfAndGroup"),
        category_id=xmltree.value(element, "CategoryId", lexical.read_guid),
    )


def encode_response(
    response: StartCategoryScanResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    in_error = response.requested_category_ids_in_error or None
    content = write_strings(
        "preferredCategoryIds", response.preferred_category_ids or None, "guid"
    ) + write_strings("requestedCategoryIdsInError", in_error, "guid")
    return soap.write_response(namespaces.message(f"{NAME}Response", content), version, Style.WCF)


def decode_response(body: bytes) -> StartCategoryScanResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    parts = Parts(answers.read_answer(body, f"{NAME}Response"))
    return StartCategoryScanResponse(
        preferred_category_ids=parts.guids("preferredCategoryIds") or (),
        requested_category_ids_in_error=parts.guids("requestedCategoryIdsInError") or (),
    )
