"""What Headgate knows of one revision, read once from its document at ingestion."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headgate.catalogue.files import UpdateFile
from headgate.catalogue.identity import RevisionIdentity


class UpdateKind(StrEnum):
    """``Properties/@UpdateType``: [MS-WUSP] 3.1.1.1."""

    SOFTWARE = "software"
    DRIVER = "driver"
    CATEGORY = "category"
    DETECTOID = "detectoid"


class CategoryType(StrEnum):
    """``HandlerSpecificData/CategoryInformation/@CategoryType``: [MS-WSUSSS] 3.2.4.2."""

    COMPANY = "company"
    FAMILY = "family"
    PRODUCT = "product"
    CLASSIFICATION = "classification"


class PublicationState(StrEnum):
    """``Properties/@PublicationState``; an expired revision is still listed and served."""

    PUBLISHED = "published"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalizedText:
    """One ``LocalizedPropertiesCollection/LocalizedProperties``."""

    language: str  #: lower-case, as Windows names it: en, pt-br, zh-tw
    title: str
    description: str | None = None
    uninstall_notes: str | None = None
    more_info_url: str | None = None
    support_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrerequisiteClause:
    """At least one of ``any_of`` must be installed; a document's clauses are joined by *and*.

    A plain ``UpdateIdentity`` under ``Prerequisites`` is a clause of one. ``is_category`` repeats
    the attribute and must not be used to recognise categories (Defender's hidden bundles lack it).
    """

    any_of: tuple[str, ...]  #: lower-case GUIDs
    is_category: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """``InstallationBehavior`` or ``UninstallationBehavior``, values as in the document."""

    impact: str | None = None  #: Normal, Minor, RequiresExclusiveHandling
    reboot: str | None = None  #: NeverReboots, AlwaysRequiresReboot, CanRequestReboot
    can_request_user_input: bool = False
    requires_network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverMetadata:
    """One ``WindowsDriverMetaData`` of a driver's applicability rules."""

    hardware_id: str  #: as written; compare without case
    driver_class: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    provider: str | None = None
    version: str | None = None  #: DriverVerVersion, four numbers with dots
    version_date: str | None = None  #: DriverVerDate, as written
    #: Computers it is for, by distribution or by its INF; as written. Empty: every computer. Which
    #: of them fits better is told by the order of the *computer's* list ([MS-WUSP] 3.1.5.7).
    computer_hardware_ids: tuple[str, ...] = ()
    #: (system such as amd64.10.0, lower case; 0 to 255, lower is better), each system once
    feature_scores: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The facts of one document that Headgate decides, lists, searches or reports by."""

    identity: RevisionIdentity
    kind: UpdateKind
    category_type: CategoryType | None = None
    default_language: str = "en"
    texts: tuple[LocalizedText, ...] = ()
    publication_state: PublicationState = PublicationState.PUBLISHED
    created: datetime | None = None  #: UTC
    publisher_id: str | None = None
    legacy_name: str | None = None
    kb_articles: tuple[str, ...] = ()  #: digits only
    security_bulletins: tuple[str, ...] = ()  #: MS16-001 and the like
    cves: tuple[str, ...] = ()
    severity: str | None = None  #: Critical, Important, Moderate, Low; None when unspecified
    explicitly_deployable: bool = False
    auto_select_on_web_sites: bool = False
    os_upgrade: bool = False
    is_beta: bool = False
    browse_only: bool = False
    is_locally_published: bool = False
    eula_id: str | None = None  #: a licence must be accepted before approval
    handler: str | None = None  #: last part of the handler's URI: Cbs, CommandLineInstallation, ...
    max_download_size: int | None = None  #: bytes
    min_download_size: int | None = None  #: bytes
    installation: Behavior | None = None
    uninstallation: Behavior | None = None  #: None: cannot be uninstalled
    languages: tuple[str, ...] = ()  #: ``Properties/Language``: the languages the update is for
    more_info_urls: tuple[str, ...] = ()
    support_url: str | None = None
    prerequisites: tuple[PrerequisiteClause, ...] = ()
    bundled: tuple[tuple[RevisionIdentity, ...], ...] = ()  #: clauses: one member of each is wanted
    supersedes: tuple[str, ...] = ()  #: lower-case GUIDs
    files: tuple[UpdateFile, ...] = ()
    drivers: tuple[DriverMetadata, ...] = ()
    compatible_protocol_version: str | None = None
    category_display_order: int | None = None
    prohibits_updates: bool = False
    prohibits_subcategories: bool = False
    excluded_by_default: bool = False

    @property
    def is_bundle(self) -> bool:
        """Whether this revision bundles others."""
        return bool(self.bundled)

    @property
    def title(self) -> str:
        """The title in the document's default language, else in English, else the first one."""
        by_language = {text.language: text.title for text in self.texts}
        for language in (self.default_language, "en"):
            if language in by_language:
                return by_language[language]
        return next(iter(by_language.values()), str(self.identity))
