"""SyncUpdates: the scan itself ([MS-WUSP] 3.1.5.7; FACTS §3).

One request is a pass: of software, or of drivers with a description of every device.
"""

from dataclasses import dataclass

from headgate.wire import cookie, lexical, soap, values, xmltree
from headgate.wire.clientsync import devices, namespaces, sync_info, update_info
from headgate.wire.clientsync.arrays import write_ids, write_items, write_strings
from headgate.wire.clientsync.devices import Device
from headgate.wire.clientsync.parts import Parts
from headgate.wire.clientsync.sync_info import SyncInfo
from headgate.wire.clientsync.update_info import Pieces
from headgate.wire.cookie import ShownCookie
from headgate.wire.lexical import escape
from headgate.wire.soap import Envelope, SoapVersion, Style
from headgate.wire.xmltree import Element

NAME = "SyncUpdates"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductsParameters:
    """Undocumented: what a computer says about itself (FACTS §3.1). Texts as they came."""

    sync_current_version_only: bool | None = None
    device_attributes: str | None = None  #: ``Key=Value;`` pairs
    caller_attributes: str | None = None  #: who inside Windows scans
    products: str | None = None  #: ``PN=name&V=version&…;`` entries


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncUpdateParameters:
    """[MS-WUSP] 2.2.2.2.4 SyncUpdateParameters; None for lists that were absent."""

    express_query: bool = False  #: to be ignored
    installed_non_leaf_update_ids: tuple[int, ...] | None = None
    other_cached_update_ids: tuple[int, ...] | None = None
    system_spec: tuple[Device, ...] | None = None
    cached_driver_ids: tuple[int, ...] | None = None
    skip_software_sync: bool = False  #: True: the driver pass
    filter_category_ids: tuple[str, ...] | None = None  #: a category scan
    need_two_group_out_of_scope_updates: bool | None = None
    also_perform_regular_sync: bool | None = None  #: undocumented
    computer_spec: tuple[str, ...] | None = None  #: hardware ids, most specific first
    feature_score_matching_key: str | None = None  #: ``AMD64.10.0``
    products_parameters: ProductsParameters | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncUpdatesRequest:
    """Tells what the computer has and asks what it lacks."""

    cookie: ShownCookie | None
    parameters: SyncUpdateParameters | None


def encode_request(
    request: SyncUpdatesRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes, parameters in the order agents send them."""
    content = cookie.write_cookie(request.cookie)
    if request.parameters is not None:
        content += f"<parameters>{_write_parameters(request.parameters)}</parameters>"
    return soap.write_request(namespaces.message(NAME, content), version, Style.WCF)


def _write_parameters(asked: SyncUpdateParameters) -> str:
    two_groups = asked.need_two_group_out_of_scope_updates
    spec = asked.system_spec
    computer = asked.computer_spec
    hardware = None if computer is None else write_strings("HardwareIDs", computer or None, "guid")
    return (
        f"{values.write_boolean('ExpressQuery', asked.express_query)}"
        f"{write_ids('InstalledNonLeafUpdateIDs', asked.installed_non_leaf_update_ids)}"
        f"{write_ids('OtherCachedUpdateIDs', asked.other_cached_update_ids)}"
        f"{write_items('SystemSpec', None if spec is None else map(devices.write_device, spec))}"
        f"{write_ids('CachedDriverIDs', asked.cached_driver_ids)}"
        f"{values.write_boolean('SkipSoftwareSync', asked.skip_software_sync)}"
        f"{_write_filter(asked.filter_category_ids)}"
        f"{values.write_boolean('NeedTwoGroupOutOfScopeUpdates', two_groups)}"
        f"{values.write_boolean('AlsoPerformRegularSync', asked.also_perform_regular_sync)}"
        f"{write_items('ComputerSpec', hardware)}"
        f"{values.write_text('FeatureScoreMatchingKey', asked.feature_score_matching_key)}"
        f"{_write_products(asked.products_parameters)}"
    )


def _write_filter(categories: tuple[str, ...] | None) -> str:
    if categories is None:
        return ""
    written = (
        f"<CategoryIdentifier><Id>{escape(one)}</Id></CategoryIdentifier>" for one in categories
    )
    return write_items("FilterCategoryIds", written)


def _write_products(products: ProductsParameters | None) -> str:
    if products is None:
        return ""
    current = values.write_boolean("SyncCurrentVersionOnly", products.sync_current_version_only)
    return (
        f"<ProductsParameters>{current}"
        f"{values.write_text('DeviceAttributes', products.device_attributes)}"
        f"{values.write_text('CallerAttributes', products.caller_attributes)}"
        f"{values.write_text('Products', products.products)}</ProductsParameters>"
    )


def decode_request(envelope: Envelope) -> SyncUpdatesRequest:
    """Return the request. Raises MalformedMessage."""
    parts = Parts(envelope.message)
    parameters = parts.parts("parameters")
    return SyncUpdatesRequest(
        cookie=parts.shown_cookie(),
        parameters=None if parameters is None else _read_parameters(parameters),
    )


def _read_parameters(parts: Parts) -> SyncUpdateParameters:
    computer = parts.parts("ComputerSpec")
    return SyncUpdateParameters(
        express_query=parts.boolean("ExpressQuery") or False,
        installed_non_leaf_update_ids=parts.ids("InstalledNonLeafUpdateIDs"),
        other_cached_update_ids=parts.ids("OtherCachedUpdateIDs"),
        system_spec=devices.read_devices(parts),
        cached_driver_ids=parts.ids("CachedDriverIDs"),
        skip_software_sync=parts.boolean("SkipSoftwareSync") or False,
        filter_category_ids=_read_filter(parts),
        need_two_group_out_of_scope_updates=parts.boolean("NeedTwoGroupOutOfScopeUpdates"),
        also_perform_regular_sync=parts.boolean("AlsoPerformRegularSync"),
        computer_spec=None if computer is None else computer.guids("HardwareIDs") or (),
        feature_score_matching_key=parts.text("FeatureScoreMatchingKey"),
        products_parameters=_read_products(parts.parts("ProductsParameters")),
    )


def _read_filter(parts: Parts) -> tuple[str, ...] | None:
    found = parts.each("FilterCategoryIds", "CategoryIdentifier")
    return None if found is None else tuple(map(_read_category, found))


def _read_category(element: Element) -> str:
    return xmltree.value(element, "Id", lexical.read_guid)


def _read_products(parts: Parts | None) -> ProductsParameters | None:
    if parts is None:
        return None
    return ProductsParameters(
        sync_current_version_only=parts.boolean("SyncCurrentVersionOnly"),
        device_attributes=parts.text("DeviceAttributes"),
        caller_attributes=parts.text("CallerAttributes"),
        products=parts.text("Products"),
    )


def response_pieces(result: SyncInfo, version: SoapVersion = SoapVersion.SOAP_11) -> Pieces:
    """Yield the answer; whoever sends it puts stored fragments where placeholders stand."""
    return sync_info.sync_info_pieces(NAME, result, version)


def encode_response(response: SyncInfo, version: SoapVersion = SoapVersion.SOAP_11) -> bytes:
    """Return the answer's bytes. Raises TypeError when it has placeholders."""
    return update_info.whole(response_pieces(response, version))


def decode_response(body: bytes) -> SyncInfo:
    """Return the answer, fragments escaped. Raises SoapFault and MalformedMessage."""
    return sync_info.read_sync_info(NAME, body)
