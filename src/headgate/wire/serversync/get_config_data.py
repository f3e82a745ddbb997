"""GetConfigData: what the source can do, its limits and its languages.

[MS-WSUSSS] 3.1.4.4; captured exchanges 000004, 000005. Written in the order of the full WSDL, as
WSUS does; read in any order, because Microsoft's public service uses another (FACTS §10.3).
"""

from dataclasses import dataclass

from headgate.wire import answers, cookie, soap, values, xmltree
from headgate.wire.cookie import Cookie
from headgate.wire.serversync import namespaces
from headgate.wire.soap import Envelope, SoapVersion
from headgate.wire.xmltree import Element

NAME = "GetConfigData"
ACTION = namespaces.action(NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetConfigDataRequest:
    """Asks for the configuration, or for what changed in the languages since an anchor."""

    cookie: Cookie | None
    config_anchor: str | None  #: of the last answer, None for everything


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSyncLanguageData:
    """[MS-WSUSSS] 3.1.4.4.3.3: one language; id 0 is ``all``."""

    language_id: int
    short_language: str
    long_language: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GetConfigDataResponse:
    """[MS-WSUSSS] 3.1.4.4.3.1 ServerSyncConfigData; limits are 0 where nothing is served."""

    catalog_only_sync: bool  #: true: files come by MUUrl, not from the source
    lazy_sync: bool
    server_hosts_psf_files: bool
    max_number_of_computer_ids_in_request: int
    max_number_of_driver_sets_per_request: int
    max_number_of_pnp_hardware_ids_in_request: int
    max_number_of_updates_per_request: int
    new_config_anchor: str
    protocol_version: str
    language_update_list: tuple[ServerSyncLanguageData, ...]  #: with an anchor: changes only
    max_updates_per_request_in_get_update_decryption_data: int


def encode_request(
    request: GetConfigDataRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    shown = cookie.write_cookie(request.cookie)
    anchor = values.write_text("configAnchor", request.config_anchor)
    return soap.write_request(namespaces.message(NAME, shown + anchor), version)


def decode_request(envelope: Envelope) -> GetConfigDataRequest:
    """Return the request. Raises MalformedMessage."""
    return GetConfigDataRequest(
        cookie=cookie.read_cookie(envelope.message),
        config_anchor=xmltree.text(envelope.message, "configAnchor"),
    )


def encode_response(
    response: GetConfigDataResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    decryption = response.max_updates_per_request_in_get_update_decryption_data
    parts = (
        values.write_boolean("CatalogOnlySync", response.catalog_only_sync),
        values.write_boolean("LazySync", response.lazy_sync),
        values.write_boolean("ServerHostsPsfFiles", response.server_hosts_psf_files),
        *_limits(response),
        values.write_text("NewConfigAnchor", response.new_config_anchor),
        values.write_text("ProtocolVersion", response.protocol_version),
        values.write_array("LanguageUpdateList", map(_language, response.language_update_list)),
        values.write_integer("MaxUpdatesPerRequestInGetUpdateDecryptionData", decryption),
    )
    result = f"<{NAME}Result>{''.join(parts)}</{NAME}Result>"
    return soap.write_response(namespaces.message(f"{NAME}Response", result), version)


def _limits(response: GetConfigDataResponse) -> tuple[str, ...]:
    computers = response.max_number_of_computer_ids_in_request
    driver_sets = response.max_number_of_driver_sets_per_request
    hardware = response.max_number_of_pnp_hardware_ids_in_request
    return (
        values.write_integer("MaxNumberOfComputerIdsInRequest", computers),
        values.write_integer("MaxNumberOfDriverSetsPerRequest", driver_sets),
        values.write_integer("MaxNumberOfPnpHardwareIdsInRequest", hardware),
        values.write_integer(
            "MaxNumberOfUpdatesPerRequest", response.max_number_of_updates_per_request
        ),
    )


def _language(language: ServerSyncLanguageData) -> str:
    return (
        f"<ServerSyncLanguageData>{values.write_integer('LanguageID', language.language_id)}"
        f"{values.write_text('ShortLanguage', language.short_language)}"
        f"{values.write_text('LongLanguage', language.long_language)}"
        f"{values.write_boolean('Enabled', language.enabled)}</ServerSyncLanguageData>"
    )


def decode_response(body: bytes) -> GetConfigDataResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    result = xmltree.required_child(message, f"{NAME}Result")
    languages = xmltree.items(result, "LanguageUpdateList", "ServerSyncLanguageData")
    return GetConfigDataResponse(
        catalog_only_sync=xmltree.boolean(result, "CatalogOnlySync"),
        lazy_sync=xmltree.boolean(result, "LazySync"),
        server_hosts_psf_files=_boolean_or_false(result, "ServerHostsPsfFiles"),
        max_number_of_computer_ids_in_request=_limit(result, "MaxNumberOfComputerIdsInRequest"),
        max_number_of_driver_sets_per_request=_limit(result, "MaxNumberOfDriverSetsPerRequest"),
        max_number_of_pnp_hardware_ids_in_request=_limit(
            result, "MaxNumberOfPnpHardwareIdsInRequest"
        ),
        max_number_of_updates_per_request=xmltree.integer(result, "MaxNumberOfUpdatesPerRequest"),
        new_config_anchor=xmltree.text(result, "NewConfigAnchor") or "",
        protocol_version=xmltree.text(result, "ProtocolVersion") or "",
        language_update_list=tuple(map(_read_language, languages)),
        max_updates_per_request_in_get_update_decryption_data=_limit(
            result, "MaxUpdatesPerRequestInGetUpdateDecryptionData"
        ),
    )


def _limit(result: Element, name: str) -> int:
    """Servers before protocol 1.20 do not know every limit; an absent one serves nothing."""
    return 0 if xmltree.child(result, name) is None else xmltree.integer(result, name)


def _boolean_or_false(result: Element, name: str) -> bool:
    return xmltree.child(result, name) is not None and xmltree.boolean(result, name)


def _read_language(element: Element) -> ServerSyncLanguageData:
    return ServerSyncLanguageData(
        language_id=xmltree.integer(element, "LanguageID"),
        short_language=xmltree.text(element, "ShortLanguage") or "",
        long_language=xmltree.text(element, "LongLanguage") or "",
        enabled=xmltree.boolean(element, "Enabled"),
    )
