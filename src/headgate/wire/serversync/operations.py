"""Every operation of MS-WSUSSS on one screen: its action and its four codecs.

A client calls with an ``Operation``; a server looks one up by the body's first element.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from headgate.wire import ping
from headgate.wire.serversync import (
    download_files,
    get_auth_config,
    get_authorization_cookie,
    get_config_data,
    get_cookie,
    get_deployments,
    get_driver_id_list,
    get_driver_set_data,
    get_related_revisions,
    get_revision_id_list,
    get_update_data,
    get_update_decryption_data,
)
from headgate.wire.soap import Envelope, SoapVersion

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


@dataclass(frozen=True, slots=True)
class Operation(Generic[_Request, _Response]):
    """One operation; codecs raise as their own file says."""

    name: str  #: local name of the request's element
    action: str  #: SOAPAction without quotes
    encode_request: Callable[[_Request, SoapVersion], bytes]
    decode_request: Callable[[Envelope], _Request]
    encode_response: Callable[[_Response, SoapVersion], bytes]
    decode_response: Callable[[bytes], _Response]


GET_AUTH_CONFIG = Operation(
    get_auth_config.NAME,
    get_auth_config.ACTION,
    get_auth_config.encode_request,
    get_auth_config.decode_request,
    get_auth_config.encode_response,
    get_auth_config.decode_response,
)
GET_AUTHORIZATION_COOKIE = Operation(
    get_authorization_cookie.NAME,
    get_authorization_cookie.ACTION,
    get_authorization_cookie.encode_request,
    get_authorization_cookie.decode_request,
    get_authorization_cookie.encode_response,
    get_authorization_cookie.decode_response,
)
GET_COOKIE = Operation(
    get_cookie.NAME,
    get_cookie.ACTION,
    get_cookie.encode_request,
    get_cookie.decode_request,
    get_cookie.encode_response,
    get_cookie.decode_response,
)
GET_CONFIG_DATA = Operation(
    get_config_data.NAME,
    get_config_data.ACTION,
    get_config_data.encode_request,
    get_config_data.decode_request,
    get_config_data.encode_response,
    get_config_data.decode_response,
)
GET_REVISION_ID_LIST = Operation(
    get_revision_id_list.NAME,
    get_revision_id_list.ACTION,
    get_revision_id_list.encode_request,
    get_revision_id_list.decode_request,
    get_revision_id_list.encode_response,
    get_revision_id_list.decode_response,
)
GET_UPDATE_DATA = Operation(
    get_update_data.NAME,
    get_update_data.ACTION,
    get_update_data.encode_request,
    get_update_data.decode_request,
    get_update_data.encode_response,
    get_update_data.decode_response,
)
GET_UPDATE_DECRYPTION_DATA = Operation(
    get_update_decryption_data.NAME,
    get_update_decryption_data.ACTION,
    get_update_decryption_data.encode_request,
    get_update_decryption_data.decode_request,
    get_update_decryption_data.encode_response,
    get_update_decryption_data.decode_response,
)
DOWNLOAD_FILES = Operation(
    download_files.NAME,
    download_files.ACTION,
    download_files.encode_request,
    download_files.decode_request,
    download_files.encode_response,
    download_files.decode_response,
)
GET_DEPLOYMENTS = Operation(
    get_deployments.NAME,
    get_deployments.ACTION,
    get_deployments.encode_request,
    get_deployments.decode_request,
    get_deployments.encode_response,
    get_deployments.decode_response,
)
GET_DRIVER_ID_LIST = Operation(
    get_driver_id_list.NAME,
    get_driver_id_list.ACTION,
    get_driver_id_list.encode_request,
    get_driver_id_list.decode_request,
    get_driver_id_list.encode_response,
    get_driver_id_list.decode_response,
)
GET_DRIVER_SET_DATA = Operation(
    get_driver_set_data.NAME,
    get_driver_set_data.ACTION,
    get_driver_set_data.encode_request,
    get_driver_set_data.decode_request,
    get_driver_set_data.encode_response,
    get_driver_set_data.decode_response,
)
GET_RELATED_REVISIONS = Operation(
    get_related_revisions.NAME,
    get_related_revisions.ACTION,
    get_related_revisions.encode_request,
    get_related_revisions.decode_request,
    get_related_revisions.encode_response,
    get_related_revisions.decode_response,
)
PING = Operation(
    ping.NAME,
    ping.ACTION,
    ping.encode_request,
    ping.decode_request,
    ping.encode_response,
    ping.decode_response,
)

#: By the local name of a request's element.
OPERATIONS: Final = MappingProxyType[str, Operation[Any, Any]](
    {
        operation.name: operation
        for operation in (
            GET_AUTH_CONFIG,
            GET_AUTHORIZATION_COOKIE,
            GET_COOKIE,
            GET_CONFIG_DATA,
            GET_REVISION_ID_LIST,
            GET_UPDATE_DATA,
            GET_UPDATE_DECRYPTION_DATA,
            DOWNLOAD_FILES,
            GET_DEPLOYMENTS,
            GET_DRIVER_ID_LIST,
            GET_DRIVER_SET_DATA,
            GET_RELATED_REVISIONS,
            PING,
        )
    }
)
