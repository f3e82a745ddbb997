"""A SOAP stack we did not write goes the whole way of a computer, from the specification's WSDLs.

Both SOAP versions, every operation; every answer is besides held against the WSDL's own schema.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from tests import client_world
from tests.cast import a_guid
from tests.client_world import CONTENT, HARDWARE_ID, Shelf, World, a_file
from tests.schemas import compiled
from tests.soap_door import SERVICES, OpenDoor, open_door, serving

zeep = pytest.importorskip("zeep")

CLIENT = "http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService"
SIMPLE_AUTH = "http://www.microsoft.com/SoftwareDistribution/Server/SimpleAuthWebService"
REPORTING = "http://www.microsoft.com/SoftwareDistribution"
WSDLS = {
    CLIENT: ("Client.wsdl", "ClientSoap"),
    SIMPLE_AUTH: ("SimpleAuth.wsdl", "SimpleAuthSoap"),
    REPORTING: ("ReportingWSUSSS.wsdl", "WebServiceSoap"),
}
CLIENT_ID = "0b6cf7d5-1b3a-4e3b-9f0d-2f2b3c4d5e6f"


class _Held(zeep.Plugin):  # type: ignore[misc]
    """Holds every answer against the schema of its service."""

    def __init__(self, schema: etree.XMLSchema) -> None:
        self._schema = schema
        self.held = 0

    def ingress(self, envelope: Any, http_headers: Any, operation: Any) -> tuple[Any, Any]:
        message = envelope[-1][0]
        if etree.QName(message).localname != "Fault":
            # Alone: the frame's namespace declarations do not stand on it.
            self._schema.assertValid(etree.fromstring(etree.tostring(message)))
            self.held += 1
        return envelope, http_headers


class Peer:
    """The three services through zeep."""

    def __init__(self, door: OpenDoor, shared: Path, folder: Path, version: str) -> None:
        self.clients, self.held, bound = [], [], {}
        for number, (namespace, (name, binding)) in enumerate(WSDLS.items()):
            wsdl = shared / "wsdl" / name
            place = folder / str(number)
            place.mkdir()
            held = _Held(compiled(wsdl, place))
            client = zeep.Client(str(wsdl), settings=zeep.Settings(strict=True), plugins=[held])
            bound[namespace] = client.create_service(
                f"{{{namespace}}}{binding}{version}", door.address + SERVICES[namespace]
            )
            self.clients.append(client)
            self.held.append(held)
        self.client, self.auth, self.reporting = (
            bound[CLIENT],
            bound[SIMPLE_AUTH],
            bound[REPORTING],
        )
        self.cookie: Any = None

    def close(self) -> None:
        for client in self.clients:
            client.transport.session.close()

    def shake_hands(self) -> Any:
        config = self.client.GetConfig("2.90")
        token = self.auth.GetAuthorizationCookie(CLIENT_ID, None, "pc7.example.com")
        self.cookie = self.client.GetCookie(
            {"AuthorizationCookie": [token_values(token)]},
            None,
            config.LastChange,
            datetime.now(UTC),
            "2.90",
        )
        self.client.RegisterComputer(self.cookie, COMPUTER)
        return config

    def scan(self, **parameters: Any) -> Any:
        info = self.client.SyncUpdates(
            self.cookie, {"ExpressQuery": False, "SkipSoftwareSync": False, **parameters}
        )
        self.cookie = info.NewCookie
        return info


def token_values(token: Any) -> dict[str, Any]:
    return {"PlugInId": token.PlugInId, "CookieData": token.CookieData}


COMPUTER = {
    "DnsName": "pc7.example.com",
    "OSMajorVersion": 10,
    "OSMinorVersion": 0,
    "OSBuildNumber": 26200,
    "OSServicePackMajorNumber": 0,
    "OSServicePackMinorNumber": 0,
    "OSLocale": "en-US",
    "BiosReleaseDate": datetime(2022, 2, 2, tzinfo=UTC),
    "ProcessorArchitecture": "AMD64",
    "SuiteMask": 256,
    "OldProductType": 1,
    "NewProductType": 48,
    "SystemMetrics": 0,
    "ClientVersionMajorNumber": 10,
    "ClientVersionMinorNumber": 0,
    "ClientVersionBuildNumber": 26100,
    "ClientVersionQfeNumber": 0,
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return client_world.shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def door(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDoor]:
    folder = tmp_path_factory.mktemp("door")
    with shelf.copy(folder) as engine, serving(open_door(engine, folder)) as door:
        yield door


@pytest.fixture
def world(shelf: Shelf) -> World:
    return shelf.world


@pytest.fixture(params=["", "12"], ids=["soap 1.1", "soap 1.2"])
def peer(
    request: pytest.FixtureRequest, door: OpenDoor, shared: Path, tmp_path: Path
) -> Iterator[Peer]:
    peer = Peer(door, shared, tmp_path, request.param)
    yield peer
    peer.close()


def test_the_whole_way_of_a_computer(peer: Peer, world: World) -> None:
    config = peer.shake_hands()
    (plug_in,) = config.AuthInfo.AuthPlugInInfo
    assert (plug_in.PlugInID, plug_in.ServiceUrl) == (
        "SimpleTargeting",
        "SimpleAuthWebService/SimpleAuth.asmx",
    )
    properties = {each.Name: each.Value for each in config.Properties.ConfigurationProperty}
    assert properties["ProtocolVersion"] == "3.2"

    product = world.product.identity.update_id
    preferred = peer.client.StartCategoryScan(
        {"CategoryRelationship": [{"IndexOfAndGroup": 0, "CategoryId": product}]}
    )
    assert preferred.preferredCategoryIds.guid == [product]

    roots = peer.scan().NewUpdates.UpdateInfo
    assert {each.Deployment.Action for each in roots} == {"Evaluate"}
    installed = {"int": list(world.unlocking)}
    info = peer.scan(InstalledNonLeafUpdateIDs=installed, OtherCachedUpdateIDs={"int": [5]})
    offered = {each.ID: each.Deployment.Action for each in info.NewUpdates.UpdateInfo}
    number = world.number(world.update)
    assert offered[number] == "Install" and info.OutOfScopeRevisionIDs.int == [5]
    assert all(each.Xml.startswith("<UpdateIdentity ") for each in info.NewUpdates.UpdateInfo)
    cached = {"int": list(offered)}
    again = peer.scan(InstalledNonLeafUpdateIDs=installed, OtherCachedUpdateIDs=cached)
    assert not again.NewUpdates and not again.Truncated
    narrow = peer.scan(
        InstalledNonLeafUpdateIDs=installed,
        OtherCachedUpdateIDs=cached,
        FilterCategoryIds={"CategoryIdentifier": [{"Id": world.company.identity.update_id}]},
        NeedTwoGroupOutOfScopeUpdates=True,
    )
    assert narrow.DriverSyncNotNeeded == "true"

    drivers = peer.scan(
        InstalledNonLeafUpdateIDs=installed,
        SkipSoftwareSync=True,
        SystemSpec={"Device": [{"HardwareIDs": {"string": [HARDWARE_ID]}}]},
    )
    (driver,) = drivers.NewUpdates.UpdateInfo
    assert world.number(world.driver) == driver.ID and driver.Deployment.HardwareIds.string

    told = peer.client.GetExtendedUpdateInfo(
        peer.cookie,
        {"int": [number, 77]},
        {"XmlUpdateFragmentType": ["Extended", "LocalizedProperties", "Eula", "Core"]},
        {"string": ["de-DE", "en"]},
        None,
        None,
    )
    assert {each.ID for each in told.Updates.Update} == {number}
    assert told.OutOfScopeRevisionIDs.int == [77]
    urls = [each.Url for each in told.FileLocations.FileLocation]
    assert f"http://127.0.0.1:8530/Content/{CONTENT['update.CAB']}" in urls
    for event in (event_about(world, 161), event_about(world, 183)):
        batch = {"ReportingEvent": [event]}
        assert peer.reporting.ReportEventBatch(peer.cookie, datetime.now(UTC), batch) is True
    assert all(held.held for held in peer.held)


def event_about(world: World, number: int) -> dict[str, Any]:
    identity = world.update.identity
    return {
        "BasicData": {
            "TargetID": {"Sid": CLIENT_ID},
            "SequenceNumber": 0,
            "TimeAtTarget": datetime.now(UTC),
            "EventInstanceID": a_guid(),
            "NamespaceID": 1,
            "EventID": number,
            "SourceID": 101,
            "UpdateID": {
                "UpdateID": identity.update_id,
                "RevisionNumber": identity.revision_number,
            },
            "Win32HResult": 0,
            "AppName": "peer",
        },
        "ExtendedData": {
            "MiscData": {"string": ["D=1"]},
            "ComputerBrand": "Example",
            "ComputerModel": "1",
            "BiosRevision": "1",
            "ProcessorArchitecture": "Amd64Compatible",
            "OSVersion": {
                "Major": 10,
                "Minor": 0,
                "Build": 26200,
                "Revision": 1,
                "ServicePackMajor": 0,
                "ServicePackMinor": 0,
            },
            "OSLocaleID": 1033,
        },
        "PrivateData": {},
    }


def test_the_rare_calls(peer: Peer, world: World) -> None:
    peer.shake_hands()
    identity = world.update.identity
    named = {"UpdateID": identity.update_id, "RevisionNumber": identity.revision_number}
    (found,) = peer.client.RefreshCache(peer.cookie, {"UpdateIdentity": [named]})
    assert found.RevisionID == world.number(world.update)
    assert found.Deployment.Action == "Install"

    sha1 = a_file("update.CAB").sha1
    told = peer.client.GetFileLocations(peer.cookie, {"base64Binary": [sha1, bytes(20)]})
    (place,) = told.FileLocations.FileLocation
    assert place.FileDigest == sha1
    assert told.NewCookie.Expiration == peer.cookie.Expiration

    told = peer.client.GetExtendedUpdateInfo2(
        peer.cookie,
        {"UpdateIdentity": [named]},
        {"XmlUpdateFragmentType": ["Extended", "FileUrl", "FileDecryption"]},
        None,
        None,
    )
    assert {each.ID for each in told.Updates.Update} == {world.number(world.update)}

    printers = peer.client.SyncPrinterCatalog(
        peer.cookie, {"int": list(world.unlocking)}, {"int": [5]}
    )
    assert printers.OutOfScopeRevisionIDs.int == [5]

    kind = peer.reporting.GetRequiredInventoryType(peer.cookie, a_guid(), "1.0")
    assert kind == 0
    inventory = {"IsCompressed": False, "RawXml": "<x/>"}
    assert peer.reporting.ReportInventory(peer.cookie, datetime.now(UTC), inventory) is True
    batch = {"ReportingEvent": [event_about(world, 162)]}
    assert peer.reporting.ReportEventBatch2(CLIENT_ID, datetime.now(UTC), batch) is True
    assert peer.reporting.Ping(0).SuccessFlag is True


def test_refusals_are_faults_with_their_detail(peer: Peer) -> None:
    peer.shake_hands()
    with pytest.raises(zeep.exceptions.Fault) as refused:
        peer.scan(InstalledNonLeafUpdateIDs={"int": [1] * 401})
    assert refused.value.message == "Fault occurred"
    found = {one.tag: one.text for one in refused.value.detail.iter()}
    assert found["ErrorCode"] == "InvalidParameters"
    assert found["Message"] == "parameters.InstalledNonLeafUpdateIDs"
    assert found["Method"] == f'"{CLIENT}/SyncUpdates"'
