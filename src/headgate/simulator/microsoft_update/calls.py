"""The upstream side of MS-WSUSSS: every operation on one screen.

Decides what a real server decides, and only that; a broken answer is the weather's affair.
"""

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

from headgate.errors import MalformedMessage
from headgate.simulator.microsoft_update.call import Call, refusal
from headgate.simulator.microsoft_update.catalogue_calls import CatalogueCalls, join_documents
from headgate.simulator.microsoft_update.handshake import Handshake
from headgate.simulator.microsoft_update.packing import PackedDocuments
from headgate.simulator.microsoft_update.publisher import Publisher
from headgate.simulator.microsoft_update.rare_calls import RareCalls
from headgate.simulator.microsoft_update.tally import Tally
from headgate.simulator.microsoft_update.weather import Sky
from headgate.wire import ping
from headgate.wire.faults import ErrorCode
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

#: the module with an operation's codecs, and what answers its decoded request
_Table = dict[str, tuple[ModuleType, Callable[[Any, Call], Any]]]


class UpstreamCalls:
    """Answers the calls of downstream servers. Safe to use from several threads."""

    def __init__(
        self,
        publisher: Publisher,
        documents: PackedDocuments,
        *,
        sky: Sky,
        tally: Tally,
        cookie_life: timedelta,
    ) -> None:
        self._handshake = Handshake(sky=sky, tally=tally, cookie_life=cookie_life)
        catalogue = CatalogueCalls(publisher, documents, sky=sky, tally=tally)
        rare = RareCalls(publisher)
        self._dss_auth: _Table = {
            "GetAuthorizationCookie": (
                get_authorization_cookie,
                self._handshake.authorization_cookie,
            ),
            "Ping": (ping, rare.ping),
        }
        self._server_sync: _Table = {
            "GetAuthConfig": (get_auth_config, self._handshake.auth_config),
            "GetCookie": (get_cookie, self._handshake.cookie),
            "GetConfigData": (get_config_data, catalogue.config_data),
            "GetRevisionIdList": (get_revision_id_list, catalogue.revision_id_list),
            "GetUpdateData": (get_update_data, catalogue.update_data),
            "GetUpdateDecryptionData": (get_update_decryption_data, rare.decryption_data),
            "DownloadFiles": (download_files, rare.download_files),
            "GetDeployments": (get_deployments, rare.deployments),
            "GetDriverIdList": (get_driver_id_list, rare.driver_id_list),
            "GetDriverSetData": (get_driver_set_data, rare.driver_set_data),
            "GetRelatedRevisionsForUpdates": (get_related_revisions, rare.related_revisions),
            "Ping": (ping, rare.ping),
        }

    def dss_auth(self, call: Call) -> bytes:
        """Answer a call to the DssAuth service. Raises SoapFault."""
        return self._answer(self._dss_auth, call)

    def server_sync(self, call: Call) -> bytes:
        """Answer a call to the ServerSync service. Raises SoapFault."""
        return self._answer(self._server_sync, call)

    def _answer(self, table: _Table, call: Call) -> bytes:
        if call.operation not in table:
            raise refusal(call, ErrorCode.INVALID_PARAMETERS, "operation")
        codec, answer = table[call.operation]
        try:
            request = codec.decode_request(call.envelope)
        except MalformedMessage as error:
            raise refusal(call, ErrorCode.INVALID_PARAMETERS, "parameters") from error
        if hasattr(request, "cookie"):
            self._handshake.check(request.cookie, call)
        answered = answer(request, call)
        if codec is get_update_data:
            return join_documents(answered, call)
        encoded: bytes = codec.encode_response(answered, call.envelope.version)
        return encoded
