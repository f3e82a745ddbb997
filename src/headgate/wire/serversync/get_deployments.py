"""GetDeployments: a replica takes over groups and decisions ([MS-WSUSSS] 3.1.4.10, FACTS §10.6).

From the WSDL; nobody has observed one.
"""

from dataclasses import dataclass
from datetime import datetime

from headgate.wire import answers, cookie, lexical, soap, values, xmltree
from headgate.wire.cookie import Cookie
from headgate.wire.lexical import escape
from headgate.wire.serversync import namespaces
from headgate.wire.soap import Envelope, SoapVersion
from headgate.wire.xmltree import Element

NAME = "GetDeployments"
ACTION = namespaces.action(NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDeploymentsRequest:
    """Asks for groups and for deployments between two anchors."""

    cookie: Cookie | None
    deployment_anchor: str | None  #: of the last answer, None for everything
    sync_anchor: str | None  #: of ``GetRevisionIdList``


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSyncTargetGroup:
    """A computer group; the root's parent is the zero GUID."""

    target_group_id: str
    parent_group_id: str
    name: str
    is_builtin: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSyncDeployment:
    """One decision about one revision for one group."""

    update_id: str
    revision_number: int
    action: int  #: 0 install, 1 uninstall, 2 scan, 3 block
    admin_name: str
    deadline: datetime  #: 9999-12-31T23:59:59.9999999 for none
    is_assigned: bool
    go_live_time: datetime
    deployment_guid: str
    target_group_id: str
    download_priority: int  #: 1 to 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDeploymentsResponse:
    """Groups, declines and licences are whole lists, deployments those of the window."""

    anchor: str
    groups: tuple[ServerSyncTargetGroup, ...]
    deployments: tuple[ServerSyncDeployment, ...]
    dead_deployments: tuple[str, ...]
    hidden_updates: tuple[str, ...]  #: declined
    accepted_eulas: tuple[str, ...]


def encode_request(
    request: GetDeploymentsRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    shown = cookie.write_cookie(request.cookie)
    deployment_anchor = values.write_text("deploymentAnchor", request.deployment_anchor)
    sync_anchor = values.write_text("syncAnchor", request.sync_anchor)
    return soap.write_request(
        namespaces.message(NAME, shown + deployment_anchor + sync_anchor), version
    )


def decode_request(envelope: Envelope) -> GetDeploymentsRequest:
    """Return the request. Raises MalformedMessage."""
    return GetDeploymentsRequest(
        cookie=cookie.read_cookie(envelope.message),
        deployment_anchor=xmltree.text(envelope.message, "deploymentAnchor"),
        sync_anchor=xmltree.text(envelope.message, "syncAnchor"),
    )


def encode_response(
    response: GetDeploymentsResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    parts = (
        values.write_text("Anchor", response.anchor),
        values.write_array("Groups", map(_write_group, response.groups)),
        values.write_array("Deployments", map(_write_deployment, response.deployments)),
        values.write_guids("DeadDeployments", response.dead_deployments),
        values.write_guids("HiddenUpdates", response.hidden_updates),
        values.write_guids("AcceptedEulas", response.accepted_eulas),
    )
    result = f"<{NAME}Result>{''.join(parts)}</{NAME}Result>"
    return soap.write_response(namespaces.message(f"{NAME}Response", result), version)


def _write_group(group: ServerSyncTargetGroup) -> str:
    return (
        f"<ServerSyncTargetGroup><TargetGroupID>{escape(group.target_group_id)}</TargetGroupID>"
        f"<ParentGroupId>{escape(group.parent_group_id)}</ParentGroupId>"
        f"{values.write_text('Name', group.name)}"
        f"{values.write_boolean('IsBuiltin', group.is_builtin)}</ServerSyncTargetGroup>"
    )


def _write_deployment(one: ServerSyncDeployment) -> str:
    return (
        f"<ServerSyncDeployment><UpdateId>{escape(one.update_id)}</UpdateId>"
        f"{values.write_integer('RevisionNumber', one.revision_number)}"
        f"{values.write_integer('Action', one.action)}"
        f"{values.write_text('AdminName', one.admin_name)}"
        f"<Deadline>{lexical.write_datetime(one.deadline)}</Deadline>"
        f"{values.write_boolean('IsAssigned', one.is_assigned)}"
        f"<GoLiveTime>{lexical.write_datetime(one.go_live_time)}</GoLiveTime>"
        f"<DeploymentGuid>{escape(one.deployment_guid)}</DeploymentGuid>"
        f"<TargetGroupId>{escape(one.target_group_id)}</TargetGroupId>"
        f"{values.write_integer('DownloadPriority', one.download_priority)}"
        "</ServerSyncDeployment>"
    )


def decode_response(body: bytes) -> GetDeploymentsResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    result = xmltree.required_child(message, f"{NAME}Result")
    groups = xmltree.items(result, "Groups", "ServerSyncTargetGroup")
    deployments = xmltree.items(result, "Deployments", "ServerSyncDeployment")
    return GetDeploymentsResponse(
        anchor=xmltree.text(result, "Anchor") or "",
        groups=tuple(map(_read_group, groups)),
        deployments=tuple(map(_read_deployment, deployments)),
        dead_deployments=values.read_guids(result, "DeadDeployments"),
        hidden_updates=values.read_guids(result, "HiddenUpdates"),
        accepted_eulas=values.read_guids(result, "AcceptedEulas"),
    )


def _read_group(element: Element) -> ServerSyncTargetGroup:
    return ServerSyncTargetGroup(
        target_group_id=xmltree.guid(element, "TargetGroupID"),
        parent_group_id=xmltree.guid(element, "ParentGroupId"),
        name=xmltree.text(element, "Name") or "",
        is_builtin=xmltree.boolean(element, "IsBuiltin"),
    )


def _read_deployment(element: Element) -> ServerSyncDeployment:
    return ServerSyncDeployment(
        update_id=xmltree.guid(element, "UpdateId"),
        revision_number=xmltree.integer(element, "RevisionNumber"),
        action=xmltree.integer(element, "Action"),
        admin_name=xmltree.text(element, "AdminName") or "",
        deadline=xmltree.moment(element, "Deadline"),
        is_assigned=xmltree.boolean(element, "IsAssigned"),
        go_live_time=xmltree.moment(element, "GoLiveTime"),
        deployment_guid=xmltree.guid(element, "DeploymentGuid"),
        target_group_id=xmltree.guid(element, "TargetGroupId"),
        download_priority=xmltree.integer(element, "DownloadPriority"),
    )
