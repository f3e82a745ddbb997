"""A SOAP stack we did not write drives the simulator from the specification's WSDLs.

zeep checks every answer against the WSDL's types: element names, order, what must be there.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.upstream_lab import RunningLab, running_upstream

from headgate.wire import cab

zeep = pytest.importorskip("zeep")

WINDOWS_11 = "72e7624a-5b00-45d2-b92f-e561c0a6a160"
SECURITY_UPDATES = "0fa1201d-4330-4fa8-8ae9-b877473b6441"
GUID = "adb2fe48-0b2e-451e-8fc8-44b29845b0c6"
PATHS = {
    "ServerSync": "/ServerSyncWebService/ServerSyncWebService.asmx",
    "DssAuth": "/DssAuthWebService/DssAuthWebService.asmx",
}
BINDINGS = {"ServerSync": "ServerSyncProxySoap", "DssAuth": "DssAuthWebServiceSoap"}


@dataclass
class Peer:
    """Both services through zeep, and a cookie."""

    sync: Any
    auth: Any
    cookie: Any = None

    def shake_hands(self) -> None:
        token = self.auth.GetAuthorizationCookie("peer.invalid", GUID, None)
        assert token.PlugInId == "DssTargeting"
        assert len(token.CookieData) == 496
        shown = {
            "AuthorizationCookie": [{"PlugInId": token.PlugInId, "CookieData": token.CookieData}]
        }
        self.cookie = self.sync.GetCookie(shown, None, "1.20")

    def listing(self, **wanted: Any) -> Any:
        return self.sync.GetRevisionIdList(
            self.cookie, {"GetConfig": False, "Get63LanguageOnly": False, **wanted}
        )


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    with running_upstream() as running:
        yield running


@pytest.fixture(params=["", "12"], ids=["soap 1.1", "soap 1.2"])
def peer(request: pytest.FixtureRequest, lab: RunningLab, shared: Path) -> Iterator[Peer]:
    services, clients = {}, []
    for name, path in PATHS.items():
        client = zeep.Client(
            str(shared / "wsdl" / f"{name}.wsdl"), settings=zeep.Settings(strict=True)
        )
        namespace = next(iter(client.wsdl.bindings)).rsplit("}", 1)[0]
        binding = f"{namespace}}}{BINDINGS[name]}{request.param}"
        services[name] = client.create_service(binding, lab.address + path)
        clients.append(client)
    yield Peer(sync=services["ServerSync"], auth=services["DssAuth"])
    for client in clients:
        client.transport.session.close()


def test_a_whole_synchronization_validates(peer: Peer, lab: RunningLab) -> None:
    config = peer.sync.GetAuthConfig()
    (plug_in,) = config.AuthInfo.AuthPlugInInfo
    assert plug_in.ServiceUrl == "DssAuthWebService/DssAuthWebService.asmx"
    peer.shake_hands()
    limits = peer.sync.GetConfigData(peer.cookie, None)
    assert limits.MaxNumberOfUpdatesPerRequest == 100
    assert limits.ProtocolVersion == "1.20"
    assert len(limits.LanguageUpdateList.ServerSyncLanguageData) == 39

    configuration = peer.listing(GetConfig=True).NewRevisions.UpdateIdentity
    assert len(configuration) > 200
    updates = peer.listing(
        Categories={"IdAndDelta": [{"Id": WINDOWS_11, "Delta": False}]},
        Classifications={"IdAndDelta": [{"Id": SECURITY_UPDATES, "Delta": False}]},
    )
    wanted = updates.NewRevisions.UpdateIdentity
    assert len(wanted) > 100
    documents = [document(one) for one in everything(peer, [*configuration[:60], *wanted[:60]])]
    assert len(documents) == 120
    assert any("Cumulative Update for Windows 11" in text for text in documents)

    later = peer.listing(
        Anchor=updates.Anchor,
        Categories={"IdAndDelta": [{"Id": WINDOWS_11, "Delta": True}]},
        Classifications={"IdAndDelta": [{"Id": SECURITY_UPDATES, "Delta": True}]},
    )
    assert not later.NewRevisions or not later.NewRevisions.UpdateIdentity


def everything(peer: Peer, wanted: list[Any]) -> Iterator[Any]:
    while wanted:
        answer = peer.sync.GetUpdateData(peer.cookie, {"UpdateIdentity": wanted[:100]})
        items = answer.updates.ServerSyncUpdateData
        assert items
        yield from items
        wanted = wanted[len(items) :]


def document(item: Any) -> str:
    if item.XmlUpdateBlobCompressed is not None:
        assert item.XmlUpdateBlob is None
        text = cab.read_members(item.XmlUpdateBlobCompressed)["blob"].decode("utf-16-le")
    else:
        text = item.XmlUpdateBlob
    root = ElementTree.fromstring(text)
    assert root[0].get("UpdateID", "").lower() == item.Id.UpdateID
    assert int(root[0].get("RevisionNumber", "")) == item.Id.RevisionNumber
    return str(text)


def test_files_come_with_digests_and_addresses(peer: Peer, lab: RunningLab) -> None:
    peer.shake_hands()
    with_file = next(one for one in lab.upstream.publisher.publications() if one.files())
    wanted = {
        "UpdateID": with_file.identity.update_id,
        "RevisionNumber": with_file.identity.revision_number,
    }
    answer = peer.sync.GetUpdateData(peer.cookie, {"UpdateIdentity": [wanted]})
    (item,) = answer.updates.ServerSyncUpdateData
    (url,) = answer.fileUrls.ServerSyncUrlData
    assert item.FileDigestList.base64Binary == [url.FileDigest]
    assert url.MUUrl.startswith(lab.address) and not url.UssUrl
    assert len(base64.b64encode(url.FileDigest)) == 28


def test_refusals_are_faults_with_their_detail(peer: Peer) -> None:
    peer.shake_hands()
    with pytest.raises(zeep.exceptions.Fault) as refused:
        peer.listing(Anchor="garbage")
    assert refused.value.message == "Fault occurred"
    detail = refused.value.detail
    found = {one.tag: one.text for one in detail.iter()}
    assert found["ErrorCode"] == "InvalidParameters"
    assert found["Message"] == "filter"
    assert found["Method"] == '"http://www.microsoft.com/SoftwareDistribution/GetRevisionIdList"'


def test_rare_calls_validate_too(peer: Peer, lab: RunningLab) -> None:
    peer.shake_hands()
    assert peer.sync.Ping(0).SuccessFlag is True
    deployments = peer.sync.GetDeployments(peer.cookie, None, None)
    groups = deployments.Groups.ServerSyncTargetGroup
    assert [one.Name for one in groups] == ["All Computers", "Unassigned Computers"]
    known = next(file for one in lab.upstream.publisher.publications() for file in one.files())
    assert peer.sync.DownloadFiles(peer.cookie, {"base64Binary": [known.file.sha1]}) is None
    with pytest.raises(zeep.exceptions.Fault) as refused:
        peer.sync.DownloadFiles(peer.cookie, {"base64Binary": [b"\0" * 20]})
    assert "FileDigestsMissing" in {one.text for one in refused.value.detail.iter()}
