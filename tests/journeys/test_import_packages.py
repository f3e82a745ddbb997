"""Importing what `wsusutil export` writes: two real packages, and all the ways to spoil one."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests import deciding
from tests.catalogue_picture import Picture
from tests.commands import SameProcess
from tests.installation import BY, Installation, Row
from tests.journeys.conftest import Install
from tests.upstream_lab import running_upstream

from headgate.storage import catalogue_version, decisions, transactions
from headgate.storage.tables.catalogue import revisions
from headgate.wire import cab

#: documents, ids, and the ids by what they are: the issue's counts.
COUNTS = {
    "2024": (
        4125,
        4087,
        {"product": 356, "family": 57, "company": 2, "classification": 12, "detectoid": 3660},
    ),
    "2015": (
        2358,
        2336,
        {"product": 206, "family": 46, "company": 2, "classification": 10, "detectoid": 2072},
    ),
}
YEARS = sorted(COUNTS)

#: The package of 2015 has a revision of it that is expired.
WITHDRAWN = "5824609d-317a-4786-88db-f085302c8f7d"

_RECORD = re.compile(rb"[0-9a-f-]{36},[0-9a-f]{8},([0-9a-f]{8}),<", re.IGNORECASE)

Spoil = Callable[[bytes], bytes]


@pytest.fixture(scope="session")
def packages(captures: Path) -> dict[str, Path]:
    """The real packages by year."""
    folder = captures / "catalogue" / "wsus-export-cabs"
    return {year: next(folder.glob(f"wsus-export-{year}-*.cab")) for year in YEARS}


def _version(server: Installation) -> int:
    with transactions.read(server.engine) as conn:
        return catalogue_version.catalogue_version(conn)


def _kinds(server: Installation) -> dict[str, int]:
    """Count ids by what their newest revision is."""
    kind = func.coalesce(revisions.c.category_type, revisions.c.kind)
    with transactions.read(server.engine) as conn:
        rows = conn.execute(
            select(kind, func.count()).where(revisions.c.is_latest).group_by(kind)
        ).fetchall()
    return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize("year", YEARS)
def test_real_package_comes_in_whole_and_is_the_same_imported_again_or_synchronized(
    year: str, packages: dict[str, Path], install: Install
) -> None:
    server = install(None)
    empty = _version(server)
    result = server.import_package(packages[year])
    whole = server.picture()

    _assert_counts(year, server, result, whole)
    assert _version(server) == empty + 1
    _assert_importing_again_changes_nothing(server, packages[year], whole)
    _assert_a_source_gives_the_same(install, packages[year], whole)


def _assert_counts(year: str, server: Installation, result: Row, whole: Picture) -> None:
    documents, ids, kinds = COUNTS[year]
    assert result["state"] == "done"
    assert (result["documents"], result["stored"], result["known"]) == (documents, documents, 0)
    assert (result["differing"], result["damaged"]) == ([], [])
    assert len(whole) == documents
    assert len({row[0] for row in whole.tables["documents"]}) == ids
    found = _kinds(server)
    assert {name: found.get(name) for name in kinds} == kinds
    assert sum(found.values()) == ids


def _assert_importing_again_changes_nothing(
    server: Installation, package: Path, whole: Picture
) -> None:
    version = _version(server)
    again = server.import_package(package)
    assert (again["state"], again["stored"], again["known"]) == ("done", 0, len(whole))
    assert (again["differing"], again["damaged"]) == ([], [])
    assert server.picture().differences(whole) == []
    assert _version(server) == version


def _assert_a_source_gives_the_same(install: Install, package: Path, whole: Picture) -> None:
    with running_upstream(packages=[package]) as lab:
        server = install(lab)
        server.synchronize(scope="categories")
        server.home.subscribing.select_classifications(["all"], actor=BY)
        row = server.synchronize()
    assert (row["result"], row["problems"]) == ("succeeded", [])
    assert server.picture().differences(whole) == []
    assert server.import_package(package)["stored"] == 0


def _with_metadata(change: Spoil) -> Spoil:
    """Return what changes ``metadata.txt`` inside a package."""

    def spoil(package: bytes) -> bytes:
        members = cab.read_members(package, max_size=1 << 30)
        members["metadata.txt"] = change(members["metadata.txt"])
        return cab.write_cabinet(list(members.items()), level=1)

    return spoil


def _wrong_length(metadata: bytes) -> bytes:
    """Make the hundredth document three units longer than it is."""
    record = list(_RECORD.finditer(metadata))[100]
    length = int(record[1], 16) + 3
    return metadata[: record.start(1)] + b"%08x" % length + metadata[record.end(1) :]


def _without_a_document(metadata: bytes) -> bytes:
    records = list(_RECORD.finditer(metadata))
    return metadata[: records[100].start()] + metadata[records[101].start() :]


SPOILED: dict[str, tuple[Spoil, str]] = {
    "cut off half-way": (lambda package: package[: len(package) // 2], "cannot be opened"),
    "a byte altered": (
        lambda package: package[:200_000] + bytes([package[200_000] ^ 1]) + package[200_001:],
        "cannot be opened",
    ),
    "wrong length": (_with_metadata(_wrong_length), "wrong length"),
    "a document missing": (_with_metadata(_without_a_document), "not whole"),
    "end missing": (_with_metadata(lambda metadata: metadata[:-300]), "cut off"),
    "not a cabinet": (lambda _package: b"PK\x03\x04 this is something else", "cannot be opened"),
    "empty": (lambda _package: b"", "cannot be opened"),
    "another cabinet": (
        lambda _package: cab.write_cabinet([("readme.txt", b"hello")]),
        "no export package",
    ),
    "xml.gz": (lambda _package: gzip.compress(b"<export/>"), "downstream server"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_spoiled_package_stores_nothing_and_says_why(
    how: str, packages: dict[str, Path], install: Install, tmp_path: Path
) -> None:
    spoil, words = SPOILED[how]
    spoiled = tmp_path / ("export.xml.gz" if how == "xml.gz" else "export.cab")
    spoiled.write_bytes(spoil(packages["2015"].read_bytes()))
    server = install(None)
    version = _version(server)

    result = server.import_package(spoiled)

    assert result["state"] == "failed"
    assert words in result["sentence"]
    assert "Unexpected" not in result["sentence"]
    assert len(server.picture()) == 0
    assert _version(server) == version


def test_package_that_is_not_there_is_said(install: Install, tmp_path: Path) -> None:
    result = install(None).import_package(tmp_path / "nowhere.cab")

    assert result["state"] == "failed"
    assert "nowhere.cab cannot be read: No such file" in result["sentence"]


def test_same_identity_with_other_bytes_keeps_the_first_and_names_the_difference(
    packages: dict[str, Path], install: Install, tmp_path: Path
) -> None:
    original = packages["2015"]
    altered = tmp_path / "altered.cab"
    change = _with_metadata(
        lambda metadata: metadata.replace(b">Windows Server 2003<", b">Windows Sorver 2003<")
    )
    altered.write_bytes(change(original.read_bytes()))
    server = install(None)
    server.import_package(original)
    whole, version = server.picture(), _version(server)

    result = server.import_package(altered)

    assert result["state"] == "done"
    assert result["stored"] == 0
    assert 0 < len(result["differing"]) < 20
    assert server.picture().differences(whole) == []
    assert _version(server) == version


def test_a_package_that_withdraws_what_is_approved_says_so(
    packages: dict[str, Path], install: Install
) -> None:
    server = install(None)
    with transactions.write(server.engine) as conn:
        deciding.approve(conn, WITHDRAWN)
    headgate = SameProcess(server.home.directory.path)

    ended = headgate("import", str(packages["2015"]))

    assert ended.code == 0
    assert (
        f"{WITHDRAWN}: not approved any more, because its publisher has withdrawn it." in ended.err
    )
    with transactions.read(server.engine) as conn:
        assert decisions.declined_of(conn, [WITHDRAWN]) == {WITHDRAWN}
