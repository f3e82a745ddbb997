"""The offer made from real documents, against what a real server answered real clients.

The catalogue is an export package, two years older than the answers, and the documents that came
from the answering server; what is compared is what both know.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from lxml import etree
from tests.captures.real_documents import document_files, package_documents, package_files
from tests.material import CAPTURES

from headgate.approvals.decisions import Action, Approval, Decisions
from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.live import LiveCatalogue, LiveRevision
from headgate.catalogue.revisions import Revision
from headgate.fleet.groups import ALL_COMPUTERS
from headgate.metadata.document import read_document, read_facts
from headgate.metadata.packing import Packer
from headgate.offer.identities import revision_ids_of
from headgate.offer.overlay import Overlay
from headgate.offer.questions import Limits, Offer, SoftwareQuestion
from headgate.offer.snapshot import Snapshot
from headgate.offer.software import software

FIRST_ID = 40_000

#: The one approval of the captured server (native/INDEX.md): KB2267602 1.459.547.0.
DECISIONS = Decisions(
    catalogue_version=1,
    counter=1,
    approvals=(
        Approval(
            group_id=ALL_COMPUTERS,
            update_id="a2fef9b0-7951-4c2c-a42b-9e351dd1c1fe",
            action=Action.INSTALL,
            deployment_id=34_100,
            since=1,
            decided_at=datetime(2026, 10, 4, tzinfo=UTC),
            decided_by="ada",
            files_ready=True,
        ),
    ),
    declines=(),
)

pytestmark = pytest.mark.skipif(not package_files(), reason="no captures (set HEADGATE_CAPTURES)")


@dataclass(frozen=True)
class Told:
    """One update of a captured answer."""

    local_id: int
    update_id: str
    revision_number: int
    is_leaf: bool
    action: str


@dataclass(frozen=True)
class Exchange:
    """One captured software pass."""

    folder: Path
    installed: tuple[int, ...]
    others: tuple[int, ...]
    categories: tuple[str, ...]
    told: tuple[Told, ...]
    truncated: bool


def exchanges() -> Iterator[Exchange]:
    """All captured software passes, in the order of their folders."""
    for path in sorted(CAPTURES.rglob("request.body")) if CAPTURES else []:
        request = etree.parse(path)
        asked = request.find("{*}Body/{*}SyncUpdates/{*}parameters")
        if asked is None or asked.findtext("{*}SkipSoftwareSync") == "true":
            continue
        answer = etree.parse(path.with_name("response.body"))
        yield Exchange(
            folder=path.parent,
            installed=_ids(asked, "InstalledNonLeafUpdateIDs"),
            others=_ids(asked, "OtherCachedUpdateIDs"),
            categories=tuple(
                str(each.text).lower() for each in asked.findall("{*}FilterCategoryIds//{*}Id")
            ),
            told=tuple(map(_told, answer.iterfind(".//{*}NewUpdates/{*}UpdateInfo"))),
            truncated=answer.findtext(".//{*}Truncated") == "true",
        )


def _ids(asked: etree._Element, name: str) -> tuple[int, ...]:
    return tuple(int(str(each.text)) for each in asked.findall(f"{{*}}{name}/{{*}}int"))


def _told(info: etree._Element) -> Told:
    core = str(info.findtext("{*}Xml"))
    identity = re.search(r'UpdateID="([^"]*)" RevisionNumber="(\d+)"', core)
    assert identity is not None
    return Told(
        local_id=int(str(info.findtext("{*}ID"))),
        update_id=identity[1].lower(),
        revision_number=int(identity[2]),
        is_leaf=info.findtext("{*}IsLeaf") == "true",
        action=str(info.findtext("{*}Deployment/{*}Action")),
    )


@cache
def revisions() -> dict[int, Revision]:
    """The documents of the newest package and of the server itself, by ids of our own."""
    read = {}
    for path in (path for path in document_files() if "wsusss" in path.parts):
        revision = read_document(path.read_bytes(), DocumentEncoding.UTF8, None, Packer()).revision
        read[revision.identity] = revision
    for each in package_documents(package_files()[-1]):
        identity = RevisionIdentity(each.update_id, each.revision_number)
        if identity not in read:
            read[identity] = read_facts(each.xml, DocumentEncoding.UTF8, identity)
    return {FIRST_ID + number: revision for number, revision in enumerate(read.values())}


@cache
def overlay() -> Overlay:
    """These documents as a catalogue, with the one approval there was."""
    made = revisions()
    ids = {r.identity: i for i, r in made.items()}
    numbers: dict[str, int] = {}
    for r in made.values():
        identity = r.identity
        numbers[identity.update_id] = max(
            identity.revision_number, numbers.get(identity.update_id, 0)
        )
    live = {ids[RevisionIdentity(*each)] for each in numbers.items()}
    members = [
        (i, ids[member])
        for i in live
        for clause in made[i].bundled
        for member in clause
        if ids.get(member) in live
    ]
    named = {u for r in made.values() for clause in r.prerequisites for u in clause.any_of}
    bundled = {member for _, member in members}
    catalogue = LiveCatalogue(
        version=1,
        counter=1,
        revisions=lambda: (_row(i, made[i], named, bundled) for i in sorted(live)),
        prerequisites=lambda: (
            (i, number, update_id)
            for i in sorted(live)
            for number, clause in enumerate(made[i].prerequisites)
            for update_id in clause.any_of
        ),
        members=lambda: members,
        known=lambda: ((i, r.identity.update_id) for i, r in made.items()),
        drivers=lambda: (),
    )
    return Overlay.lay(Snapshot.build(catalogue), DECISIONS, [ALL_COMPUTERS], files_are_kept=True)


def _row(revision_id: int, revision: Revision, named: set[str], bundled: set[int]) -> LiveRevision:
    return LiveRevision(
        revision_id=revision_id,
        update_id=revision.identity.update_id,
        revision_number=revision.identity.revision_number,
        kind=revision.kind,
        is_leaf=revision.identity.update_id not in named,
        is_member=revision_id in bundled,
        core_size=1000,
        arrived_on=20_000,
        since=1,
        category_type=revision.category_type,
    )


@cache
def live_ids() -> dict[tuple[str, int], int]:
    """Our ids of live revisions by identity."""
    identities = [(r.identity.update_id, r.identity.revision_number) for r in revisions().values()]
    found = revision_ids_of(overlay(), identities)
    return {identity: i for identity, i in zip(identities, found, strict=True) if i is not None}


def ours(told: Told) -> int | None:
    """Our id of what was told, if we have it."""
    return live_ids().get((told.update_id, told.revision_number))


def ask(installed: Iterable[int], categories: tuple[str, ...] = ()) -> Offer:
    everything = Limits(updates=100_000, core_bytes=2**40)
    question = SoftwareQuestion(
        installed=tuple(installed), others=(), categories=categories or None, two_groups=True
    )
    return software(overlay(), question, everything)


def test_leaves_and_actions_are_those_of_the_real_server() -> None:
    """Among them the approved bundle."""
    compared = [(t, i) for e in exchanges() for t in e.told if (i := ours(t)) is not None]

    assert len(compared) >= 30
    assert {told.action for told, _ in compared} >= {"Evaluate", "Install"}
    for told, revision_id in compared:
        offered = overlay().offered(revision_id)
        assert (told, offered.is_leaf, offered.action) == (told, told.is_leaf, told.action)


def test_what_a_real_server_hands_out_first_is_among_our_roots() -> None:
    """driver/000005: thirty for a client that has nothing."""
    first_calls = [e for e in exchanges() if not (e.installed or e.others or e.categories)]
    assert first_calls

    roots = {update.revision_id for update in ask([]).new}
    for exchange in first_calls:
        known = {i for told in exchange.told if (i := ours(told)) is not None}
        assert known
        assert known <= roots


def test_a_category_scan_walks_down_as_at_the_real_server() -> None:
    """scan/000006 to 000008: company, family, product, one a call and nothing else."""
    local = {told.local_id: told for e in exchanges() for told in e.told}
    walked = 0
    for exchange in exchanges():
        told = [local.get(i) for i in (*exchange.installed, *exchange.others)]
        have = [ours(each) if each else None for each in told]
        if not exchange.categories or None in have or exchange.truncated:
            continue
        offer = ask([i for i in have if i is not None], exchange.categories)

        assert [u.revision_id for u in offer.new] == [ours(told) for told in exchange.told]
        assert not offer.truncated
        walked += 1
    assert walked >= 3
