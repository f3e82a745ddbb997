"""The content door over a real store and database: what downloaders send and get (FACTS §6)."""

import email
import errno
import hashlib
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.cast import a_revision
from tests.published import publish

from headgate.catalogue.files import FilePresence, UpdateFile
from headgate.content.local import LocalStore
from headgate.services.clients import content as served
from headgate.services.clients.content import ClientContent
from headgate.services.files.update_files import UpdateFiles
from headgate.storage import file_records, transactions
from headgate.storage.engine import Engine
from headgate.storage.transactions import DatabaseLockedError
from headgate.web.files.door import file_routes

CONTENT = random.Random(20261121).randbytes(3 * 1024 * 1024 + 77)
STORED_AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Door:
    browser: TestClient
    engine: Engine
    store: LocalStore
    sha1: bytes

    @property
    def path(self) -> str:
        digits = self.sha1.hex().upper()
        return f"/Content/{digits[-2:]}/{digits}.cab"

    def now(self, presence: FilePresence) -> None:
        with transactions.write(self.engine) as conn:
            file_records.record_presence(conn, [self.sha1], presence, at=STORED_AT)


@pytest.fixture
def door(engine: Engine, tmp_path: Path) -> Iterator[Door]:
    store = LocalStore(tmp_path / "content")
    sha1 = hashlib.sha1(CONTENT).digest()
    file = UpdateFile(
        sha1=sha1, sha256=hashlib.sha256(CONTENT).digest(), name="Update.CAB", size=len(CONTENT)
    )
    publish(engine, a_revision(files=(file,)))
    aside = store.aside(sha1)
    aside.write_bytes(CONTENT)
    store.keep(aside, sha1, "Update.CAB")
    files = UpdateFiles(engine=engine, store=store, now=lambda: STORED_AT)
    content = ClientContent(
        engine=engine, store=store, quarantine=partial(files.quarantine, actor="test")
    )
    browser = TestClient(Starlette(routes=file_routes(content)))
    opened = Door(browser, engine, store, sha1)
    opened.now(FilePresence.PRESENT)
    yield opened


def test_the_whole_file(door: Door) -> None:
    answer = door.browser.get(door.path)

    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["etag"] == f'"{door.sha1.hex().upper()}"'
    assert answer.headers["last-modified"] == "Sat, 21 Nov 2026 09:30:00 GMT"
    assert "content-encoding" not in answer.headers


def test_head_tells_the_size_and_sends_nothing(door: Door) -> None:
    answer = door.browser.head(door.path, headers={"Range": "bytes=0-9"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-1048575", 0, 1_048_575),
        (f"bytes=3145728-{len(CONTENT) - 1}", 3_145_728, len(CONTENT) - 1),
        ("bytes=1000-", 1000, len(CONTENT) - 1),
        ("bytes=-77", len(CONTENT) - 77, len(CONTENT) - 1),
    ],
)
def test_one_range(door: Door, asked: str, first: int, last: int) -> None:
    answer = door.browser.get(door.path, headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"
    assert answer.headers["content-length"] == str(last - first + 1)
    assert answer.content == CONTENT[first : last + 1]


def test_several_ranges_come_in_the_order_asked(door: Door) -> None:
    answer = door.browser.get(
        door.path, headers={"Range": "bytes=2000000-2000009,5-9,0-9,999999999-"}
    )

    assert answer.status_code == 206
    assert answer.headers["content-length"] == str(len(answer.content))
    whole = email.message_from_bytes(
        b"Content-Type: " + answer.headers["content-type"].encode() + b"\r\n\r\n" + answer.content
    )
    parts = [part for part in whole.walk() if not part.is_multipart()]
    assert [part["Content-Range"] for part in parts] == [
        f"bytes 2000000-2000009/{len(CONTENT)}",
        f"bytes 5-9/{len(CONTENT)}",
        f"bytes 0-9/{len(CONTENT)}",
    ]
    # exact bytes, which the mail parser may not keep: cut them out of the body
    for first, last in ((2_000_000, 2_000_009), (5, 9), (0, 9)):
        header = f"Content-Range: bytes {first}-{last}/{len(CONTENT)}\r\n\r\n".encode()
        at = answer.content.index(header) + len(header)
        assert answer.content[at : at + last - first + 1] == CONTENT[first : last + 1]
    for headers in re.findall(rb"--[0-9a-f]{24}\r\n(.*?)\r\n\r\n", answer.content, re.DOTALL):
        assert len(headers) <= 180  # all that BITS reads


def test_a_range_outside_of_the_file(door: Door) -> None:
    answer = door.browser.get(door.path, headers={"Range": f"bytes={len(CONTENT)}-"})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


def test_a_range_counts_only_while_the_file_is_the_same(door: Door) -> None:
    here = door.browser.head(door.path).headers
    for condition, status in (
        (here["etag"], 206),
        (here["last-modified"], 206),
        ('"other"', 200),
        (f"W/{here['etag']}", 200),
        ("Fri, 20 Nov 2026 09:30:00 GMT", 200),
    ):
        answer = door.browser.get(door.path, headers={"Range": "bytes=0-9", "If-Range": condition})
        assert answer.status_code == status, condition


def test_letter_case_slashes_and_extension_do_not_matter(door: Door) -> None:
    digits = door.sha1.hex()
    for path in (
        f"/content/{digits[-2:]}/{digits}.CAB",
        f"//CONTENT//{digits[-2:].upper()}/{digits.upper()}.exe",
        f"/Content/{digits[-2:]}/{digits}",
    ):
        assert door.browser.head(f"http://testserver{path}").status_code == 200, path


def test_other_paths_lead_nowhere(door: Door) -> None:
    digits = door.sha1.hex().upper()
    other = "00" if digits[-2:] != "00" else "01"
    for path in (
        f"/Content/{other}/{digits}.cab",
        f"/Content/{digits[-2:]}/{'0' * 38}{digits[-2:]}.cab",
        f"/Content/{digits[-2:]}/..%2f..%2fheadgate.toml",
        f"/Content/..%2f/{digits}.cab",
        f"/Content/{digits[-2:]}/{digits}.cab%00.txt",
        f"/Content/{digits[-2:]}/{digits[:-1]}.cab",
    ):
        assert door.browser.get(path).status_code == 404, path


@pytest.mark.parametrize(
    ("presence", "status"), [(FilePresence.WANTED, 404), (FilePresence.DAMAGED, 503)]
)
def test_what_was_not_verified_does_not_go_out(
    door: Door, presence: FilePresence, status: int
) -> None:
    door.now(presence)

    answer = door.browser.get(door.path)

    assert answer.status_code == status
    assert CONTENT[:100] not in answer.content
    assert ("retry-after" in answer.headers) == (status == 503)


def test_a_file_somebody_has_cut_is_quarantined(door: Door) -> None:
    door.store.path(door.sha1).write_bytes(CONTENT[:-1])

    assert door.browser.get(door.path).status_code == 503
    with transactions.read(door.engine) as conn:
        assert file_records.totals(conn)[FilePresence.DAMAGED].count == 1


def test_a_file_somebody_has_taken_away_is_missed(door: Door) -> None:
    door.store.path(door.sha1).unlink()

    for _ in range(2):
        answer = door.browser.get(door.path)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0


def test_a_file_that_is_taken_out_or_cut_is_refused_at_the_next_range(door: Door) -> None:
    """What was opened a moment ago does not go on being sent (`content verify` removes it)."""
    (kept,) = (one for one in door.store.root.rglob("*.*") if one.is_file())
    first = {"Range": "bytes=0-99"}
    assert door.browser.get(door.path, headers=first).status_code == 206
    whole = kept.read_bytes()
    kept.unlink()
    assert door.browser.get(door.path, headers=first).status_code == 503

    kept.write_bytes(whole)
    door.now(FilePresence.PRESENT)
    assert door.browser.get(door.path, headers=first).status_code == 206
    kept.write_bytes(whole[:-1])
    assert door.browser.get(door.path, headers=first).status_code == 503


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("field", ["if-none-match", "if-modified-since"])
def test_a_cache_learns_that_what_it_keeps_still_counts(
    door: Door, method: str, field: str
) -> None:
    here = door.browser.head(door.path).headers
    known = here["etag"] if field == "if-none-match" else here["last-modified"]

    answer = door.browser.request(method, door.path, headers={field: known, "Range": "bytes=0-9"})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == here["etag"]
    assert answer.headers["last-modified"] == here["last-modified"]
    assert "content-range" not in answer.headers


def test_another_file_than_was_asked_for_is_not_sent(door: Door) -> None:
    answer = door.browser.get(door.path, headers={"If-Match": '"other"', "Range": "bytes=0-9"})

    assert (answer.status_code, answer.content) == (412, b"")


def test_tags_in_several_lines_are_one_list(door: Door) -> None:
    etag = door.browser.head(door.path).headers["etag"]

    answer = door.browser.get(
        door.path, headers=[("If-None-Match", '"other"'), ("If-None-Match", etag)]
    )

    assert answer.status_code == 304


def test_a_condition_says_nothing_about_a_file_that_is_not_here(door: Door) -> None:
    door.now(FilePresence.WANTED)

    assert door.browser.get(door.path, headers={"If-None-Match": "*"}).status_code == 404


def assert_not_now(door: Door) -> None:
    """Assert that a computer is told to come again, and nothing else; the file stays as it was."""
    for method in ("GET", "HEAD"):
        answer = door.browser.request(method, door.path, headers={"Range": "bytes=0-9"})
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["content-type"].startswith("text/plain")
        assert str(door.store.root) not in answer.text
    with transactions.read(door.engine) as conn:
        assert file_records.totals(conn)[FilePresence.PRESENT].count == 1


def test_a_folder_that_cannot_be_read_is_no_reason_to_give_up(door: Door) -> None:
    folder = door.store.path(door.sha1).parent
    folder.rename(folder.with_suffix(".aside"))
    folder.symlink_to(folder)

    assert_not_now(door)


@pytest.mark.parametrize(
    ("function", "refusal"), [("open", errno.EACCES), ("dup", errno.EMFILE), ("dup", errno.ENFILE)]
)
def test_a_file_that_cannot_be_opened_now_is_no_reason_to_give_up(
    door: Door, monkeypatch: pytest.MonkeyPatch, function: str, refusal: int
) -> None:
    def refuse(*_asked: object) -> None:
        raise OSError(refusal, os.strerror(refusal))

    place: object = Path if function == "open" else os
    monkeypatch.setattr(place, function, refuse)

    assert_not_now(door)


def test_a_file_the_disk_does_not_even_open_is_quarantined(door: Door) -> None:
    path = door.store.path(door.sha1)
    path.unlink()
    path.symlink_to(path)

    for _ in range(2):
        assert door.browser.get(door.path).status_code == 503
    with transactions.read(door.engine) as conn:
        assert file_records.totals(conn)[FilePresence.DAMAGED].count == 1


def test_a_database_that_does_not_answer_is_no_reason_to_give_up(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_asked: object) -> None:
        raise DatabaseLockedError("The database is locked by another program.")

    monkeypatch.setattr(served.served_files, "file_record", locked)

    assert_not_now(door)


def test_a_file_the_disk_loses_while_it_is_sent_is_quarantined(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bad_block(*_asked: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patched:
        patched.setattr(os, "pread", bad_block)
        with pytest.raises(OSError, match="Input/output"):  # the connection is cut
            door.browser.get(door.path, headers={"Range": "bytes=0-9"})

    answer = door.browser.get(door.path, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, "fetched again" in answer.text) == (503, True)
    with transactions.read(door.engine) as conn:
        assert file_records.totals(conn)[FilePresence.DAMAGED].count == 1
