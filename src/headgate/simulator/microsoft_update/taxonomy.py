"""Real categories, classifications and detectoids: their ids, titles, parents, revisions.

The facts lie in ``data/taxonomy.json``; descriptions and rules are made up here. Several revisions
of one id are kept, because a real source lists old ones beside the newest (FACTS 10.4).
"""

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    CategoryType,
    LocalizedText,
    PrerequisiteClause,
    Revision,
    UpdateKind,
)
from headgate.simulator.microsoft_update import rules
from headgate.simulator.microsoft_update.publication import Language

MICROSOFT = "56309036-4c77-4dd9-951a-99ee9c246a94"
SECURITY_UPDATES = "0fa1201d-4330-4fa8-8ae9-b877473b6441"
CRITICAL_UPDATES = "e6cf1350-c01b-414d-a61f-263d14d133b4"
DEFINITION_UPDATES = "e0789628-ce08-4437-be74-2495b842f43b"
DRIVERS = "ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0"
FEATURE_PACKS = "b54e7d24-7add-428f-8b75-90a396fa584f"
UPDATE_ROLLUPS = "28bc880e-0592-4cbf-8f95-c79b17911d5f"
UPDATES = "cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83"
UPGRADES = "3689bdc8-b205-4af4-8d4a-a63924c5e9d5"

AMD64 = "59653007-e2e9-4f71-8525-2ff588527978"
X86 = "3e0afb10-a9fb-4c16-a60e-5790c3803437"
ARM64 = "4103af66-247a-4782-b970-8899394c27c3"

#: Products that are a kind of Windows: 1 is a workstation, 3 a server.
_WINDOWS_PRODUCTS = {
    "Windows 11": 1,
    "Windows 10, version 1903 and later": 1,
    "Windows Server 2016": 3,
    "Windows Server 2019": 3,
    "Microsoft Server operating system-21H2": 3,
    "Microsoft Server Operating System-24H2": 3,
}
#: Detectoids of one release of Windows: its build and kind.
_RELEASES = {
    "Windows1022H2": (19045, 1),
    "Windows1123H2_WithMomentsSupport": (22631, 1),
    "Windows1124H2": (26100, 1),
    "Windows Server 2016 RTM": (14393, 3),
    "Windows Server 2022": (20348, 3),
    "Windows1124H2Server": (26100, 3),
}

_TYPES = {
    "Company": CategoryType.COMPANY,
    "ProductFamily": CategoryType.FAMILY,
    "Product": CategoryType.PRODUCT,
    "UpdateClassification": CategoryType.CLASSIFICATION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRevision:
    """One revision of the configuration, with what its document needs besides."""

    revision: Revision
    rules: rules.Rules
    upper_case_id: bool


@functools.cache
def _facts() -> dict[str, Any]:
    source = files(__package__) / "data" / "taxonomy.json"
    facts: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return facts


def languages() -> tuple[Language, ...]:
    """Return the 39 languages real servers list, ``all`` among them."""
    return tuple(
        Language(lcid=lcid, short=short, long=long) for lcid, short, long in _facts()["languages"]
    )


def configuration() -> Iterator[KnownRevision]:
    """Yield categories, classifications and detectoids, what is needed before what needs it."""
    for fact in (*_facts()["classifications"], *_facts()["categories"]):
        for number in fact["revisions"]:
            yield _category(fact, number)
    for fact in _facts()["detectoids"]:
        for number in fact["revisions"]:
            yield _detectoid(fact, number)


def product_id(title: str, *, family: str | None = None) -> str:
    """Return the id of the product with this exact title; KeyError when the facts lack it."""
    parents = {fact["id"]: fact["title"] for fact in _facts()["categories"]}
    for fact in _facts()["categories"]:
        wanted = family is None or parents.get(fact["parent"]) == family
        if fact["type"] == "Product" and fact["title"] == title and wanted:
            return str(fact["id"])
    raise KeyError(title)


def detectoid_id(title: str) -> str:
    """Return the id of the detectoid with this exact title; KeyError when the facts lack it."""
    for fact in _facts()["detectoids"]:
        if fact["title"] == title:
            return str(fact["id"])
    raise KeyError(title)


def _created(fact: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(fact["created"]).astimezone(UTC)


def _identity(fact: dict[str, Any], number: int) -> RevisionIdentity:
    return RevisionIdentity(fact["id"], number)


def _category(fact: dict[str, Any], number: int) -> KnownRevision:
    kind = _TYPES[fact["type"]]
    parent = fact["parent"]
    revision = Revision(
        identity=_identity(fact, number),
        kind=UpdateKind.CATEGORY,
        category_type=kind,
        texts=_category_texts(fact),
        created=_created(fact),
        publisher_id=fact["publisher"],
        handler="Category",
        prerequisites=(PrerequisiteClause(any_of=(parent,), is_category=True),) if parent else (),
        prohibits_subcategories=bool(fact.get("no_subcategories")),
        prohibits_updates=bool(fact.get("no_updates")),
        excluded_by_default=bool(fact.get("excluded")),
        category_display_order=fact.get("order"),
    )
    return KnownRevision(
        revision=revision,
        rules=rules.Rules(is_installed=_membership(fact["title"])),
        upper_case_id=_created(fact).year < 2006,
    )


def _membership(title: str) -> str:
    """Products of Windows are installed where their kind of Windows is, all others everywhere."""
    kind = _WINDOWS_PRODUCTS.get(title)
    return rules.ALWAYS if kind is None else rules.windows_kind(kind)


def _category_texts(fact: dict[str, Any]) -> tuple[LocalizedText, ...]:
    titles = {"en": fact["title"], **fact.get("titles", {})}
    return tuple(
        LocalizedText(language=language, title=title, description=title)
        for language, title in sorted(titles.items())
    )


def _detectoid(fact: dict[str, Any], number: int) -> KnownRevision:
    title = fact["title"]
    revision = Revision(
        identity=_identity(fact, number),
        kind=UpdateKind.DETECTOID,
        texts=(LocalizedText(language="en", title=title, description=f"Detects: {title}"),),
        created=_created(fact),
        publisher_id=fact["publisher"],
        prerequisites=tuple(PrerequisiteClause(any_of=tuple(ids)) for ids in fact["needs"]),
    )
    return KnownRevision(
        revision=revision,
        rules=rules.Rules(is_installed=_detection(fact["id"], title)),
        upper_case_id=_created(fact).year < 2006,
    )


def _detection(update_id: str, title: str) -> str:
    architecture = {X86: 0, AMD64: 9, ARM64: 12}.get(update_id)
    if architecture is not None:
        return rules.processor(architecture)
    if title in _RELEASES:
        build, kind = _RELEASES[title]
        return rules.windows_build(build, product_type=kind)
    subkey = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    return rules.all_of(
        rules.any_of(rules.processor(9), rules.processor(12)),
        rules.registry_value(subkey, "DisplayVersion", title),
    )
