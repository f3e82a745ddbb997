"""Adopting, verifying and purging update files, on every database."""

import errno
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from headgate.catalogue.files import FileChoice, FilePresence, UpdateFile
from headgate.content.adoption import NotADirectoryToAdoptError
from headgate.content.local import LocalStore
from headgate.services.files.update_files import UpdateFiles
from headgate.storage import file_records, transactions
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


def _recorded(engine: Engine) -> dict[FilePresence, int]:
    with transactions.read(engine) as conn:
        return {one: total.count for one, total in file_records.totals(conn).items()}


def _adopted(engine: Engine, files: UpdateFiles, tmp_path: Path, *texts: str) -> list[bytes]:
    """Have files of these contents here; return their digests, in the order they are verified."""
    contents = [_content(text) for text in texts]
    store(engine, a_revision(files=tuple(file for _, file in contents)))
    files.adopt(_wsus_content(tmp_path, *contents), actor="anna", watch=_quiet)
    return sorted(file.sha1 for _, file in contents)


def test_a_folder_that_cannot_be_read_does_not_hide_a_damaged_file(
    engine: Engine, files: UpdateFiles, tmp_path: Path
) -> None:
    digests = _adopted(engine, files, tmp_path, *"abcdef")
    kept = LocalStore(tmp_path / "content")
    folder = kept.path(digests[2]).parent
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(folder)
    empty = kept.root / "zz"
    empty.symlink_to(empty)
    damaged = kept.path(digests[5])
    damaged.unlink()
    damaged.write_bytes(b"?")

    found = files.verify(actor="anna", watch=_quiet)

    assert (found.whole, len(found.damaged), found.missing, found.unread) == (4, 1, (), 1)
    assert [said.partition(" cannot be read")[0] for said in found.unreadable] == [
        str(folder),
        str(empty),
    ]
    # Nobody knows what is in the folder: that is no reason to fetch it again.
    assert _recorded(engine)[FilePresence.PRESENT] == 5
    assert _recorded(engine)[FilePresence.DAMAGED] == 1
    # What is in quarantine may be behind such a folder as well.
    folder.unlink()
    (tmp_path / "elsewhere").rename(folder)
    files.quarantine(digests[0], actor="anna")
    kept.path(digests[0]).parent.rename(tmp_path / "elsewhere")
    kept.root.joinpath(digests[0].hex()[-2:].upper()).symlink_to(empty)
    again = files.verify(actor="anna", watch=_quiet)
    assert (again.whole, again.unread, len(again.missing)) == (4, 1, 1)


def test_a_file_the_disk_has_lost_is_named_and_the_others_are_read(
    engine: Engine, files: UpdateFiles, tmp_path: Path
) -> None:
    digests = _adopted(engine, files, tmp_path, "", "one", "two")
    kept = LocalStore(tmp_path / "content")
    bad_block, astray = kept.path(hashlib.sha1(b"").digest()), kept.path(digests[0])
    for path, leads_to in ((bad_block, "/proc/self/mem"), (astray, "/nowhere")):
        path.unlink()
        path.symlink_to(leads_to)

    found = files.verify(actor="anna", watch=_quiet)

    assert (found.whole, found.unreadable) == (1, ())
    assert sorted(found.damaged) == sorted(
        [
            f"{bad_block} cannot be read: Input/output error.",
            f"{astray} cannot be read: No such file or directory.",
        ]
    )
    assert _recorded(engine)[FilePresence.DAMAGED] == 2


def test_a_file_that_must_not_be_read_is_told_and_stays_recorded(
    engine: Engine, files: UpdateFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = _adopted(engine, files, tmp_path, "one", "two")
    refused = LocalStore(tmp_path / "content").path(digests[0])
    opened = Path.open

    def open_file(path: Path, mode: str = "r") -> object:
        if path == refused:
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, mode)

    monkeypatch.setattr(Path, "open", open_file)

    found = files.verify(actor="anna", watch=_quiet)

    assert (found.whole, found.damaged, found.unread) == (1, (), 1)
    assert found.unreadable == (f"{refused} cannot be read: Permission denied.",)
    assert _recorded(engine)[FilePresence.PRESENT] == 2


def test_a_damaged_file_that_cannot_be_removed_does_not_stop_the_others(
    engine: Engine, files: UpdateFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = _adopted(engine, files, tmp_path, "one", "two")
    damaged = LocalStore(tmp_path / "content").path(digests[0])
    damaged.unlink()
    damaged.write_bytes(b"?")

    def read_only(_path: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", read_only)

    found = files.verify(actor="anna", watch=_quiet)

    assert found.whole == 1
    assert "cannot be removed: Read-only file system." in found.damaged[0]
    assert _recorded(engine)[FilePresence.DAMAGED] == 1


def test_purging_tells_what_stays_and_removes_the_rest(
    engine: Engine, files: UpdateFiles, tmp_path: Path
) -> None:
    """What has gone is recorded as gone, whatever else is in the way."""
    express = [
        (data, replace(file, patching_type="Express"))
        for data, file in (_content(text) for text in ("one", "two", "three"))
    ]
    store(engine, a_revision(files=tuple(file for _, file in express)))
    files.adopt(_wsus_content(tmp_path, *express), actor="anna", watch=_quiet)
    folder = LocalStore(tmp_path / "content").path(express[1][1].sha1).parent
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(folder)

    done = files.purge(CHOICE, actor="anna")

    assert done.removed.count == 2
    assert len(done.kept) == 1
    assert f"{folder} cannot be read" in done.kept[0]
    assert _recorded(engine)[FilePresence.PRESENT] == 1
