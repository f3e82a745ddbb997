"""A real agent's questions, asked again: our answers against those of the real server.

The catalogue is the export package of 2024 and the documents under ``wsusss/docs``; an expected
answer is read only to compare. Numbers of revisions and deployments, dates and cookies differ
between any two servers; everything else must be the same, element by element.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select
from tests.captures.real_catalogue import BUNDLE, PACKAGE, stocked
from tests.material import CAPTURES
from tests.soap_door import Computer, OpenDoor, open_door, serving

from headgate.storage import transactions
from headgate.storage.engine import Engine
from headgate.storage.tables.catalogue import prerequisites, revisions
from headgate.wire.clientsync import operations
from headgate.wire.clientsync.sync_info import SyncInfo
from headgate.wire.clientsync.update_info import UpdateInfo
from headgate.wire.lexical import write_base64, write_datetime

SCANS = sorted((CAPTURES / "native").glob("*/0*")) if CAPTURES else []
CATEGORY_SCAN = ("000006", "000007", "000008", "000009")

pytestmark = pytest.mark.skipif(PACKAGE is None, reason="no captured package of 2024")

_IDENTITY = re.compile(r'<UpdateIdentity UpdateID="([^"]*)" RevisionNumber="([^"]*)"')

_DIFFERENT = ("ID", "LastChangeTime", "Expiration", "EncryptedData")

Identity = tuple[str, int]


@dataclass
class Numbers:
    """What revisions are called there and here."""

    there: dict[int, Identity]
    here: dict[Identity, int]

    def ours(self, number: int) -> int:
        """Return our number of one of theirs; an unknown one stays, and is unknown here too."""
        return self.here.get(self.there.get(number, ("", 0)), number)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with stocked(tmp_path_factory.mktemp("catalogue")) as engine:
        yield engine


@pytest.fixture(scope="module")
def door(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDoor]:
    with serving(open_door(engine, tmp_path_factory.mktemp("door"))) as door:
        yield door


@pytest.fixture
def computer(door: OpenDoor) -> Computer:
    computer = door.computer(encoding="xpress")
    computer.shake_hands()
    return computer


@pytest.fixture(scope="module")
def numbers(engine: Engine) -> Numbers:
    there: dict[int, Identity] = {}
    for path in [*SCANS, *_driver_scans()]:
        for info in _parsed(path / "response.body").iter("{*}UpdateInfo"):
            core = info.findtext("{*}Xml")
            if core is not None:
                there[int(info.findtext("{*}ID") or 0)] = _identity(core)
    with transactions.read(engine) as conn:
        rows = conn.execute(
            revisions.select().with_only_columns(
                revisions.c.update_id, revisions.c.revision_number, revisions.c.revision_id
            )
        )
        here = {(update_id, number): revision_id for update_id, number, revision_id in rows}
    return Numbers(there=there, here=here)


def _driver_scans() -> list[Path]:
    return sorted((CAPTURES / "driver").glob("0*")) if CAPTURES else []


def _parsed(path: Path) -> Any:
    return etree.fromstring(path.read_bytes())


def _identity(core: str) -> Identity:
    found = _IDENTITY.search(core)
    assert found is not None
    return found[1].lower(), int(found[2])


def asked_again(computer: Computer, exchange: Path, numbers: Numbers, **more: list[int]) -> Any:
    """Send a captured request with our cookie and our numbers; return the answer's tree.

    ``more``: numbers of ours that are added to a list.
    """
    request = _parsed(exchange / "request.body")
    assert computer.cookie is not None
    for cookie in request.iter("{*}cookie"):
        cookie.find("{*}Expiration").text = write_datetime(computer.cookie.expiration)
        cookie.find("{*}EncryptedData").text = write_base64(computer.cookie.encrypted_data)
    for number in request.iter("{*}int"):
        number.text = str(numbers.ours(int(number.text)))
    for name, added in more.items():
        ids = next(request.iter(f"{{*}}{name}"))
        for number in added:
            etree.SubElement(ids, f"{{{etree.QName(ids).namespace}}}int").text = str(number)
    head = (exchange / "request.headers").read_text()
    path = head.split(" ", 2)[1]
    action = re.search(r"(?im)^SOAPAction: (\S+)", head)
    assert action is not None
    answer = computer.post_body(path, etree.tostring(request), SOAPAction=action[1])
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private"
    assert answer.headers["Vary"] == "Accept-Encoding"
    return etree.fromstring(answer.content)


def comparable(element: Any) -> tuple[Any, ...]:
    """Return an element with all it holds, without what differs between any two servers."""
    name = etree.QName(element)
    text = "*" if name.localname in _DIFFERENT else element.text
    return (name.text, dict(element.attrib), text, *map(comparable, element))


def test_a_category_scan_is_answered_as_the_real_server_did(
    computer: Computer, numbers: Numbers, captures: Path
) -> None:
    """Four calls one after the other, each with the cookie of the answer before."""
    for name in CATEGORY_SCAN:
        exchange = captures / "native/scan" / name
        answer = asked_again(computer, exchange, numbers)
        computer.take_cookie(answer)
        expected = _parsed(exchange / "response.body")
        for info in answer.iter("{*}UpdateInfo"):
            assert int(info.findtext("{*}ID")) == _named(info, numbers.here)
        assert comparable(answer) == comparable(expected)


@pytest.mark.parametrize("name", CATEGORY_SCAN)
def test_each_of_its_calls_is_answered_so_with_the_cookie_of_the_first_too(
    name: str, computer: Computer, numbers: Numbers, captures: Path
) -> None:
    """The first finds nothing cached; from then on nothing is new to the computer but what comes.

    With the cookie of a handshake alone all that is cached would be told as changed (FACTS §3.8).
    """
    first = asked_again(computer, captures / "native/scan" / CATEGORY_SCAN[0], numbers)
    computer.take_cookie(first)
    exchange = captures / "native/scan" / name
    answer = asked_again(computer, exchange, numbers)
    assert comparable(answer) == comparable(_parsed(exchange / "response.body"))


def _named(info: Any, here: dict[Identity, int]) -> int:
    return here[_identity(info.findtext("{*}Xml"))]


def test_texts_of_categories_are_those_of_the_real_server(
    computer: Computer, numbers: Numbers, captures: Path
) -> None:
    exchange = captures / "native/scan/000010"
    answer = asked_again(computer, exchange, numbers)
    ours = [(int(e.findtext("{*}ID")), e.findtext("{*}Xml")) for e in answer.iter("{*}Update")]
    theirs = [
        (numbers.ours(int(each.findtext("{*}ID"))), each.findtext("{*}Xml"))
        for each in _parsed(exchange / "response.body").iter("{*}Update")
    ]
    # Both: all Extended by ascending number, then the texts; the numbers have another order here.
    half = len(theirs) // 2
    assert ours[:half] == sorted(theirs[:half])
    assert sorted(ours[half:]) == sorted(theirs[half:])
    assert len(ours) == len(theirs) == 6
    assert not list(answer.iter("{*}FileLocations", "{*}OutOfScopeRevisionIDs"))


def test_the_approved_bundle_is_offered_for_installation(
    computer: Computer, numbers: Numbers, engine: Engine, captures: Path
) -> None:
    exchange = captures / "native/flow/000012"
    unlocking = _unlocking(engine, numbers)
    theirs = _offered(_parsed(exchange / "response.body"))
    ours: dict[Identity, tuple[Any, ...]] = {}
    truncated = True
    while truncated:
        cached = [numbers.here[identity] for identity in ours]
        answer = asked_again(
            computer,
            exchange,
            numbers,
            InstalledNonLeafUpdateIDs=unlocking,
            OtherCachedUpdateIDs=cached,
        )
        ours |= _offered(answer)
        truncated = answer.findtext(".//{*}Truncated") == "true"
    assert "Install" in str(theirs[BUNDLE, 200])
    assert ours[BUNDLE, 200] == theirs[BUNDLE, 200]
    # Numbers of the other server mean nothing here.
    gone = {int(each.text) for each in answer.find(".//{*}OutOfScopeRevisionIDs")}
    strangers = {
        int(each.text)
        for each in _parsed(exchange / "request.body").iter("{*}int")
        if int(each.text) not in numbers.there
    }
    assert strangers and strangers <= gone


def _unlocking(engine: Engine, numbers: Numbers) -> list[int]:
    """Return all that the approved bundle names as a prerequisite; all of it is here."""
    with transactions.read(engine) as conn:
        wanted = select(prerequisites.c.update_id).where(
            prerequisites.c.revision_id == numbers.here[BUNDLE, 200]
        )
        named = set(conn.execute(wanted).scalars())
    assert named <= {update_id for update_id, _ in numbers.here}
    return [number for (update_id, _), number in numbers.here.items() if update_id in named]


def _offered(tree: Any) -> dict[Identity, tuple[Any, ...]]:
    return {
        _identity(info.findtext("{*}Xml")): comparable(info)
        for info in tree.iter("{*}UpdateInfo")
        if info.findtext("{*}Xml")
    }


def test_texts_and_files_of_the_bundle_are_those_of_the_real_server(
    computer: Computer, numbers: Numbers, captures: Path
) -> None:
    exchange = captures / "native/flow/000015"
    answer = asked_again(computer, exchange, numbers)
    told = {
        (int(each.findtext("{*}ID")), each.findtext("{*}Xml")) for each in answer.iter("{*}Update")
    }
    expected = _parsed(exchange / "response.body")
    known = {number for number in numbers.there if numbers.ours(number) != number}
    theirs = {
        (numbers.ours(int(each.findtext("{*}ID"))), each.findtext("{*}Xml"))
        for each in expected.iter("{*}Update")
        if int(each.findtext("{*}ID")) in known
    }
    assert told
    # Their captures have the LinkId of a support address taken out.
    assert {(n, _without_links(x)) for n, x in told} == {(n, _without_links(x)) for n, x in theirs}
    urls = {
        each.findtext("{*}FileDigest"): each.findtext("{*}Url")
        for each in expected.iter("{*}FileLocation")
    }
    for each in answer.iter("{*}FileLocation"):
        path = each.findtext("{*}Url").removeprefix("http://127.0.0.1:8530")
        assert urls[each.findtext("{*}FileDigest")].endswith(path)


def _without_links(xml: str) -> str:
    return re.sub(r"LinkId=\w+", "LinkId=", xml)


def test_all_we_have_documents_of_is_told_as_the_real_server_told_it(
    computer: Computer, numbers: Numbers, engine: Engine
) -> None:
    """Level by level, for a computer that had nothing: roots, categories, the approved bundle."""
    theirs = {
        identity: info
        for path in [*SCANS, *_driver_scans()]
        for identity, info in _told_in(path / "response.body").items()
        if identity in numbers.here
    }
    climbing = {numbers.here[identity] for identity, info in theirs.items() if not info.is_leaf}
    climbing.update(_unlocking(engine, numbers))
    ours: dict[Identity, UpdateInfo] = {}
    page: SyncInfo | None = None
    while page is None or page.new_updates:
        cached = {numbers.here[identity] for identity in ours}
        page = computer.scan(
            installed_non_leaf_update_ids=tuple(cached & climbing),
            other_cached_update_ids=tuple(cached - climbing),
        )
        ours |= _told(page)

    assert len(theirs) == 37
    assert {identity: ours.get(identity) for identity in theirs} == theirs


def _told_in(answer: Path) -> dict[Identity, UpdateInfo]:
    body = answer.read_bytes()
    if b"<SyncUpdatesResult>" not in body:
        return {}
    return _told(operations.SYNC_UPDATES.decode_response(body))


def _told(answer: SyncInfo) -> dict[Identity, UpdateInfo]:
    """Return what is new in an answer, without what differs between any two servers."""
    return {
        _identity(bytes(info.xml).decode().replace("&lt;", "<")): replace(
            info, id=0, deployment=replace(info.deployment, id=0, last_change_time="")
        )
        for info in answer.new_updates
    }


@pytest.mark.parametrize("exchange", _driver_scans()[4:], ids=lambda path: path.name)
def test_first_pages_of_a_new_computer_hold_the_roots_the_real_server_sent(
    exchange: Path, computer: Computer, numbers: Numbers
) -> None:
    expected = {
        _identity(info.findtext("{*}Xml")): info
        for info in _parsed(exchange / "response.body").iter("{*}UpdateInfo")
    }
    found: dict[Identity, Any] = {}
    truncated = True
    while truncated:
        others = [numbers.here[identity] for identity in found]
        page = computer.scan(other_cached_update_ids=tuple(others))
        found |= _told(page)
        truncated = page.truncated
    assert expected.keys() <= found.keys()
    assert {
        identity: (info.findtext("{*}IsLeaf") == "true", info.findtext(".//{*}Action"))
        for identity, info in expected.items()
    } == {
        identity: (found[identity].is_leaf, found[identity].deployment.action)
        for identity in expected
    }
