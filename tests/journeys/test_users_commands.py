"""`headgate users …`, as administrators and their scripts use it."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from tests.commands import WITHIN, Ended, HeadgateCommand, SameProcess

GOOD = "three plain words"


@pytest.fixture
def headgate(tmp_path: Path) -> HeadgateCommand:
    return SameProcess(tmp_path / "data")


def done(ended: Ended) -> Ended:
    assert ended.code == 0, ended
    return ended


def at_a_terminal(data: Path, *arguments: str, typed: str) -> tuple[int, str]:
    """Run a command whose only way to talk is a terminal; return exit code and what it showed."""
    master, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "headgate", "--data", str(data), *arguments],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    shown = b""
    for line in typed.splitlines(keepends=True):
        while not shown.endswith(b": "):
            shown += os.read(master, 1024)
        os.write(master, line.encode())
        shown += b"\n"
    while chunk := _rest(master):
        shown += chunk
    os.close(master)
    return process.wait(WITHIN), shown.decode()


def _rest(master: int) -> bytes:
    try:
        return os.read(master, 1024)
    except OSError:  # the other end has closed
        return b""


def test_a_script_adds_users_and_reads_who_there_is(
    headgate: HeadgateCommand, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text(f"{GOOD}\nnot this line\n")
    done(headgate("users", "add", "Anna", "--role", "administrator", stdin=f"{GOOD}\n"))
    done(headgate("users", "add", "bert", "--password-file", str(file)))
    done(headgate("users", "add", "carl", "--password-file", "-", stdin=GOOD))
    done(headgate("users", "add", "CORP\\dora", "--no-password"))

    listed = done(headgate("users", "list", "--json")).json

    assert [(one["name"], one["role"], one["has_password"]) for one in listed] == [
        ("Anna", "administrator", True),
        ("bert", "reporter", True),
        ("carl", "reporter", True),
        ("CORP\\dora", "reporter", False),
    ]
    assert all(one["created_at"].endswith("Z") for one in listed)
    assert set(listed[0]) == {
        *("name", "role", "has_password", "created_at", "disabled_at", "last_seen_at")
    }


def test_an_empty_list_says_how_to_begin(headgate: HeadgateCommand) -> None:
    ended = done(headgate("users", "list"))

    assert ended.out == ""
    assert "headgate users add NAME --role administrator" in ended.err


def test_at_a_terminal_the_password_is_typed_twice_and_not_shown(tmp_path: Path) -> None:
    data = tmp_path / "data"

    code, shown = at_a_terminal(data, "users", "add", "anna", typed=f"{GOOD}\n{GOOD}\n")

    assert (code, shown.count("Password: "), shown.count("The same again: ")) == (0, 1, 1)
    assert "Added: anna (reporter)." in shown
    assert GOOD not in shown


def test_a_slip_of_the_finger_at_the_terminal_adds_nobody(tmp_path: Path) -> None:
    data = tmp_path / "data"

    code, shown = at_a_terminal(data, "users", "add", "anna", typed=f"{GOOD}\n{GOOD}x\n")

    assert code == 2
    assert "The two passwords differ." in shown
    assert done(HeadgateCommand(data)("users", "list", "--json")).json == []


def test_users_are_changed_disabled_and_let_in_again(headgate: HeadgateCommand) -> None:
    done(headgate("users", "add", "anna", "--role", "administrator", stdin=GOOD))
    done(headgate("users", "add", "bert", stdin=GOOD))

    said = [
        done(headgate("users", "role", "BERT", "administrator")).out,
        done(headgate("users", "password", "Bert", stdin="quite another one\n")).out,
        done(headgate("users", "disable", "anna")).out,
        done(headgate("users", "enable", "anna")).out,
        done(headgate("users", "role", "anna", "reporter")).out,
    ]

    assert said == [
        "Changed: bert is administrator now.\n",
        "Changed: the password of bert.\n",
        "Disabled: anna.\n",
        "Enabled: anna.\n",
        "Changed: anna is reporter now.\n",
    ]
    table = done(headgate("users", "list")).out.splitlines()
    assert table[0].split() == ["NAME", "ROLE", "STATE", "SIGNS", "IN", "WITH", "LAST", "SEEN"]
    assert table[1].split() == ["anna", "reporter", "enabled", "password", "-"]


def test_the_last_administrator_stays(headgate: HeadgateCommand) -> None:
    done(headgate("users", "add", "anna", "--role", "administrator", stdin=GOOD))

    refusals = [
        headgate("users", "disable", "anna"),
        headgate("users", "role", "anna", "reporter"),
    ]

    for refused in refusals:
        assert (refused.code, refused.out) == (1, "")
        assert refused.err == (
            "Error: anna is the last administrator.\n"
            "Next:  Make somebody else administrator first.\n"
        )


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "said"),
    [
        (("add", "anna"), "short\n", 2, "The password is too short."),
        (("add", "anna"), "", 2, "The password is too short."),
        (("add", "Bert", "--no-password"), "", 1, "There is already a user Bert."),
        (("add", "a\tb", "--no-password"), "", 2, "a character that cannot be seen"),
        (("add", "anna", "--role", "king"), GOOD, 2, "king"),
        (("add", "anna", "--no-password", "--password-file", "-"), GOOD, 2, "exclude each other"),
        (("add", "anna", "--password-file", "/no/such/file"), "", 2, "cannot be read"),
        (("password", "nobody"), GOOD, 2, "There is no user nobody."),
        (("disable", "nobody"), "", 2, "There is no user nobody."),
        (("enable", "nobody"), "", 2, "There is no user nobody."),
        (("role", "nobody", "reporter"), "", 2, "There is no user nobody."),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(
    headgate: HeadgateCommand, arguments: tuple[str, ...], stdin: str, code: int, said: str
) -> None:
    done(headgate("users", "add", "bert", "--no-password"))
    before = done(headgate("users", "list", "--json")).json

    refused = headgate("users", *arguments, stdin=stdin)

    assert (refused.code, refused.out) == (code, ""), refused
    assert said in refused.err
    assert done(headgate("users", "list", "--json")).json == before


def test_no_password_is_in_any_file_or_output(headgate: HeadgateCommand) -> None:
    ended = [
        done(headgate("--verbose", "users", "add", "anna", stdin=GOOD)),
        done(headgate("--verbose", "users", "password", "anna", stdin=f"{GOOD} again")),
        done(headgate("users", "list", "--json")),
    ]

    files = [path for path in headgate.data.rglob("*") if path.is_file()]
    assert headgate.data / "headgate.db" in files
    assert not [path for path in files if GOOD.encode() in path.read_bytes()]
    assert not [one for one in ended if GOOD in one.out + one.err]
