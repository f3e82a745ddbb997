"""The directory of update files: laid out as WSUS does, whole files or none."""

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from headgate.content.local import (
    FileNotRemovableError,
    LocalStore,
    StoreNotReadableError,
    StoreNotWritableError,
)
from headgate.content.store import FileNotStoredError, Space
from headgate.content.verify import DamagedFileError, Expected, UnreadableFileError, verify

DATA = b"an update file"
SHA1 = hashlib.sha1(DATA).digest()
DIGITS = SHA1.hex().upper()


def _stored(root: Path, name: str = "Some.Update.CAB") -> LocalStore:
    store = LocalStore(root)
    aside = store.aside(SHA1)
    aside.write_bytes(DATA)
    store.keep(aside, SHA1, name)
    return store


def test_files_lie_where_wsus_puts_them(tmp_path: Path) -> None:
    store = _stored(tmp_path)

    assert store.path(SHA1) == tmp_path / DIGITS[-2:] / f"{DIGITS}.cab"
    with store.open(SHA1) as file:
        assert file.read() == DATA
    assert list(store.stored()) == [(SHA1, len(DATA))]


def test_a_half_written_file_is_not_in_the_store(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.aside(SHA1).write_bytes(DATA[:4])

    assert not store.has(SHA1)
    assert list(store.stored()) == []
    assert store.aside(SHA1).read_bytes() == DATA[:4]  # a download goes on from here


def test_the_same_digest_is_stored_once_whatever_it_is_called(tmp_path: Path) -> None:
    store = _stored(tmp_path, "a.cab")
    aside = store.aside(SHA1)
    aside.write_bytes(DATA)
    store.keep(aside, SHA1, "b.exe")

    assert [digest for digest, _ in store.stored()] == [SHA1]
    assert not aside.exists()


@pytest.mark.parametrize("name", ["x.../../../etc/passwd", "x.c\0b", "C:\\temp\\x.cab ", "", "."])
def test_a_name_from_a_document_cannot_leave_the_store(tmp_path: Path, name: str) -> None:
    store = _stored(tmp_path / "content", name)

    assert store.path(SHA1).parent == tmp_path / "content" / DIGITS[-2:]
    assert [entry.name for entry in tmp_path.iterdir()] == ["content"]


def test_files_of_another_tree_are_found_under_any_case(tmp_path: Path) -> None:
    folder = tmp_path / DIGITS[-2:]
    folder.mkdir()
    (folder / f"{DIGITS.lower()}.PSF").write_bytes(DATA)

    assert LocalStore(tmp_path).has(SHA1)


def test_what_is_not_stored_is_said_by_its_digest(tmp_path: Path) -> None:
    with pytest.raises(FileNotStoredError, match=DIGITS):
        LocalStore(tmp_path / "nothing yet").open(SHA1)


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "content").write_text("a file where the directory should be")
    with pytest.raises(StoreNotWritableError, match="cannot be written"):
        LocalStore(tmp_path / "content").aside(SHA1)


def test_removing_returns_what_was_freed(tmp_path: Path) -> None:
    store = _stored(tmp_path)

    assert (store.remove(SHA1), store.remove(SHA1)) == (len(DATA), 0)


def test_the_reserve_is_ten_gigabytes_or_a_twentieth() -> None:
    small = Space(total=100_000_000_000, free=6_000_000_000)
    large = Space(total=4_000_000_000_000, free=9_000_000_000)

    assert (small.reserve, small.usable) == (5_000_000_000, 1_000_000_000)
    assert (large.reserve, large.usable) == (10_000_000_000, 0)


def test_who_chose_what_stays_free_gets_that(tmp_path: Path) -> None:
    nothing = LocalStore(tmp_path, keep_free=0).space()
    everything = LocalStore(tmp_path, keep_free=nothing.total).space()

    assert (nothing.reserve, nothing.usable) == (0, nothing.free)
    assert (everything.reserve, everything.usable) == (nothing.total, 0)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"size": 3}, "3 bytes"),
        ({"sha1": b"\0" * 20}, "SHA-1"),
        ({"sha256": b"\0" * 32}, "SHA-256"),
    ],
)
def test_verifying_names_what_differs(tmp_path: Path, change: dict[str, object], word: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(DATA)
    facts: dict[str, object] = {"sha1": SHA1, "sha256": None, "size": len(DATA)}
    verify(path, Expected(**facts))  # type: ignore[arg-type]

    with pytest.raises(DamagedFileError, match=word):
        verify(path, Expected(**(facts | change)))  # type: ignore[arg-type]


def test_a_store_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / DIGITS[-2:]).write_bytes(b"a file where a folder should be")

    with pytest.raises(StoreNotReadableError, match="cannot be read"):
        LocalStore(tmp_path).has(SHA1)


def _refuses(error: int) -> Callable[..., None]:
    def refuse(*_asked: object, **_more: object) -> None:
        raise OSError(error, os.strerror(error))

    return refuse


def test_a_file_that_cannot_be_opened_is_said_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = _stored(tmp_path)
    monkeypatch.setattr(Path, "open", _refuses(errno.EACCES))

    with pytest.raises(UnreadableFileError, match=rf"{DIGITS}.cab cannot be read: Permission"):
        store.open(SHA1)


def test_a_link_that_leads_nowhere_is_no_file_and_can_be_removed(tmp_path: Path) -> None:
    store = _stored(tmp_path)
    path = store.path(SHA1)
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")

    with pytest.raises(FileNotStoredError):
        store.open(SHA1)
    assert list(store.stored()) == []
    store.remove(SHA1)
    assert not path.is_symlink()


def test_a_file_that_stays_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = _stored(tmp_path)
    monkeypatch.setattr(Path, "unlink", _refuses(errno.EROFS))

    with pytest.raises(FileNotRemovableError, match="cannot be removed: Read-only file system"):
        store.remove(SHA1)


def test_folders_that_cannot_be_read_do_not_hide_the_others(tmp_path: Path) -> None:
    store = _stored(tmp_path)
    (tmp_path / "00").symlink_to(tmp_path / "00")
    told: list[StoreNotReadableError] = []

    assert list(store.stored(told.append)) == [(SHA1, len(DATA))]
    assert [f"{tmp_path}/00 cannot be read" in error.message for error in told] == [True]


@pytest.mark.parametrize(
    ("refusal", "is_lost"), [(errno.EIO, True), (errno.EACCES, False), (errno.EMFILE, False)]
)
def test_what_cannot_be_read_is_lost_or_only_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int, is_lost: bool
) -> None:
    path = _stored(tmp_path).path(SHA1)
    monkeypatch.setattr(Path, "open", _refuses(refusal))

    with pytest.raises(UnreadableFileError, match=f"{DIGITS}.cab cannot be read") as caught:
        verify(path, Expected(sha1=SHA1, sha256=None, size=len(DATA)))

    assert caught.value.is_lost == is_lost
    assert caught.value.next_step
