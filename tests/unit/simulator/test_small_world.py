"""The built-in world is sound: everything named exists, everything is readable and repeatable."""

import hashlib
from collections import Counter, defaultdict
from functools import cache

import pytest
from lxml import etree

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.revisions import PublicationState, Revision, UpdateKind
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer
from headgate.simulator.microsoft_update import taxonomy
from headgate.simulator.microsoft_update.publication import Publication, World
from headgate.simulator.microsoft_update.small import small_world

UPD = "{http://schemas.microsoft.com/msus/2002/12/Update}"
CHILDREN = [
    "UpdateIdentity",
    "Properties",
    "LocalizedPropertiesCollection",
    "Relationships",
    "ApplicabilityRules",
    "Files",
    "HandlerSpecificData",
]


@cache
def world() -> World:
    return small_world()


@cache
def read() -> dict[str, list[Revision]]:
    """All revisions as the product's own reader understands them, by update id, oldest first."""
    packer = Packer()
    found: dict[str, list[Revision]] = defaultdict(list)
    for one in published():
        document = one.write().encode()
        revision = read_document(document, DocumentEncoding.UTF8, one.identity, packer).revision
        found[revision.identity.update_id].append(revision)
    return found


def published(month: int | None = None) -> list[Publication]:
    months = world().months if month is None else (world().months[month],)
    return [one for shown in months for one in shown.publications]


def revisions() -> list[Revision]:
    return [one for several in read().values() for one in several]


def test_it_has_the_size_of_a_first_synchronization_of_some_seconds() -> None:
    assert 1_000 < len(published(0)) < 1_800
    assert 50 < len(published(1)) < 150


def test_identities_are_published_once() -> None:
    counted = Counter(one.identity for one in published())
    assert counted.most_common(1)[0][1] == 1


def test_documents_are_one_line_with_children_in_order() -> None:
    for one in published():
        text = one.write()
        assert "\n" not in text and "> <" not in text
        names = [child.tag.removeprefix(UPD) for child in etree.fromstring(text)]
        assert names == [name for name in CHILDREN if name in names]


def test_two_builds_write_the_same_documents() -> None:
    def fingerprint(a_world: World) -> str:
        digest = hashlib.sha256()
        for month in a_world.months:
            for one in month.publications:
                digest.update(one.write().encode())
        return digest.hexdigest()

    assert fingerprint(small_world()) == fingerprint(world())


def test_every_bundle_member_exists_in_that_revision() -> None:
    identities = {one.identity for one in published()}
    named = {one for revision in revisions() for clause in revision.bundled for one in clause}
    assert named and named <= identities


def test_every_prerequisite_and_every_superseded_update_exists() -> None:
    known = set(read())
    needed = {one for rev in revisions() for clause in rev.prerequisites for one in clause.any_of}
    superseded = {one for revision in revisions() for one in revision.supersedes}
    assert needed <= known
    assert superseded and superseded <= known


def test_supersedence_points_into_the_past() -> None:
    for revision in revisions():
        for one in revision.supersedes:
            earlier = read()[one][0]
            assert earlier.created is not None and revision.created is not None
            assert earlier.created < revision.created


def test_two_years_of_cumulative_updates_supersede_each_other() -> None:
    titles = {revision.title: revision for revision in revisions()}
    newest = titles[
        "2026-11 Cumulative Update for Windows 11 Version 24H2 for x64-based Systems (KB5059508)"
    ]
    months = {read()[one][0].title[:7] for one in newest.supersedes}
    assert len(months) == 12 and "2026-10" in months
    assert any(title.startswith("2024-12 Cumulative") for title in titles)


def test_what_a_filter_lists_has_a_product_and_a_classification() -> None:
    for one in published():
        if one.categories and one.classifications:
            revision = read()[one.identity.update_id][0]
            assert revision.explicitly_deployable


def test_hidden_bundles_of_definitions_name_their_product_without_is_category() -> None:
    hidden = [rev for rev in revisions() if rev.title.startswith("HIDDEN:")]
    assert hidden
    for revision in hidden:
        assert revision.bundled
        assert not any(clause.is_category for clause in revision.prerequisites)
        (clause,) = revision.prerequisites
        assert clause.any_of == (taxonomy.product_id("Microsoft Defender Antivirus"),)


def test_it_has_one_of_everything_an_administrator_stumbles_over() -> None:
    everything = revisions()
    assert any(one.publication_state is PublicationState.EXPIRED for one in everything)
    licensed = [one for one in everything if one.eula_id]
    assert licensed and {file.languages for file in licensed[0].files if file.is_eula} >= {("de",)}
    assert any(one.kind is UpdateKind.DRIVER and len(one.drivers) == 3 for one in everything)
    assert any(len(one.languages) == 12 and one.security_bulletins for one in everything)
    assert any(one.cves for one in everything)
    assert any(one.os_upgrade for one in everything)
    assert any(one.installation and one.installation.can_request_user_input for one in everything)
    severities = {one.severity for one in everything}
    assert severities >= {"Critical", "Important", "Moderate", None}


def test_titles_come_in_several_languages() -> None:
    languages = Counter(text.language for one in revisions() for text in one.texts)
    assert all(languages[one] > 300 for one in ("en", "de", "sv", "fr", "ja"))


def test_the_second_month_brings_new_revised_and_expired_ones_a_product_and_a_language() -> None:
    old = {one.identity.update_id for one in published(0)}
    month = published(1)
    assert [one.title for one in month if one.in_configuration] == ["Windows 11 Version 26H2"]
    assert [one.short for one in world().months[1].languages] == ["ca"]
    revised = [one for one in month if one.identity.update_id in old]
    assert sorted(one.expired for one in revised) == [False, True]
    assert sum(one.identity.update_id not in old for one in month) > 40


@pytest.mark.parametrize("title", ["Windows 11", "Office 2016", ".NET 8.0"])
def test_products_are_real_ones_with_a_family_above(title: str) -> None:
    product = read()[taxonomy.product_id(title)][-1]
    (clause,) = product.prerequisites
    family = read()[clause.any_of[0]][-1]
    assert product.title == title
    assert family.prerequisites[0].any_of == (taxonomy.MICROSOFT,)


def test_files_are_small_and_their_digests_true() -> None:
    offers = [offer for one in published() for offer in one.files()]
    assert len(offers) > 500
    for offer in offers[:: len(offers) // 40]:
        content = offer.content()
        assert hashlib.sha1(content).digest() == offer.file.sha1
        assert hashlib.sha256(content).digest() == offer.file.sha256
    assert all(offer.file.size <= 300_000 for offer in offers)
