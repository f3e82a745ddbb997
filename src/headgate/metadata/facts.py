"""From a parsed document to :class:`headgate.catalogue.revisions.Revision`.

One walk over the children of each section, no XPath: every ingested document passes here. Names are
those of FACTS §8.1. What is missing and optional becomes None; what is there and wrong raises
ValueError with a clause that says what.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from lxml.etree import _Element

from headgate.catalogue.identity import RevisionIdentity, guid
from headgate.catalogue.revisions import (
    Behavior,
    CategoryType,
    LocalizedText,
    PrerequisiteClause,
    PublicationState,
    Revision,
    UpdateKind,
)
from headgate.metadata import names
from headgate.metadata.drivers import read_drivers
from headgate.metadata.files import read_eula_files, read_files
from headgate.metadata.lexical import moment, optional_number, text, truth
from headgate.metadata.relations import (
    identity_of,
    read_bundles,
    read_prerequisites,
    read_superseded,
)
from headgate.sentences import Sentence

_KINDS = {
    "Software": UpdateKind.SOFTWARE,
    "Driver": UpdateKind.DRIVER,
    "Category": UpdateKind.CATEGORY,
    "Detectoid": UpdateKind.DETECTOID,
}
_CATEGORY_TYPES = {
    "Company": CategoryType.COMPANY,
    "ProductFamily": CategoryType.FAMILY,
    "Product": CategoryType.PRODUCT,
    "UpdateClassification": CategoryType.CLASSIFICATION,
}
_STATES = {"Published": PublicationState.PUBLISHED, "Expired": PublicationState.EXPIRED}
_LANGUAGE, _TITLE, _DESCRIPTION, _UNINSTALL_NOTES, _MORE_INFO, _SUPPORT = (
    names.update_tag(name)
    for name in ("Language", "Title", "Description", "UninstallNotes", "MoreInfoUrl", "SupportUrl")
)
_INSTALLATION, _UNINSTALLATION, _KB, _BULLETIN = (
    names.update_tag(name)
    for name in (
        "InstallationBehavior",
        "UninstallationBehavior",
        "KBArticleID",
        "SecurityBulletinID",
    )
)
_CVES = (names.update_tag("CveID"), names.update_tag("CVEID"))


class Sections(NamedTuple):
    """The children of ``Update``; only the first two are always there."""

    identity: _Element
    properties: _Element
    localized: _Element | None
    relationships: _Element | None
    rules: _Element | None
    files: _Element | None
    handler: _Element | None


@dataclass(slots=True)
class _PropertyChildren:
    """What the children of ``Properties`` say."""

    languages: list[str] = field(default_factory=list)
    kb_articles: list[str] = field(default_factory=list)
    bulletins: list[str] = field(default_factory=list)
    cves: list[str] = field(default_factory=list)
    more_info_urls: list[str] = field(default_factory=list)
    support_url: str | None = None
    installation: Behavior | None = None
    uninstallation: Behavior | None = None


def sections_of(root: _Element) -> Sections:
    """Return the sections of an ``Update``. Raises ValueError when it is none."""
    if root.tag != names.ROOT:
        raise ValueError(Sentence("the root element is {tag} and not upd:Update", tag=root.tag))
    found = {child.tag: child for child in root}
    if names.UPDATE_IDENTITY not in found:
        raise ValueError(Sentence("UpdateIdentity is missing"))
    if names.PROPERTIES not in found:
        raise ValueError(Sentence("Properties is missing"))
    return Sections(
        found[names.UPDATE_IDENTITY],
        found[names.PROPERTIES],
        found.get(names.LOCALIZED_COLLECTION),
        found.get(names.RELATIONSHIPS),
        found.get(names.APPLICABILITY_RULES),
        found.get(names.FILES),
        found.get(names.HANDLER_DATA),
    )


def kind_of(properties: _Element) -> UpdateKind:
    """Return what ``@UpdateType`` says. Raises ValueError when it is none of the four."""
    written = properties.get("UpdateType")
    if written not in _KINDS:
        raise ValueError(
            Sentence("UpdateType is {written}, which is unknown", written=repr(written))
        )
    return _KINDS[written]


def read_revision(sections: Sections) -> Revision:
    """Return every fact of one document. Raises ValueError (and OverflowError for odd dates)."""
    get = sections.properties.get
    kind = kind_of(sections.properties)
    inside = _property_children(sections.properties)
    languages = tuple(inside.languages)
    default_language = get("DefaultPropertiesLanguage", "en").lower()
    texts = _texts(sections.localized)
    support_url, more_info_urls = _addresses(inside, texts, default_language)
    prerequisites, bundled, superseded = _relations(sections.relationships)
    category = _category_information(sections.handler)
    return Revision(
        identity=identity_of(sections.identity),
        kind=kind,
        category_type=_category_type(category.get("CategoryType")),
        default_language=default_language,
        texts=texts,
        publication_state=_STATES.get(get("PublicationState", ""), PublicationState.PUBLISHED),
        created=moment(get("CreationDate")),
        publisher_id=get("PublisherID"),
        legacy_name=get("LegacyName"),
        kb_articles=tuple(inside.kb_articles),
        security_bulletins=tuple(inside.bulletins),
        cves=tuple(inside.cves),
        severity=_severity(get("MsrcSeverity")),
        explicitly_deployable=truth(get("ExplicitlyDeployable")),
        auto_select_on_web_sites=truth(get("AutoSelectOnWebSites")),
        os_upgrade=truth(get("OSUpgrade")),
        is_beta=truth(get("IsBeta")),
        browse_only=truth(get("BrowseOnly")),
        is_locally_published=truth(get("IsLocallyPublished")),
        eula_id=_optional_guid(get("EulaID")),
        handler=get("Handler", "").rpartition("/")[2] or None,
        max_download_size=optional_number(get("MaxDownloadSize"), "MaxDownloadSize"),
        min_download_size=optional_number(get("MinDownloadSize"), "MinDownloadSize"),
        installation=inside.installation,
        uninstallation=inside.uninstallation,
        languages=languages,
        more_info_urls=more_info_urls,
        support_url=support_url,
        prerequisites=prerequisites,
        bundled=bundled,
        supersedes=superseded,
        files=read_files(sections.files, languages) + read_eula_files(sections.localized),
        drivers=read_drivers(sections.rules) if kind is UpdateKind.DRIVER else (),
        compatible_protocol_version=get("CompatibleProtocolVersion"),
        category_display_order=optional_number(category.get("DisplayOrder"), "DisplayOrder"),
        prohibits_updates=truth(category.get("ProhibitsUpdates")),
        prohibits_subcategories=truth(category.get("ProhibitsSubcategories")),
        excluded_by_default=truth(category.get("ExcludedByDefault")),
    )


def _property_children(properties: _Element) -> _PropertyChildren:
    found = _PropertyChildren()
    for child in properties:
        tag, value = child.tag, text(child.text)
        if tag == _INSTALLATION:
            found.installation = _behavior(child)
        elif tag == _UNINSTALLATION:
            found.uninstallation = _behavior(child)
        elif value is None:
            continue
        elif tag == _LANGUAGE:
            found.languages.append(value.lower())
        elif tag == _KB:
            found.kb_articles.append(value.upper().removeprefix("KB"))
        elif tag == _BULLETIN:
            found.bulletins.append(value)
        elif tag in _CVES:
            found.cves.append(value)
        elif tag == _SUPPORT:
            found.support_url = value
        elif tag == _MORE_INFO:
            found.more_info_urls.append(value)
    return found


def _texts(collection: _Element | None) -> tuple[LocalizedText, ...]:
    if collection is None:
        return ()
    return tuple(
        _localized_text(element) for element in collection.iterchildren(names.LOCALIZED_PROPERTIES)
    )


def _localized_text(element: _Element) -> LocalizedText:
    said = {child.tag: child.text for child in element}
    return LocalizedText(
        language=(text(said.get(_LANGUAGE)) or "en").lower(),
        title=text(said.get(_TITLE)) or "",
        description=text(said.get(_DESCRIPTION)),
        uninstall_notes=text(said.get(_UNINSTALL_NOTES)),
        more_info_url=text(said.get(_MORE_INFO)),
        support_url=text(said.get(_SUPPORT)),
    )


def _addresses(
    inside: _PropertyChildren, texts: tuple[LocalizedText, ...], default_language: str
) -> tuple[str | None, tuple[str, ...]]:
    """Return support and more-information addresses; the default language's where alone named."""
    support_url, more = inside.support_url, tuple(inside.more_info_urls)
    for each in texts:
        if each.language == default_language:
            support_url = support_url or each.support_url
            more = more or ((each.more_info_url,) if each.more_info_url else ())
    return support_url, more


def _relations(
    relationships: _Element | None,
) -> tuple[
    tuple[PrerequisiteClause, ...], tuple[tuple[RevisionIdentity, ...], ...], tuple[str, ...]
]:
    if relationships is None:
        return (), (), ()
    found = {child.tag: child for child in relationships}
    return (
        read_prerequisites(found.get(names.PREREQUISITES)),
        read_bundles(found.get(names.BUNDLED_UPDATES)),
        read_superseded(found.get(names.SUPERSEDED_UPDATES)),
    )


def _category_information(handler: _Element | None) -> dict[str, str]:
    if handler is None:
        return {}
    for element in handler.iterchildren(names.CATEGORY_INFORMATION):
        return {str(name): str(value) for name, value in element.attrib.items()}
    return {}


def _category_type(written: str | None) -> CategoryType | None:
    """Return the place in the tree; None without one, or with a kind of category unknown here.

    A document is not refused for it: updates may name the category, and clients evaluate it.
    """
    return _CATEGORY_TYPES.get(written or "")


def _behavior(element: _Element) -> Behavior:
    get = element.get
    return Behavior(
        impact=get("Impact"),
        reboot=get("RebootBehavior"),
        can_request_user_input=truth(get("CanRequestUserInput")),
        requires_network=truth(get("RequiresNetworkConnectivity")),
    )


def _severity(written: str | None) -> str | None:
    return None if written in (None, "", "Unspecified") else written


def _optional_guid(written: str | None) -> str | None:
    return guid(written) if written else None
