"""Wrong usage: exit code, an empty stdout, a sentence that is true and a step that helps."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.commands import HeadgateCommand, SameProcess
from tests.upstream_lab import running_upstream

WRONG_USAGE, ERROR = 2, 1

#: What was typed, its exit code, and words the answer has to contain.
MISTAKES = [
    ("settings set source.hots=x", WRONG_USAGE, "Did you mean source.host"),
    ("settings set source.port=99999", WRONG_USAGE, "a number from 1 to 65535"),
    ("settings set source.port", WRONG_USAGE, "source.port=VALUE"),
    ("settings set source.host=http://wsus/", WRONG_USAGE, "without http://"),
    ("settings set schedule.first=25:00", WRONG_USAGE, "00:00 to 23:59"),
    ("settings set schedule.zone=Mars/Base", WRONG_USAGE, "Europe/Stockholm"),
    ("settings set source.ca_file=ca.pem", WRONG_USAGE, "absolute path"),
    ("settings set log.level=debug", ERROR, "HEADGATE_LOG_LEVEL"),
    ("settings set proxy.enabled=true", ERROR, "proxy.host=NAME"),
    ("settings get nothing", WRONG_USAGE, "settings show"),
    ("products select Windoze", WRONG_USAGE, "products list"),
    ("products select windows-1", WRONG_USAGE, "Titles that contain it"),
    ("products select 00000000-0000-4000-8000-000000000000", WRONG_USAGE, "products list"),
    ("products select", WRONG_USAGE, "--preset supported-windows"),
    ("products select --preset everything", WRONG_USAGE, "supported-windows"),
    ("classifications select Rumours --json", WRONG_USAGE, "classifications list"),
    ("languages select xx", WRONG_USAGE, "languages list"),
    ("languages deselect en", WRONG_USAGE, "always kept"),
    ("updates show deadbeef --json", WRONG_USAGE, "updates list"),
    ("updates list --since yesterday", WRONG_USAGE, "2026-11-20"),
    ("updates list --product Windoze --json", WRONG_USAGE, "products list"),
    ("sync cancel", ERROR, "sync history"),
    ("sync cancel --json", ERROR, "nothing to cancel"),
    ("import /nowhere/export.cab", ERROR, "No such file"),
    ("import {folder}", ERROR, "Is a directory"),
    ("import {page} --json", ERROR, "not a cabinet"),
    ("import {newer}", ERROR, "downstream server"),
    ("serve --listen nowhere", ERROR, "HOST:PORT"),
    ("serve --listen 127.0.0.1:0 --listen-tls nowhere", ERROR, "HOST:PORT"),
    ("lab upstream --weather hail", WRONG_USAGE, "calm, busy"),
    ("lab upstream --world flat", WRONG_USAGE, "FILE.toml"),
    ("lab upstream --package {page}", ERROR, "not a cabinet"),
]


@pytest.fixture(scope="module")
def headgate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeadgateCommand]:
    """An installation that knows its products."""
    headgate = SameProcess(tmp_path_factory.mktemp("mistakes") / "data")
    with running_upstream() as lab:
        source = (f"source.host={lab.host}", f"source.port={lab.port}", "source.tls=false")
        assert headgate("settings", "set", "source.kind=upstream", *source).code == 0
        assert headgate("sync", "now", "--categories").code == 0
    yield headgate


@pytest.mark.parametrize(("typed", "code", "words"), MISTAKES, ids=[one[0] for one in MISTAKES])
def test_mistake_is_answered_with_the_next_step(
    headgate: HeadgateCommand, tmp_path: Path, typed: str, code: int, words: str
) -> None:
    page, newer = tmp_path / "page.cab", tmp_path / "export.xml.gz"
    page.write_text("<html>Sign in</html>")
    newer.write_bytes(b"\x1f\x8b\x08\x00" + bytes(60))
    arguments = typed.format(folder=tmp_path, page=page, newer=newer).split()

    ended = headgate(*(argument.replace("windows-1", "windows 1") for argument in arguments))

    assert (ended.code, ended.out) == (code, ""), ended
    assert ended.err.startswith("Error: "), ended.err
    assert words in ended.err
    if "Titles that contain it" not in words:
        assert "\nNext:  " in ended.err


def test_nothing_was_changed_by_all_these_mistakes(headgate: HeadgateCommand) -> None:
    one_right_one_wrong = headgate("settings", "set", "proxy.port=3128", "proxy.host=a b")
    assert one_right_one_wrong.code == WRONG_USAGE
    assert headgate("settings", "get", "proxy.port").out == "80\n"
    assert len(headgate("sync", "history", "--json").json) == 1
    assert headgate("products", "list", "--json").json


def test_quick_failure_says_one_thing(headgate: HeadgateCommand) -> None:
    """A command that fails at once says one thing."""
    ended = headgate("import", "/nowhere/export.cab")
    assert "checking" not in ended.err


def test_help_of_a_noun_speaks_of_the_noun_alone(headgate: HeadgateCommand) -> None:
    shown = headgate("settings", "--help")
    assert shown.code == 0
    assert "completion" not in shown.out
