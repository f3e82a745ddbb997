"""The calls a synchronization hardly makes: answered truthfully, and empty where we have nothing.

[MS-WSUSSS] 3.1.4.7 to 3.1.4.12; nobody has observed one (FACTS 10.6).
"""

from headgate import clock
from headgate.simulator.microsoft_update.call import Call, refusal
from headgate.simulator.microsoft_update.publisher import Publisher
from headgate.wire import ping
from headgate.wire.faults import ErrorCode
from headgate.wire.serversync import (
    download_files,
    get_deployments,
    get_driver_id_list,
    get_driver_set_data,
    get_related_revisions,
    get_update_decryption_data,
)

_ROOT_GROUP = "00000000-0000-0000-0000-000000000000"
_ALL_COMPUTERS = "a0a08746-4dbe-4a37-9adf-9e7652c0b421"
_UNASSIGNED_COMPUTERS = "b73ca6ed-5727-47f3-84de-015e03f6a88a"


class RareCalls:
    """Answers with what the publisher has, which is mostly nothing."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def decryption_data(
        self, request: get_update_decryption_data.GetUpdateDecryptionDataRequest, call: Call
    ) -> get_update_decryption_data.GetUpdateDecryptionDataResponse:
        """No file of ours is encrypted."""
        return get_update_decryption_data.GetUpdateDecryptionDataResponse(
            update_file_decryption_data=()
        )

    def download_files(
        self, request: download_files.DownloadFilesRequest, call: Call
    ) -> download_files.DownloadFilesResponse:
        """All files are there already. Raises SoapFault for one nobody knows."""
        missing = [
            digest
            for digest in request.file_digest_list
            if self._publisher.file(digest.hex()) is None
        ]
        if missing:
            named = "|".join(digest.hex().upper() for digest in missing)
            raise refusal(call, ErrorCode.FILE_DIGESTS_MISSING, named)
        return download_files.DownloadFilesResponse()

    def deployments(
        self, request: get_deployments.GetDeploymentsRequest, call: Call
    ) -> get_deployments.GetDeploymentsResponse:
        """Tell the two built-in groups; nothing is deployed."""
        groups = (
            (_ALL_COMPUTERS, _ROOT_GROUP, "All Computers"),
            (_UNASSIGNED_COMPUTERS, _ALL_COMPUTERS, "Unassigned Computers"),
        )
        return get_deployments.GetDeploymentsResponse(
            anchor=self._publisher.anchor(),
            groups=tuple(
                get_deployments.ServerSyncTargetGroup(
                    target_group_id=group, parent_group_id=parent, name=name, is_builtin=True
                )
                for group, parent, name in groups
            ),
            deployments=(),
            dead_deployments=(),
            hidden_updates=(),
            accepted_eulas=(),
        )

    def driver_id_list(
        self, request: get_driver_id_list.GetDriverIdListRequest, call: Call
    ) -> get_driver_id_list.GetDriverIdListResponse:
        """No driver sets, as at a real WSUS."""
        return get_driver_id_list.GetDriverIdListResponse(
            anchor=self._publisher.anchor(),
            new_revisions=(),
            new_driver_sets=(),
            removed_driver_sets=(),
        )

    def driver_set_data(
        self, request: get_driver_set_data.GetDriverSetDataRequest, call: Call
    ) -> get_driver_set_data.GetDriverSetDataResponse:
        """The announced limit is 0. Raises SoapFault."""
        raise refusal(call, ErrorCode.TOO_MANY_IDS)

    def related_revisions(
        self, request: get_related_revisions.GetRelatedRevisionsRequest, call: Call
    ) -> get_related_revisions.GetRelatedRevisionsResponse:
        """Nothing is related."""
        return get_related_revisions.GetRelatedRevisionsResponse(revisions=())

    def ping(self, request: ping.PingRequest, call: Call) -> ping.PingResponse:
        """Say that the service is alive."""
        return ping.PingResponse(
            success_flag=True,
            services_time=clock.now(),
            services_name="Headgate's simulator",
            services_machine="simulator",
            is_https=False,
        )
