"""Lists, choices, files and the database from the command line, on an installation without data."""

import json
from pathlib import Path

import pytest
from tests.commands import HeadgateCommand, SameProcess


@pytest.mark.parametrize("noun", ["products", "classifications", "languages", "updates"])
def test_an_empty_list_says_what_to_do_next(quick: SameProcess, noun: str) -> None:
    done = quick(noun, "list")

    assert (done.code, done.out) == (0, "")
    assert "headgate sync now" in done.err
    assert json.loads(quick(noun, "list", "--json").out) == []


def test_selecting_before_the_first_synchronization_is_an_error_with_the_next_step(
    quick: SameProcess,
) -> None:
    done = quick("products", "select", "Windows 11")

    assert done.code == 1
    assert "headgate sync now --categories" in done.err


def test_neither_products_nor_preset_is_wrong_usage(quick: SameProcess) -> None:
    assert quick("products", "select").code == 2
    assert quick("products", "select", "all", "--preset", "supported-windows").code == 2


def test_the_preset_is_one_option_away(quick: SameProcess) -> None:
    done = quick("products", "select", "--preset", "supported-windows")

    assert done.code == 0
    assert "Windows 11" in done.out
    assert quick("settings", "get", "products.mode").out == "selected\n"


def test_a_language_is_chosen_by_name_and_english_kept(quick: SameProcess) -> None:
    assert quick("languages", "select", "de").out == "Selected languages: de, en.\n"
    assert quick("settings", "get", "languages.mode").out == "selected\n"
    assert quick("languages", "deselect", "en").code == 2


@pytest.mark.parametrize("name", ["nonsense", "72e7624a-5b00-45d2-b92f-e561c0a6a160"])
def test_an_update_that_is_not_here_is_said_so(quick: SameProcess, name: str) -> None:
    done = quick("updates", "show", name)

    assert done.code == 2
    assert "There is no update" in done.err


def test_a_wrong_date_is_wrong_usage(quick: SameProcess) -> None:
    assert quick("updates", "list", "--since", "yesterday").code == 2


def test_content_says_that_downloads_are_deferred(quick: SameProcess) -> None:
    assert "deferred" in quick("content", "status").out
    assert json.loads(quick("content", "status", "--json").out)["due"] == {"count": 0, "size": 0}


def test_verifying_names_a_folder_that_cannot_be_read_and_what_to_do(quick: SameProcess) -> None:
    folder = quick.data / "content" / "1D"
    folder.parent.mkdir()
    folder.symlink_to(folder)

    done = quick("content", "verify")

    assert done.code == 3
    assert f"Not read: {folder} cannot be read" in done.err
    assert "headgate doctor" in done.err
    assert json.loads(quick("content", "verify", "--json").out)["unread"] == 0


def test_a_backup_is_taken_checked_and_restored(headgate: HeadgateCommand, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.db")

    assert "nothing in" in headgate("database", "backup", copy).err
    assert headgate("settings", "show").code == 0
    assert headgate("database", "check").out == "The database is whole.\n"
    assert headgate("database", "backup", copy).code == 0
    assert headgate("database", "backup", copy).code == 1  # never overwrites
    assert headgate("products", "select", "--preset", "supported-windows").code == 0
    assert headgate("database", "restore", copy).code == 0
    assert headgate("settings", "get", "products.mode").out == "all\n"


def test_the_doctor_fails_where_nothing_can_be_reached(quick: SameProcess) -> None:
    quick(
        "settings", "set", "source.kind=upstream", "source.host=127.0.0.1", "source.port=1",
        "source.tls=false",
    )  # fmt: skip
    done = quick("doctor", "--json")

    assert done.code == 1
    findings = {finding["subject"]: finding for finding in json.loads(done.out)}
    assert findings["source"]["verdict"] == "failed"
    assert findings["source"]["next_step"]
