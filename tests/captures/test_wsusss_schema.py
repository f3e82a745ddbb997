"""What we write, against the schema inside the specification's own WSDLs.

This is the proof for operations nobody has observed; requests and answers of all others pass too.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from tests.schemas import compiled

from headgate.wire import soap
from headgate.wire.cookie import AuthorizationCookie, Cookie
from headgate.wire.ping import PingRequest, PingResponse
from headgate.wire.serversync import operations
from headgate.wire.serversync.download_files import DownloadFilesRequest, DownloadFilesResponse
from headgate.wire.serversync.get_auth_config import (
    AuthPlugInInfo,
    GetAuthConfigRequest,
    GetAuthConfigResponse,
)
from headgate.wire.serversync.get_authorization_cookie import (
    GetAuthorizationCookieRequest,
    GetAuthorizationCookieResponse,
)
from headgate.wire.serversync.get_config_data import (
    GetConfigDataRequest,
    GetConfigDataResponse,
    ServerSyncLanguageData,
)
from headgate.wire.serversync.get_cookie import GetCookieRequest, GetCookieResponse
from headgate.wire.serversync.get_deployments import (
    GetDeploymentsRequest,
    GetDeploymentsResponse,
    ServerSyncDeployment,
    ServerSyncTargetGroup,
)
from headgate.wire.serversync.get_related_revisions import (
    GetRelatedRevisionsRequest,
    GetRelatedRevisionsResponse,
)
from headgate.wire.serversync.get_revision_id_list import (
    GetRevisionIdListRequest,
    GetRevisionIdListResponse,
    IdAndDelta,
    LanguageAndDelta,
    ServerSyncFilter,
)
from headgate.wire.serversync.get_update_data import GetUpdateDataRequest, GetUpdateDataResponse
from headgate.wire.serversync.get_update_decryption_data import (
    FileDecryption,
    GetUpdateDecryptionDataRequest,
    GetUpdateDecryptionDataResponse,
    UpdateFileDecryption,
)
from headgate.wire.serversync.update_data import ServerSyncUpdateData, ServerSyncUrlData
from headgate.wire.soap import SoapVersion
from headgate.wire.values import UpdateIdentity

NOON = datetime(2026, 10, 4, 12, tzinfo=UTC)
ID = "8c3fcc84-7410-4a95-8b89-a166a0190486"
COOKIE = Cookie(expiration=NOON, encrypted_data=b"sealed")
AUTHORIZATION = AuthorizationCookie(plug_in_id="DssTargeting", cookie_data=b"shown")
IDENTITY = UpdateIdentity(ID, 200)

MESSAGES: dict[str, tuple[Any, Any]] = {
    "GetAuthConfig": (
        GetAuthConfigRequest(),
        GetAuthConfigResponse(
            last_change=NOON,
            auth_info=(
                AuthPlugInInfo(plug_in_id="DssTargeting", service_url="x.asmx", parameter=""),
            ),
        ),
    ),
    "GetAuthorizationCookie": (
        GetAuthorizationCookieRequest(account_name="a.example", account_guid=ID),
        GetAuthorizationCookieResponse(authorization_cookie=AUTHORIZATION),
    ),
    "GetCookie": (
        GetCookieRequest(auth_cookies=(AUTHORIZATION,), old_cookie=COOKIE, protocol_version="1.20"),
        GetCookieResponse(cookie=COOKIE),
    ),
    "GetConfigData": (
        GetConfigDataRequest(cookie=COOKIE, config_anchor="1,2026-10-04 12:00:00.000"),
        GetConfigDataResponse(
            catalog_only_sync=False,
            lazy_sync=True,
            server_hosts_psf_files=False,
            max_number_of_computer_ids_in_request=0,
            max_number_of_driver_sets_per_request=0,
            max_number_of_pnp_hardware_ids_in_request=0,
            max_number_of_updates_per_request=100,
            new_config_anchor="1,2026-10-04 12:00:00.000",
            protocol_version="1.20",
            language_update_list=(
                ServerSyncLanguageData(
                    language_id=0, short_language="all", long_language="all", enabled=True
                ),
            ),
            max_updates_per_request_in_get_update_decryption_data=100,
        ),
    ),
    "GetRevisionIdList": (
        GetRevisionIdListRequest(
            cookie=COOKIE,
            filter=ServerSyncFilter(
                anchor="1,2026-10-04 12:00:00.000",
                get_config=False,
                get_63_language_only=False,
                categories=(IdAndDelta(ID, True),),
                classifications=(),
                languages=(LanguageAndDelta(1033, False),),
            ),
        ),
        GetRevisionIdListResponse(anchor="a & b", new_revisions=(IDENTITY, IDENTITY)),
    ),
    "GetUpdateData": (
        GetUpdateDataRequest(cookie=COOKIE, update_ids=(IDENTITY,)),
        GetUpdateDataResponse(
            updates=(
                ServerSyncUpdateData(
                    identity=IDENTITY,
                    xml_update_blob="<u>one\r\n\ttwo & 'three' ]]> \U0001f600</u>",
                    xml_update_blob_compressed=None,
                    file_digests=(),
                ),
                ServerSyncUpdateData(
                    identity=IDENTITY,
                    xml_update_blob=None,
                    xml_update_blob_compressed=bytes(range(256)),
                    file_digests=(b"twenty bytes of it  ",),
                ),
            ),
            file_urls=(
                ServerSyncUrlData(
                    file_digest=b"twenty bytes of it  ",
                    mu_url="http://example/x?a=1&b=2",
                    uss_url="",
                    decryption_key=b"key",
                ),
            ),
        ),
    ),
    "GetUpdateDecryptionData": (
        GetUpdateDecryptionDataRequest(cookie=COOKIE, update_ids=(IDENTITY,)),
        GetUpdateDecryptionDataResponse(
            update_file_decryption_data=(
                UpdateFileDecryption(
                    update_id=IDENTITY,
                    file_decryption_data=(
                        FileDecryption(file_digest=b"digest", decryption_key=b"key"),
                    ),
                ),
            )
        ),
    ),
    "DownloadFiles": (
        DownloadFilesRequest(cookie=COOKIE, file_digest_list=(b"one", b"two")),
        DownloadFilesResponse(),
    ),
    "GetDeployments": (
        GetDeploymentsRequest(cookie=COOKIE, deployment_anchor=None, sync_anchor="1"),
        GetDeploymentsResponse(
            anchor="1",
            groups=(
                ServerSyncTargetGroup(
                    target_group_id=ID, parent_group_id=ID, name="R&D", is_builtin=False
                ),
            ),
            deployments=(
                ServerSyncDeployment(
                    update_id=ID,
                    revision_number=200,
                    action=0,
                    admin_name="Admin",
                    deadline=NOON,
                    is_assigned=True,
                    go_live_time=NOON,
                    deployment_guid=ID,
                    target_group_id=ID,
                    download_priority=2,
                ),
            ),
            dead_deployments=(ID,),
            hidden_updates=(),
            accepted_eulas=(ID, ID),
        ),
    ),
    "GetRelatedRevisionsForUpdates": (
        GetRelatedRevisionsRequest(cookie=COOKIE, update_ids=(ID,)),
        GetRelatedRevisionsResponse(revisions=(IDENTITY,)),
    ),
    "Ping": (
        PingRequest(ping_level=1),
        PingResponse(
            success_flag=True,
            services_time=NOON,
            services_name="Server",
            services_machine="here",
            is_https=False,
        ),
    ),
}


@pytest.fixture(scope="module")
def schemas(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[etree.XMLSchema]:
    """The schema of each WSDL that server synchronization uses."""
    names = ("ServerSync.wsdl", "DssAuth.wsdl")
    return [
        compiled(shared / "wsdl" / name, tmp_path_factory.mktemp(name, numbered=True))
        for name in names
    ]


def assert_valid(body: bytes, schemas: list[etree.XMLSchema]) -> None:
    message = etree.fromstring(body)[0][0]
    problems = []
    for schema in schemas:
        if schema.validate(etree.fromstring(etree.tostring(message))):
            return
        problems.append(str(schema.error_log))
    pytest.fail("\n".join(problems))


@pytest.mark.parametrize("version", list(SoapVersion))
@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_what_we_write_fits_the_schema_and_reads_back(
    name: str, version: SoapVersion, schemas: list[etree.XMLSchema]
) -> None:
    operation = operations.OPERATIONS[name]
    request, response = MESSAGES[name]

    asked = operation.encode_request(request, version)
    answered = operation.encode_response(response, version)

    assert_valid(asked, schemas)
    assert_valid(answered, schemas)
    envelope = soap.read_request(asked)
    assert envelope.version is version
    assert f"{envelope.namespace}/{envelope.operation}" == operation.action
    assert operation.decode_request(envelope) == request
    assert operation.decode_response(answered) == response


def test_only_the_two_driver_operations_have_no_schema() -> None:
    """[MS-WSUSSS] 6 leaves them out; their file follows the text of 3.1.4.7 and 3.1.4.8."""
    assert set(operations.OPERATIONS) - set(MESSAGES) == {"GetDriverIdList", "GetDriverSetData"}
