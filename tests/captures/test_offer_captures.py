"""The offer made from real documents, against what a real server answered real clients.

The catalogue is an export package, two years older than the answers, and the documents that came
from the answering server; what is compared is what both know.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree
from tests.captures.real_catalogue import PACKAGE, stocked
from tests.material import CAPTURES

from headgate.offer.identities import revision_ids_of
from headgate.offer.overlay import Overlay
from headgate.offer.questions import Limits, Offer, SoftwareQuestion
from headgate.offer.software import software
from headgate.services.clients.handshake import GROUPS
from headgate.services.clients.snapshots import Snapshots

pytestmark = pytest.mark.skipif(PACKAGE is None, reason="no captures (set HEADGATE_CAPTURES)")


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


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Overlay:
    """What of the catalogue is offered to everybody."""
    with stocked(tmp_path_factory.mktemp("catalogue")) as engine:
        return Snapshots(engine, files_are_kept=lambda: True).overlay(GROUPS)


def ours(overlay: Overlay, told: Told) -> int | None:
    """Our id of what was told, if we have it."""
    (found,) = revision_ids_of(overlay, [(told.update_id, told.revision_number)])
    return found


def ask(overlay: Overlay, installed: Iterable[int], categories: tuple[str, ...] = ()) -> Offer:
    everything = Limits(updates=100_000, core_bytes=2**40)
    question = SoftwareQuestion(
        installed=tuple(installed), others=(), categories=categories or None, two_groups=True
    )
    return software(overlay, question, everything)


def test_leaves_and_actions_are_those_of_the_real_server(overlay: Overlay) -> None:
    """Among them the approved bundle."""
    compared = [(t, i) for e in exchanges() for t in e.told if (i := ours(overlay, t)) is not None]

    assert len(compared) >= 30
    assert {told.action for told, _ in compared} >= {"Evaluate", "Install"}
    assert {told.is_leaf for told, _ in compared} == {True, False}
    for told, revision_id in compared:
        offered = overlay.offered(revision_id)
        assert (told, offered.is_leaf, offered.action) == (told, told.is_leaf, told.action)


def test_what_a_real_server_hands_out_first_is_among_our_roots(overlay: Overlay) -> None:
    """driver/000005: thirty for a client that has nothing."""
    first_calls = [e for e in exchanges() if not (e.installed or e.others or e.categories)]
    assert first_calls

    roots = {update.revision_id for update in ask(overlay, []).new}
    for exchange in first_calls:
        known = {i for told in exchange.told if (i := ours(overlay, told)) is not None}
        assert known
        assert known <= roots


def test_a_category_scan_walks_down_as_at_the_real_server(overlay: Overlay) -> None:
    """scan/000006 to 000008: company, family, product, one a call and nothing else."""
    local = {told.local_id: told for e in exchanges() for told in e.told}
    walked = 0
    for exchange in exchanges():
        told = [local.get(i) for i in (*exchange.installed, *exchange.others)]
        have = [ours(overlay, each) if each else None for each in told]
        if not exchange.categories or None in have or exchange.truncated:
            continue
        offer = ask(overlay, [i for i in have if i is not None], exchange.categories)

        assert [u.revision_id for u in offer.new] == [ours(overlay, each) for each in exchange.told]
        assert not offer.truncated
        walked += 1
    assert walked >= 3
