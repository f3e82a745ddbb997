import importlib
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from tests.commands import HeadgateCommand, SameProcess

import headgate as package
from headgate.cli.failures import exit_codes
from headgate.cli.main import NOUNS
from headgate.errors import HeadgateError


def test_help_shows_every_command_on_one_screen(headgate: HeadgateCommand) -> None:
    bare, asked = headgate(), headgate("--help")

    assert (bare.code, asked.code, bare.out) == (0, 0, asked.out)
    for name, noun in NOUNS.items():
        assert (f"  {name} {noun.verbs}".rstrip() in asked.out) != noun.hidden
    assert len(asked.out.splitlines()) <= 40
    assert max(map(len, asked.out.splitlines())) <= 100
    assert not headgate.data.exists(), "help needs no installation"


def test_help_imports_nothing_that_is_slow() -> None:
    code = "import sys; from headgate.cli.main import app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = set(done.stdout.split())
    assert loaded.isdisjoint({"sqlalchemy", "alembic", "httpx2", "lxml", "uvicorn", "starlette"})


@pytest.mark.parametrize("name", NOUNS)
def test_every_noun_can_be_used(name: str) -> None:
    app = importlib.import_module(f"headgate.cli.{NOUNS[name].module}").app

    assert isinstance(app, typer.Typer)
    typer.main.get_command(app)


def test_the_version_is_told(quick: SameProcess) -> None:
    assert quick("--version").out == f"headgate {package.__version__}\n"


@pytest.mark.parametrize(
    "arguments", [("sinc",), ("sync", "later"), ("--dta", "x"), ("sync", "history", "--limit", "0")]
)
def test_wrong_usage_ends_with_two(arguments: tuple[str, ...], quick: SameProcess) -> None:
    ended = quick(*arguments)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err


def test_an_error_is_one_sentence_and_the_next_step(
    headgate: HeadgateCommand, tmp_path: Path
) -> None:
    headgate.data.mkdir()
    (headgate.data / "headgate.toml").write_text("[listen]\nhtp = 1\n")

    ended = headgate("settings", "show")

    first, second = ended.err.splitlines()
    assert (ended.code, ended.out) == (2, "")
    assert first.startswith("Error: ")
    assert second.startswith("Next:  Did you mean listen.http")


def _descendants(kind: type[HeadgateError]) -> list[type[HeadgateError]]:
    return [kind, *(heir for child in kind.__subclasses__() for heir in _descendants(child))]


def test_no_error_is_faceless() -> None:
    codes = exit_codes()

    for kind in _descendants(HeadgateError):
        assert any(ancestor in codes for ancestor in kind.__mro__), kind
    assert set(codes.values()) <= {1, 2}


def test_a_reader_that_leaves_is_no_traceback(headgate: HeadgateCommand) -> None:
    headgate("settings", "show")
    line = '"$0" -m headgate --data "$1" settings show --json | true'
    done = subprocess.run(
        ["/bin/sh", "-c", line, sys.executable, str(headgate.data)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""


def test_the_data_directory_is_closed_to_others(headgate: HeadgateCommand) -> None:
    headgate("settings", "set", "proxy.port=3128")

    for path in (headgate.data, *headgate.data.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
