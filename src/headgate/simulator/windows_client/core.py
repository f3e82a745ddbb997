"""A Core fragment as the agent reads it: who the update is, what it needs, bundles and tests.

A fragment has no root and prefixes without declarations, ``b.RegDword`` being one name (FACTS
§8.2); it is wrapped to be read. Of ``Metadata`` only what our rules ask about is kept, because that
of a cumulative update of Windows takes up to 47 MB.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence
from headgate.wire import xmltree
from headgate.wire.xmltree import Element

#: Cores are read once for all pretend computers of a process.
_REMEMBERED = 20_000
_LARGE = 16 * 1024  #: bytes; larger ones are few and are read each time

Requirement = tuple[str, ...]  #: ids, one of which must be installed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One test, or a connective with the tests inside it."""

    name: str  #: ``b.RegDword``, ``And``
    attributes: Mapping[str, str]
    inner: "tuple[Rule, ...]" = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """An assembly identity of a servicing manifest."""

    name: str
    version: str
    architecture: str
    language: str = "neutral"
    build_must_be_equal: bool = False  #: of a parent


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageMetadata:
    """``CbsPackageApplicabilityMetadata``: the package, and where it can be installed."""

    package: Assembly
    parents: tuple[Assembly, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverMetadata:
    """``d.WindowsDriverMetaData``: a driver for one hardware id."""

    hardware_id: str
    date: str
    version: str
    driver_class: str
    manufacturer: str
    provider: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """An update as an agent knows it."""

    update_id: str  #: lower case
    revision_number: int
    update_type: str  #: Software, Driver, Category, Detectoid
    is_explicitly_deployable: bool = False
    prerequisites: tuple[Requirement, ...] = ()
    bundled: tuple[tuple[tuple[str, int], ...], ...] = ()
    supersedes: frozenset[str] = frozenset()
    is_installed: Rule | None = None
    is_superseded: Rule | None = None
    is_installable: Rule | None = None
    package: PackageMetadata | None = None
    patch_code: str | None = None  #: of ``MsiPatchMetadata``
    product_code: str | None = None  #: of ``MsiApplicationMetadata``
    product_version: str | None = None
    patched_products: tuple[str, ...] = ()
    drivers: tuple[DriverMetadata, ...] = ()

    @property
    def is_bundle(self) -> bool:
        """Whether it has parts of its own."""
        return bool(self.bundled)


def read_core(fragment: bytes) -> Core:
    """Return what an unescaped Core fragment says. Raises MalformedMessage."""
    return _read(fragment) if len(fragment) > _LARGE else _read_once(fragment)


@lru_cache(_REMEMBERED)
def _read_once(fragment: bytes) -> Core:
    return _read(fragment)


def _read(fragment: bytes) -> Core:
    root = xmltree.parse(b"<Core>" + fragment + b"</Core>", what=Sentence("Core"), huge=True)
    identity = xmltree.required_child(root, "UpdateIdentity")
    properties = xmltree.required_child(root, "Properties")
    rules = xmltree.child(root, "ApplicabilityRules")
    return Core(
        update_id=xmltree.attribute(identity, "UpdateID", str).lower(),
        revision_number=xmltree.attribute(identity, "RevisionNumber", int),
        update_type=xmltree.attribute(properties, "UpdateType", str),
        is_explicitly_deployable=properties.get("ExplicitlyDeployable") == "true",
        **_relations(xmltree.child(root, "Relationships")),
        **({} if rules is None else _tests(rules)),
    )


def _relations(relations: Element | None) -> dict[str, Any]:
    if relations is None:
        return {}
    needed = xmltree.child(relations, "Prerequisites")
    bundled = xmltree.child(relations, "BundledUpdates")
    return {
        "prerequisites": tuple(_clauses(needed, _update_id)),
        "bundled": tuple(_clauses(bundled, _identity)),
        "supersedes": frozenset(
            map(_update_id, xmltree.items(relations, "SupersededUpdates", "UpdateIdentity"))
        ),
    }


def _clauses(parent: Element | None, read: Callable[[Element], Any]) -> Iterator[Any]:
    for one in () if parent is None else parent:
        match xmltree.local_name(one):
            case "UpdateIdentity":
                yield (read(one),)
            case "AtLeastOne":
                yield tuple(map(read, xmltree.children(one, "UpdateIdentity")))


def _update_id(element: Element) -> str:
    return xmltree.attribute(element, "UpdateID", str).lower()


def _identity(element: Element) -> tuple[str, int]:
    return _update_id(element), xmltree.attribute(element, "RevisionNumber", int)


def _tests(rules: Element) -> dict[str, Any]:
    metadata = xmltree.child(rules, "Metadata")
    return {
        "is_installed": _only_rule(rules, "IsInstalled"),
        "is_superseded": _only_rule(rules, "IsSuperseded"),
        "is_installable": _only_rule(rules, "IsInstallable"),
        **({} if metadata is None else _metadata(metadata)),
    }


def _only_rule(rules: Element, name: str) -> Rule | None:
    element = xmltree.child(rules, name)
    if element is None:
        return None
    inside = [_rule(one) for one in element if xmltree.local_name(one)]
    if len(inside) != 1:
        raise MalformedMessage(Sentence("{name} does not hold exactly one rule.", name=name))
    return inside[0]


def _rule(element: Element) -> Rule:
    return Rule(
        name=xmltree.local_name(element),
        attributes={str(name): str(value) for name, value in element.attrib.items()},
        inner=tuple(_rule(one) for one in element if xmltree.local_name(one)),
        text=(element.text or "").strip(),
    )


def _metadata(metadata: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in metadata:
        match xmltree.local_name(one):
            case "CbsPackageApplicabilityMetadata":
                found["package"] = _package(one)
            case "m.MsiPatchMetadata":
                found |= _patch(one)
            case "m.MsiApplicationMetadata":
                found |= _application(one)
    drivers = xmltree.children(metadata, "d.WindowsDriverMetaData")
    return {**found, "drivers": tuple(map(_driver, drivers))}


def _package(metadata: Element) -> PackageMetadata | None:
    manifest = xmltree.child(metadata, "assembly")
    identity = None if manifest is None else xmltree.child(manifest, "assemblyIdentity")
    if manifest is None or identity is None:
        return None
    parents = [
        _assembly(each, build_must_be_equal=parent.get("buildCompare") == "EQ")
        for package in xmltree.children(manifest, "package")
        for parent in xmltree.children(package, "parent")
        for each in xmltree.children(parent, "assemblyIdentity")
    ]
    return PackageMetadata(package=_assembly(identity), parents=tuple(parents))


def _assembly(identity: Element, *, build_must_be_equal: bool = False) -> Assembly:
    return Assembly(
        name=identity.get("name") or "",
        version=identity.get("version") or "",
        architecture=identity.get("processorArchitecture") or "neutral",
        language=identity.get("language") or "neutral",
        build_must_be_equal=build_must_be_equal,
    )


def _patch(metadata: Element) -> dict[str, Any]:
    patch = xmltree.child(metadata, "MsiPatch")
    if patch is None:
        return {}
    targets = (xmltree.text(one, "TargetProductCode") for one in patch)
    products = dict.fromkeys(one.strip().lower() for one in targets if one)
    return {"patch_code": patch.get("PatchGUID"), "patched_products": tuple(products)}


def _application(metadata: Element) -> dict[str, Any]:
    code = xmltree.child(metadata, "m.ProductCode")
    if code is None:
        return {}
    return {"product_code": (code.text or "").strip(), "product_version": code.get("Version")}


def _driver(metadata: Element) -> DriverMetadata:
    text = partial(metadata.get, default="")
    return DriverMetadata(
        hardware_id=str(text("HardwareID")),
        date=str(text("DriverVerDate"))[:10],
        version=str(text("DriverVerVersion")),
        driver_class=str(text("Class")),
        manufacturer=str(text("Manufacturer")),
        provider=str(text("Provider")),
        model=str(text("Model")),
    )
