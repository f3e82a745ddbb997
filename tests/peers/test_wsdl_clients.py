"""Our messages of MS-WUSP through a SOAP stack that was built from the specification's WSDLs alone.

zeep reads what we write and writes it again from the values it understood, and we read that: what
either side takes for another value, place or type is lost on the way. Both SOAP versions.
"""

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import zeep
from lxml import etree
from tests.client_messages import COOKIE, DIGEST, ID, MESSAGES, NOON

from headgate.wire import faults, soap
from headgate.wire.clientsync import namespaces, operations
from headgate.wire.clientsync.devices import Device, InstalledDriver
from headgate.wire.clientsync.operations import Operation
from headgate.wire.clientsync.sync_updates import SyncUpdateParameters, SyncUpdatesRequest
from headgate.wire.faults import ErrorCode, SoapFault
from headgate.wire.lexical import read_datetime
from headgate.wire.soap import SoapVersion, Style

WSDLS = {
    namespaces.CLIENT: ("Client.wsdl", "Client", "ClientSoap"),
    namespaces.SIMPLE_AUTH: ("SimpleAuth.wsdl", "SimpleAuth", "SimpleAuthSoap"),
    namespaces.REPORTING: ("ReportingWUSP.wsdl", "WebService", "WebServiceSoap"),
}


class Peer:
    """One service of the WSDLs in one SOAP version, as a foreign client knows it."""

    def __init__(self, shared: Path, namespace: str, version: SoapVersion) -> None:
        name, service, port = WSDLS[namespace]
        self._client = zeep.Client(str(shared / "wsdl" / name))
        suffix = "12" if version is SoapVersion.SOAP_12 else ""
        self._service = self._client.bind(service, f"{port}{suffix}")
        self._namespace = namespace

    def ask(self, operation: str, **values: Any) -> bytes:
        """Return the request zeep would send."""
        return etree.tostring(self._client.create_message(self._service, operation, **values))

    def hear(self, operation: str, body: bytes, status: int = 200) -> Any:
        """Return what zeep understands of an answer. Raises its Fault."""
        binding = self._service._binding
        answer = SimpleNamespace(status_code=status, headers={}, content=body, encoding="utf-8")
        return binding.process_reply(self._client, binding.get(operation), answer)

    def repeat(self, message: etree._Element) -> etree._Element:
        """Return the message made of what zeep understood of it."""
        element = self._client.get_element(message.tag)
        parent = etree.Element("parent")
        element.render(parent, element.parse(message, self._client.wsdl.types))
        return parent[0]


@pytest.fixture(scope="module")
def peers(shared: Path) -> dict[tuple[str, SoapVersion], Peer]:
    return {
        (namespace, version): Peer(shared, namespace, version)
        for namespace in WSDLS
        for version in SoapVersion
    }


def repeated(peer: Peer, body: bytes) -> bytes:
    """A whole envelope with its message repeated by the peer."""
    root = etree.fromstring(body)
    (message,) = root[0]
    root[0].replace(message, peer.repeat(message))
    return etree.tostring(root)


def meaning(value: Any) -> Any:
    """A message's values. zeep takes empty for absent, and writes times with another precision."""
    if is_dataclass(value):
        named = {field.name: meaning(getattr(value, field.name)) for field in fields(value)}
        return named if any(one is not None for one in named.values()) else None
    if isinstance(value, tuple):
        return [one for one in map(meaning, value) if one is not None] or None
    if isinstance(value, str) and "T" in value and value.endswith("Z"):
        return read_datetime(value)
    return None if value in ("", b"") else value


@pytest.mark.parametrize("version", list(SoapVersion))
@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_foreign_stack_understands_every_message_as_we_do(
    name: str, version: SoapVersion, peers: dict[tuple[str, SoapVersion], Peer]
) -> None:
    operation = operations.OPERATIONS[name]
    peer = peers[operation.namespace, version]

    for request in MESSAGES[name][:2]:
        body = repeated(peer, operation.encode_request(request, version))
        assert meaning(operation.decode_request(soap.read_request(body))) == meaning(request)
    for answer in MESSAGES[name][2:]:
        if meaning(answer) is None:
            continue  # zeep writes no result around nothing
        body = repeated(peer, operation.encode_response(answer, version))
        assert meaning(operation.decode_response(body)) == meaning(answer)


@pytest.mark.parametrize("version", list(SoapVersion))
def test_a_scan_asked_by_a_foreign_stack(
    version: SoapVersion, peers: dict[tuple[str, SoapVersion], Peer]
) -> None:
    installed = {
        "MatchingID": "PCI\\CC_0300",
        "DriverVerDate": NOON,
        "DriverVerVersion": 2**49,
        "MatchingComputerHWID": zeep.xsd.Nil,
        "DriverRank": 3,
    }
    body = peers[namespaces.CLIENT, version].ask(
        "SyncUpdates",
        cookie={"Expiration": NOON, "EncryptedData": b"sealed"},
        parameters={
            "ExpressQuery": False,
            "InstalledNonLeafUpdateIDs": {"int": [4, -5]},
            "OtherCachedUpdateIDs": {"int": []},
            "SystemSpec": {
                "Device": [
                    {"HardwareIDs": {"string": ["a", "b&c"]}, "installedDriver": installed},
                ]
            },
            "SkipSoftwareSync": True,
            "FilterCategoryIds": {"CategoryIdentifier": [{"Id": ID}]},
            "ComputerSpec": {"HardwareIDs": {"guid": [ID]}},
        },
    )

    envelope = soap.read_request(body)

    assert envelope.version is version
    assert operations.SYNC_UPDATES.decode_request(envelope) == SyncUpdatesRequest(
        cookie=COOKIE,
        parameters=SyncUpdateParameters(
            installed_non_leaf_update_ids=(4, -5),
            other_cached_update_ids=(),
            system_spec=(
                Device(
                    hardware_ids=("a", "b&c"),
                    installed_driver=InstalledDriver(
                        matching_id="PCI\\CC_0300",
                        driver_ver_date=NOON,
                        driver_ver_version=2**49,
                        driver_rank=3,
                    ),
                ),
            ),
            skip_software_sync=True,
            filter_category_ids=(ID,),
            computer_spec=(ID,),
        ),
    )


@pytest.mark.parametrize("version", list(SoapVersion))
def test_a_scan_answered_to_a_foreign_stack(
    version: SoapVersion, peers: dict[tuple[str, SoapVersion], Peer]
) -> None:
    sent = MESSAGES["SyncUpdates"][2]

    heard = peers[namespaces.CLIENT, version].hear(
        "SyncUpdates", operations.SYNC_UPDATES.encode_response(sent, version)
    )

    first, second = heard.NewUpdates.UpdateInfo
    assert (first.ID, first.IsLeaf, second.IsLeaf) == (2**31 - 1, True, False)
    assert first.Xml.startswith('<UpdateIdentity UpdateID="x" RevisionNumber="1" />')
    assert first.Deployment.HardwareIds.string[0] == "PCI\\VEN_8086&DEV_2922"
    assert (second.Deployment.ID, second.Deployment.Action) == (7, "Evaluate")
    assert heard.OutOfScopeRevisionIDs.int == [5, -1]
    assert (heard.Truncated, heard.DriverSyncNotNeeded) == (True, "false")
    assert heard.NewCookie.EncryptedData == b"sealed"


@pytest.mark.parametrize("version", list(SoapVersion))
def test_file_locations_answered_to_a_foreign_stack(
    version: SoapVersion, peers: dict[tuple[str, SoapVersion], Peer]
) -> None:
    sent = MESSAGES["GetFileLocations"][2]

    heard = peers[namespaces.CLIENT, version].hear(
        "GetFileLocations", operations.GET_FILE_LOCATIONS.encode_response(sent, version)
    )

    assert heard.FileLocations.FileLocation[0].FileDigest == DIGEST
    assert heard.FileLocations.FileLocation[0].Url.endswith("0001.cab?a=1&b=2")
    assert heard.NewCookie.Expiration == datetime(2026, 10, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize("version", list(SoapVersion))
@pytest.mark.parametrize(
    "operation",
    [operations.SYNC_UPDATES, operations.REPORT_EVENT_BATCH, operations.GET_AUTHORIZATION_COOKIE],
    ids=lambda operation: operation.name,
)
def test_a_fault_reaches_a_foreign_stack(
    operation: Operation[Any, Any],
    version: SoapVersion,
    peers: dict[tuple[str, SoapVersion], Peer],
) -> None:
    sent = SoapFault(
        ErrorCode.INVALID_PARAMETERS,
        message="parameters.InstalledNonLeafUpdateIDs",
        method=operation.action,
    )

    with pytest.raises(zeep.exceptions.Fault) as raised:
        peers[operation.namespace, version].hear(
            operation.name, faults.write_fault(sent, version, operation.style), status=500
        )

    detail = raised.value.detail
    assert [(part.tag, part.text) for part in detail[:2]] == [
        ("ErrorCode", "InvalidParameters"),
        ("Message", "parameters.InstalledNonLeafUpdateIDs"),
    ]
    assert detail.findtext("Method") == f'"{operation.action}"'
    prefix = "s" if operation.style is Style.WCF else "soap"
    sender = "Client" if version is SoapVersion.SOAP_11 else "Sender"
    assert raised.value.code == f"{prefix}:{sender}"
