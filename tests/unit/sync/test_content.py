"""Fetching the files that are due, from a real HTTP server on this machine."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headgate.catalogue.files import DueFile, FileChoice, FilePresence, UpdateFile
from headgate.content import paths
from headgate.content.local import LocalStore
from headgate.content.store import Space
from headgate.jobs.context import JobCancelledError
from headgate.settings.shared import Source
from headgate.storage import file_records, ingestion, runs, transactions
from headgate.storage.engine import Engine
from headgate.sync import content
from headgate.sync.content import FileTools, fetch_due_files
from headgate.sync.progress import Progress
from headgate.upstream.source import SourceConfiguration
from headgate.upstream.transport import TransportSettings, open_client
from tests import databases
from tests.cast import NOON, a_revision
from tests.catalogue_rows import store
from tests.origins import Origin, serving

EVERYTHING = FileChoice(everything=True)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = databases.sqlite_copy(databases.sqlite_template(tmp_path), tmp_path)
    with databases.opened(url) as engine:
        yield engine


@pytest.fixture
def origin() -> Iterator[Origin]:
    with serving() as origin:
        yield origin


def _files(engine: Engine, origin: Origin, *texts: str) -> list[UpdateFile]:
    """Offer files at the origin and have an update want them."""
    found = []
    for text in texts:
        data = text.encode()
        file = UpdateFile(
            sha1=hashlib.sha1(data).digest(),
            sha256=hashlib.sha256(data).digest(),
            name=f"{text}.cab",
            size=len(data),
        )
        origin.files[f"/{text}.cab"] = data
        found.append(file)
    store(engine, a_revision(files=tuple(found)))
    with transactions.write(engine) as conn:
        urls = {file.sha1: origin.url(f"/{file.name}") for file in found}
        ingestion.note_addresses(conn, urls)
    return found


def _fetch(
    engine: Engine,
    kept: LocalStore,
    *,
    check_stopped: Callable[[], None] = lambda: None,
    addresses: content.Addresses = lambda file: (file.mu_url or "",),
) -> list[runs.Problem]:
    with transactions.write(engine) as conn:
        run_id = runs.begin_run(conn, scope="everything", source="s", started_by="anna", at=NOON)
    with open_client(TransportSettings()) as client:
        tools = FileTools(
            engine=engine,
            store=kept,
            client=client,
            addresses=addresses,
            progress=Progress(report=lambda progress: None),
            now=lambda: NOON,
            check_stopped=check_stopped,
            arrived=lambda conn, file: runs.add_to_run(conn, run_id, files=1, received=file.size),
        )
        return fetch_due_files(tools, EVERYTHING)


def _present(engine: Engine) -> int:
    with transactions.read(engine) as conn:
        return file_records.totals(conn)[FilePresence.PRESENT].count


def test_due_files_come_in_and_are_counted(engine: Engine, origin: Origin, tmp_path: Path) -> None:
    kept = LocalStore(tmp_path / "content", keep_free=0)
    files = _files(engine, origin, "one", "two", "three", "four", "five", "six")

    assert _fetch(engine, kept) == []

    assert all(kept.has(file.sha1) for file in files)
    with transactions.read(engine) as conn:
        (run,) = runs.runs(conn)
        assert file_records.due_files(conn, EVERYTHING) == []
    assert (run["files"], run["bytes"]) == (6, sum(file.size for file in files))


def test_one_failed_file_is_a_problem_and_the_others_come(
    engine: Engine, origin: Origin, tmp_path: Path
) -> None:
    _files(engine, origin, "good", "gone", "fine")
    del origin.files["/gone.cab"]

    (problem,) = _fetch(engine, LocalStore(tmp_path / "content", keep_free=0))

    assert problem.kind == "file"
    assert "gone.cab" in problem.subject
    assert "404" in problem.reason
    assert _present(engine) == 2


def test_a_file_with_other_bytes_is_never_kept(
    engine: Engine, origin: Origin, tmp_path: Path
) -> None:
    kept = LocalStore(tmp_path / "content", keep_free=0)
    (file,) = _files(engine, origin, "right")
    origin.files["/right.cab"] = b"wrong"

    (problem,) = _fetch(engine, kept)

    assert "SHA-1" in problem.reason
    assert not kept.has(file.sha1)
    assert _present(engine) == 0


def test_what_was_put_there_by_hand_is_taken_if_it_is_whole(
    engine: Engine, origin: Origin, tmp_path: Path
) -> None:
    kept = LocalStore(tmp_path / "content", keep_free=0)
    by_hand, broken = _files(engine, origin, "by-hand", "broken")
    for file, data in ((by_hand, b"by-hand"), (broken, b"BROKEN")):
        aside = kept.aside(file.sha1)
        aside.write_bytes(data)
        kept.keep(aside, file.sha1, file.name)

    assert _fetch(engine, kept) == []

    assert [seen.path for seen in origin.requests] == ["/broken.cab"]
    assert _present(engine) == 2


def _bad_block(path: Path) -> None:
    """Put a file there that can be opened, and not be read: EIO, as a disk says it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("/proc/self/mem")


def test_a_file_under_a_bad_block_is_fetched_again(
    engine: Engine, origin: Origin, tmp_path: Path
) -> None:
    kept = LocalStore(tmp_path / "content", keep_free=0)
    bad, _, _ = _files(engine, origin, "bad", "fine", "good")
    _bad_block(kept.root / paths.path_of(bad.sha1, bad.name))

    assert _fetch(engine, kept) == []

    assert _present(engine) == 3
    assert not kept.path(bad.sha1).is_symlink()
    assert kept.path(bad.sha1).read_bytes() == b"bad"


def test_a_file_that_cannot_be_removed_is_one_problem_and_the_others_come(
    engine: Engine, origin: Origin, tmp_path: Path
) -> None:
    """A folder where the file should be: it can neither be read nor unlinked."""
    kept = LocalStore(tmp_path / "content", keep_free=0)
    in_the_way = [f"bad-{number}" for number in range(content.GIVE_UP_AFTER + 1)]
    files = _files(engine, origin, *in_the_way, "fine", "good")
    for file in files[: len(in_the_way)]:
        (kept.root / paths.path_of(file.sha1, file.name)).mkdir(parents=True)

    problems = _fetch(engine, kept)

    assert len(problems) == len(in_the_way)
    assert all("cannot be removed" in problem.reason for problem in problems)
    assert _present(engine) == 2


def test_a_bad_block_under_an_interrupted_download_costs_that_download_alone(
    engine: Engine, origin: Origin, tmp_path: Path
) -> None:
    kept = LocalStore(tmp_path / "content", keep_free=0)
    bad, _ = _files(engine, origin, "bad", "fine")
    _bad_block(kept.aside(bad.sha1))

    (problem,) = _fetch(engine, kept)

    assert "bad.cab" in problem.subject
    assert "cannot be read: Input/output error" in problem.reason
    assert _present(engine) == 1
    assert _fetch(engine, kept) == []
    assert _present(engine) == 2


def test_the_reserve_of_the_disk_stops_files_with_one_sentence(
    engine: Engine, origin: Origin, tmp_path: Path
) -> None:
    class FullStore(LocalStore):
        def space(self) -> Space:
            return Space(total=100, free=9)  # 5 stay free

    _files(engine, origin, "tiny", "too-large", "larger-still")

    (problem,) = _fetch(engine, FullStore(tmp_path / "content"))

    assert "2 files (21 bytes) were not fetched" in problem.reason
    assert _present(engine) == 1


def test_when_nothing_arrives_any_more_the_rest_is_not_tried(
    engine: Engine, origin: Origin, tmp_path: Path
) -> None:
    _files(engine, origin, *(f"file-{number}" for number in range(40)))

    problems = _fetch(
        engine,
        LocalStore(tmp_path / "content", keep_free=0),
        addresses=lambda file: (f"http://nowhere.invalid/{file.name}",),
    )

    assert len(problems) < 20
    (given_up,) = [one for one in problems if "more files were not tried" in one.reason]
    assert int(given_up.subject.split()[0]) + len(problems) - 1 == 40


def test_files_that_are_gone_do_not_keep_the_others_away(
    engine: Engine, origin: Origin, tmp_path: Path
) -> None:
    _files(engine, origin, *(f"file-{number}" for number in range(30)))
    for number in range(29):
        del origin.files[f"/file-{number}.cab"]

    problems = _fetch(engine, LocalStore(tmp_path / "content", keep_free=0))

    assert len(problems) == 29
    assert _present(engine) == 1


def test_cancelling_keeps_what_has_come(engine: Engine, origin: Origin, tmp_path: Path) -> None:
    kept = LocalStore(tmp_path / "content", keep_free=0)
    _files(engine, origin, *(f"file-{number}" for number in range(12)))

    def check_stopped() -> None:
        if _present(engine):
            raise JobCancelledError

    with pytest.raises(JobCancelledError):
        _fetch(engine, kept, check_stopped=check_stopped)

    came = _present(engine)
    assert 0 < came < 12
    assert _fetch(engine, kept) == []
    assert _present(engine) == 12


def test_an_interrupted_download_goes_on_where_it_stopped(
    engine: Engine, origin: Origin, tmp_path: Path
) -> None:
    kept = LocalStore(tmp_path / "content", keep_free=0)
    (file,) = _files(engine, origin, "a-file-of-some-length")
    kept.aside(file.sha1).write_bytes(b"a-file-of")

    assert _fetch(engine, kept) == []

    assert origin.requests[0].headers["range"] == "bytes=9-"


def _source(**changes: object) -> Source:
    facts: dict[str, object] = {
        "kind": "upstream",
        "host": "wsus.corp.example",
        "port": 8530,
        "tls": False,
        "ca_file": None,
        "root_file": None,
    }
    return Source(**(facts | changes))  # type: ignore[arg-type]


def _describe(*, catalogue_only: bool) -> Callable[[], SourceConfiguration]:
    def describe() -> SourceConfiguration:
        return SourceConfiguration(
            anchor="",
            protocol_version="1.20",
            catalogue_only=catalogue_only,
            lazy=True,
            max_updates_per_request=100,
            languages=(),
            received_bytes=0,
        )

    return describe


FILE = DueFile(
    sha1=bytes.fromhex("f1d9d8a225af94ea1c1918b20aac93292860f51d"),
    sha256=None,
    size=1,
    name="grooveintl-he-il.cab",
    mu_url="http://download.windowsupdate.com/x.cab",
)
PATH = "/Content/1D/F1D9D8A225AF94EA1C1918B20AAC93292860F51D.cab"


@pytest.mark.parametrize(
    ("source", "catalogue_only", "expected"),
    [
        (_source(kind="microsoft", tls=True, port=443), True, FILE.mu_url),
        (_source(), True, FILE.mu_url),
        (_source(), False, f"http://wsus.corp.example:8530{PATH}"),
        (_source(tls=True, port=8531), False, f"http://wsus.corp.example:8530{PATH}"),
        (_source(tls=True, port=443), False, f"http://wsus.corp.example:80{PATH}"),
        (_source(host="2001:db8::1"), False, f"http://[2001:db8::1]:8530{PATH}"),
    ],
)
def test_a_file_is_asked_of_whoever_has_it(
    source: Source, catalogue_only: bool, expected: str
) -> None:
    find = content.addresses(source, _describe(catalogue_only=catalogue_only))

    assert list(find(FILE)) == [expected]
