"""Adopting, verifying and purging update files, on every database."""

import hashlib
from pathlib import Path

import pytest

from headgate.catalogue.files import FileChoice, UpdateFile
from headgate.content.adoption import NotADirectoryToAdoptError
from headgate.content.local import LocalStore
from headgate.services.files.update_files import UpdateFiles
from headgate.storage.engine import Engine
from tests.cast import NOON, a_revision
from tests.catalogue_rows import store

CHOICE = FileChoice(everything=False)


def _content(text: str) -> tuple[bytes, UpdateFile]:
    data = text.encode()
    sha1 = hashlib.sha1(data).digest()
    return data, UpdateFile(
        sha1=sha1, sha256=hashlib.sha256(data).digest(), name=f"{text}.CAB", size=len(data)
    )


def _wsus_content(folder: Path, *files: tuple[bytes, UpdateFile]) -> Path:
    """A tree as WSUS lays it out."""
    for data, file in files:
        digits = file.sha1.hex().upper()
        place = folder / "WsusContent" / digits[-2:]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{digits}.cab").write_bytes(data)
    return folder / "WsusContent"


def _quiet(files: int, size: int) -> None:
    """Nobody watches."""


@pytest.fixture
def files(engine: Engine, tmp_path: Path) -> UpdateFiles:
    return UpdateFiles(engine=engine, store=LocalStore(tmp_path / "content"), now=lambda: NOON)


def test_a_forecast_is_asked_anew_when_files_are_named_or_arrive(
    engine: Engine, files: UpdateFiles, tmp_path: Path
) -> None:
    everything = FileChoice(everything=True)
    first, second = _content("first"), _content("second")
    store(engine, a_revision(files=(first[1],)))
    assert files.forecasts([everything, CHOICE]) == [files.due(everything), files.due(CHOICE)]

    store(engine, a_revision(files=(second[1],)))
    assert [one.count for one in files.forecasts([everything])] == [2]

    files.adopt(_wsus_content(tmp_path, first), actor="anna", watch=_quiet)
    assert [one.count for one in files.forecasts([everything])] == [1]


def test_a_wsus_tree_is_adopted_by_digest(
    engine: Engine, files: UpdateFiles, tmp_path: Path
) -> None:
    wanted, stranger, broken = _content("wanted"), _content("stranger"), _content("broken")
    store(engine, a_revision(files=(wanted[1], broken[1])))
    tree = _wsus_content(tmp_path, wanted, stranger, (b"other bytes", broken[1]))
    (tree / "notes.txt").write_text("no update file")

    done = files.adopt(tree, actor="anna", watch=_quiet)

    assert (done.taken.count, done.unknown, len(done.damaged)) == (1, 1, 1)
    assert "expected" in done.damaged[0]
    kept = tmp_path / "content" / wanted[1].sha1.hex()[-2:].upper()
    assert (kept / f"{wanted[1].sha1.hex().upper()}.cab").read_bytes() == b"wanted"
    assert files.due(FileChoice(everything=True)).count == 1  # the broken one
    again = files.adopt(tree, actor="anna", watch=_quiet)
    assert (again.taken.count, again.here_already) == (0, 1)


def test_what_is_no_directory_cannot_be_adopted(files: UpdateFiles, tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryToAdoptError):
        files.adopt(tmp_path / "nowhere", actor="anna", watch=_quiet)


def test_verifying_finds_the_damaged_the_missing_and_the_unrecorded(
    engine: Engine, files: UpdateFiles, tmp_path: Path
) -> None:
    all_files = [_content(text) for text in ("whole", "damaged", "missing", "unrecorded")]
    store(engine, a_revision(files=tuple(file for _, file in all_files)))
    tree = _wsus_content(tmp_path, *all_files[:3])
    files.adopt(tree, actor="anna", watch=_quiet)
    kept = LocalStore(tmp_path / "content")
    damaged = kept.path(all_files[1][1].sha1)
    damaged.unlink()
    damaged.write_bytes(b"DAMAGED")
    kept.remove(all_files[2][1].sha1)
    aside = kept.aside(all_files[3][1].sha1)
    aside.write_bytes(all_files[3][0])
    kept.keep(aside, all_files[3][1].sha1, "unrecorded.cab")

    found = files.verify(actor="anna", watch=_quiet)

    assert (found.whole, found.found) == (2, 1)
    assert len(found.damaged) == 1
    assert len(found.missing) == 1
    assert files.due(FileChoice(everything=True)).count == 2
    # The damaged one is removed: until it has been fetched again, it is missing.
    again = files.verify(actor="anna", watch=_quiet)
    assert again.damaged == ()
    assert [name.partition(" ")[0] for name in again.missing] == ["damaged.CAB"]


def test_purging_keeps_what_an_approval_may_need(
    engine: Engine, files: UpdateFiles, tmp_path: Path
) -> None:
    """Deferred downloads make only licences due; that is no reason to remove an adopted file."""
    needed = _content("needed")
    store(engine, a_revision(files=(needed[1],)))
    files.adopt(_wsus_content(tmp_path, needed), actor="anna", watch=_quiet)
    kept = LocalStore(tmp_path / "content")
    kept.aside(b"\1" * 20).write_bytes(b"half a file")

    done = files.purge(CHOICE, actor="anna")

    assert done.removed.count == 0
    assert done.unfinished == len(b"half a file")
    assert kept.has(needed[1].sha1)


def test_adopted_files_take_no_room_of_their_own_where_links_work(
    engine: Engine, files: UpdateFiles, tmp_path: Path
) -> None:
    one = _content("one")
    store(engine, a_revision(files=(one[1],)))
    tree = _wsus_content(tmp_path, one)

    done = files.adopt(tree, actor="anna", watch=_quiet)

    path = LocalStore(tmp_path / "content").path(one[1].sha1)
    assert (path.stat().st_nlink == 2) == bool(done.linked)
