"""Writes update documents: from what a revision is to the XML an upstream server sends.

One ``upd:Update`` per revision, no white space between tags, prefixes declared on the root and
again further down, children in the order of FACTS 8.1, attributes in the order of real documents.
The input is ours and trusted; texts are escaped all the same.
"""

import base64
from collections.abc import Collection
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from headgate.catalogue.files import UpdateFile
from headgate.catalogue.revisions import (
    Behavior,
    CategoryType,
    DriverMetadata,
    LocalizedText,
    PublicationState,
    Revision,
    UpdateKind,
)
from headgate.simulator.microsoft_update.namespaces import HANDLERS, NAMESPACES, declaration
from headgate.simulator.microsoft_update.rules import NO_RULES, Rules

_TYPES = {
    UpdateKind.SOFTWARE: "Software",
    UpdateKind.DRIVER: "Driver",
    UpdateKind.CATEGORY: "Category",
    UpdateKind.DETECTOID: "Detectoid",
}
_CATEGORY_TYPES = {
    CategoryType.COMPANY: "Company",
    CategoryType.FAMILY: "ProductFamily",
    CategoryType.PRODUCT: "Product",
    CategoryType.CLASSIFICATION: "UpdateClassification",
}
_STATES = {PublicationState.PUBLISHED: "Published", PublicationState.EXPIRED: "Expired"}
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def write_document(
    revision: Revision,
    rules: Rules = NO_RULES,
    *,
    upper_case_id: bool = False,
    always_grouped: Collection[str] = (),
) -> str:
    """Return the document of ``revision``, without XML declaration, as one line of text.

    ``upper_case_id`` writes the identity in capitals, as the oldest real documents do. A
    prerequisite named in ``always_grouped`` stands in an ``AtLeastOne`` even alone, as categories
    do in real documents of software, with ``IsCategory`` or without.
    """
    inner = "".join(
        (
            _identity(revision, upper_case_id),
            _properties(revision),
            _texts(revision),
            _relationships(revision, always_grouped),
            _rules(rules),
            _files(revision.files),
            _handler_data(revision),
        )
    )
    prefixes = [p for p in NAMESPACES if p in {"pub", "upd"} or f"<{p}:" in inner]
    declarations = " ".join(declaration(prefix) for prefix in prefixes)
    return f"<upd:Update {declarations}>{inner}</upd:Update>"


def _identity(revision: Revision, upper_case_id: bool) -> str:
    number = revision.identity.revision_number
    update_id = revision.identity.update_id
    shown = update_id.upper() if upper_case_id else update_id
    return f'<upd:UpdateIdentity UpdateID="{shown}" RevisionNumber="{number}" />'


def moment(value: datetime) -> str:
    """Write a time as ``CreationDate`` does: UTC, milliseconds, ``Z``."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def _flag(name: str, value: bool) -> str:
    return f' {name}="true"' if value else ""


def _properties(revision: Revision) -> str:
    attributes = "".join(
        (
            f' UpdateType="{_TYPES[revision.kind]}"',
            f' DefaultPropertiesLanguage="{revision.default_language}"',
            _flag("AutoSelectOnWebSites", revision.auto_select_on_web_sites),
            _optional("Handler", HANDLERS.get(revision.handler or "")),
            _flag("ExplicitlyDeployable", revision.explicitly_deployable),
            _flag("OSUpgrade", revision.os_upgrade),
            _flag("BrowseOnly", revision.browse_only),
            _flag("IsBeta", revision.is_beta),
            _flag("IsLocallyPublished", revision.is_locally_published),
            _optional("MsrcSeverity", revision.severity),
            _optional("EulaID", revision.eula_id),
            _optional("CompatibleProtocolVersion", revision.compatible_protocol_version),
            _optional("MaxDownloadSize", revision.max_download_size),
            _optional("MinDownloadSize", revision.min_download_size),
            f' PublicationState="{_STATES[revision.publication_state]}"',
            _optional("CreationDate", moment(revision.created) if revision.created else None),
            _optional("PublisherID", revision.publisher_id),
            _optional("LegacyName", revision.legacy_name),
        )
    )
    children = "".join(
        (
            _behavior("InstallationBehavior", revision.installation),
            _behavior("UninstallationBehavior", revision.uninstallation),
            _elements("MoreInfoUrl", revision.more_info_urls),
            _elements("SupportUrl", (revision.support_url,) if revision.support_url else ()),
            _elements("SecurityBulletinID", revision.security_bulletins),
            _elements("CveID", revision.cves),
            _elements("KBArticleID", revision.kb_articles),
            _elements("Language", revision.languages),
        )
    )
    return f"<upd:Properties{attributes}>{children}</upd:Properties>"


def _optional(name: str, value: str | int | None) -> str:
    return "" if value is None else f" {name}={quoteattr(str(value))}"


def _elements(name: str, values: tuple[str, ...]) -> str:
    return "".join(f"<upd:{name}>{escape(value)}</upd:{name}>" for value in values)


def _behavior(name: str, behavior: Behavior | None) -> str:
    if behavior is None:
        return ""
    attributes = "".join(
        (
            _optional("Impact", behavior.impact),
            _optional("RebootBehavior", behavior.reboot),
            _flag("RequiresNetworkConnectivity", behavior.requires_network),
            _flag("CanRequestUserInput", behavior.can_request_user_input),
        )
    )
    return f"<upd:{name}{attributes} />"


def _texts(revision: Revision) -> str:
    licences = [file for file in revision.files if file.is_eula]
    inner = "".join(_text(text) for text in revision.texts) + "".join(map(_licence, licences))
    return f"<upd:LocalizedPropertiesCollection>{inner}</upd:LocalizedPropertiesCollection>"


def _text(text: LocalizedText) -> str:
    parts = [
        ("Language", text.language),
        ("Title", text.title),
        ("Description", text.description),
        ("UninstallNotes", text.uninstall_notes),
        ("MoreInfoUrl", text.more_info_url),
        ("SupportUrl", text.support_url),
    ]
    inner = "".join(_elements(name, (value,)) for name, value in parts if value is not None)
    return f"<upd:LocalizedProperties>{inner}</upd:LocalizedProperties>"


def _licence(file: UpdateFile) -> str:
    language = file.languages[0] if file.languages else "en"
    return (
        f'<upd:EulaFile Digest="{_base64(file.sha1)}" DigestAlgorithm="SHA1" '
        f'FileName={quoteattr(file.name)} Size="{file.size}" Language="{language}">'
        f"{_second_digest(file)}</upd:EulaFile>"
    )


def _relationships(revision: Revision, always_grouped: Collection[str]) -> str:
    inner = "".join(
        (
            _superseded(revision.supersedes),
            _prerequisites(revision, always_grouped),
            _bundled(revision),
        )
    )
    return f"<upd:Relationships>{inner}</upd:Relationships>" if inner else ""


def _superseded(ids: tuple[str, ...]) -> str:
    inner = "".join(f'<upd:UpdateIdentity UpdateID="{one}" />' for one in ids)
    return f"<upd:SupersededUpdates>{inner}</upd:SupersededUpdates>" if inner else ""


def _prerequisites(revision: Revision, always_grouped: Collection[str]) -> str:
    parts = []
    for clause in revision.prerequisites:
        inner = "".join(f'<upd:UpdateIdentity UpdateID="{one}" />' for one in clause.any_of)
        if clause.is_category:
            parts.append(f'<upd:AtLeastOne IsCategory="true">{inner}</upd:AtLeastOne>')
        elif len(clause.any_of) > 1 or clause.any_of[0] in always_grouped:
            parts.append(f"<upd:AtLeastOne>{inner}</upd:AtLeastOne>")
        else:
            parts.append(inner)
    return f"<upd:Prerequisites>{''.join(parts)}</upd:Prerequisites>" if parts else ""


def _bundled(revision: Revision) -> str:
    parts = []
    for clause in revision.bundled:
        inner = "".join(
            f'<upd:UpdateIdentity UpdateID="{one.update_id}" '
            f'RevisionNumber="{one.revision_number}" />'
            for one in clause
        )
        parts.append(inner if len(clause) == 1 else f"<upd:AtLeastOne>{inner}</upd:AtLeastOne>")
    return f"<upd:BundledUpdates>{''.join(parts)}</upd:BundledUpdates>" if parts else ""


def _rules(rules: Rules) -> str:
    parts = [
        ("IsInstalled", rules.is_installed),
        ("IsSuperseded", rules.is_superseded),
        ("IsInstallable", rules.is_installable),
        ("Metadata", rules.metadata),
    ]
    inner = "".join(f"<upd:{name}>{rule}</upd:{name}>" for name, rule in parts if rule)
    return f"<upd:ApplicabilityRules>{inner}</upd:ApplicabilityRules>" if inner else ""


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _second_digest(file: UpdateFile) -> str:
    if file.sha256 is None:
        return ""
    return f'<upd:AdditionalDigest Algorithm="SHA256">{_base64(file.sha256)}</upd:AdditionalDigest>'


def _files(files: tuple[UpdateFile, ...]) -> str:
    inner = "".join(
        f'<upd:File Digest="{_base64(file.sha1)}" DigestAlgorithm="SHA1" '
        f'FileName={quoteattr(file.name)} Size="{file.size}"'
        f"{_optional('Modified', file.modified)}{_optional('PatchingType', file.patching_type)}>"
        f"{_second_digest(file)}</upd:File>"
        for file in files
        if not file.is_eula
    )
    return f"<upd:Files>{inner}</upd:Files>" if inner else ""


def _handler_data(revision: Revision) -> str:
    match revision.handler:
        case "Category":
            kind, inner = "cat:Category", _category_information(revision)
        case "CommandLineInstallation":
            kind, inner = "cmd:CommandLineInstallation", _install_command(revision)
        case "Cbs":
            kind, inner = "cbs:Cbs", f'<cbs:CbsData PackageIdentity="" {declaration("cbs")} />'
        case _:
            return ""
    return f'<upd:HandlerSpecificData xsi:type="{kind}" {_XSI}>{inner}</upd:HandlerSpecificData>'


def _category_information(revision: Revision) -> str:
    kind = _CATEGORY_TYPES[revision.category_type or CategoryType.PRODUCT]
    return (
        f'<cat:CategoryInformation CategoryType="{kind}" '
        f'ProhibitsSubcategories="{str(revision.prohibits_subcategories).lower()}" '
        f'ProhibitsUpdates="{str(revision.prohibits_updates).lower()}"'
        f"{_flag('ExcludedByDefault', revision.excluded_by_default)}"
        f"{_optional('DisplayOrder', revision.category_display_order)} {declaration('cat')} />"
    )


def _install_command(revision: Revision) -> str:
    program = revision.files[0].name if revision.files else "setup.exe"
    return (
        f'<cmd:InstallCommand Program={quoteattr(program)} Arguments="/quiet /norestart" '
        f"{declaration('cmd')}>"
        '<cmd:ReturnCode Code="0" Result="Succeeded" />'
        '<cmd:ReturnCode Code="3010" Result="Succeeded" Reboot="true" />'
        "</cmd:InstallCommand>"
    )


def driver_rules(drivers: tuple[DriverMetadata, ...]) -> Rules:
    """Return the rules of a driver: Windows matches the hardware ids in ``Metadata``."""
    here = declaration("drv")
    return Rules(
        is_installed=f"<drv:WindowsDriverInstalled {here} />",
        is_superseded=f"<drv:WindowsDriverSuperseded {here} />",
        is_installable=f"<drv:WindowsDriverInstallable {here} />",
        metadata="".join(map(_driver_metadata, drivers)),
    )


def _driver_metadata(driver: DriverMetadata) -> str:
    attributes = "".join(
        (
            _optional("HardwareID", driver.hardware_id),
            _optional("DriverVerDate", driver.version_date),
            _optional("DriverVerVersion", driver.version),
            ' WhqlDriverID="0"',
            _optional("Class", driver.driver_class),
            _optional("Company", driver.provider),
            _optional("Provider", driver.provider),
            _optional("Manufacturer", driver.manufacturer),
            _optional("Model", driver.model),
        )
    )
    computers = "".join(
        f"<drv:DistributionComputerHardwareId>{one}</drv:DistributionComputerHardwareId>"
        for one in driver.computer_hardware_ids
    )
    return (
        f"<drv:WindowsDriverMetaData{attributes} {declaration('drv')}>"
        '<drv:FeatureScore FeatureScore="FF" OperatingSystem="amd64.10.0" />'
        f"{computers}</drv:WindowsDriverMetaData>"
    )
