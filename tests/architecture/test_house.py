"""The habits of the house that no linter knows: sizes, docstrings, documents that keep their word.

Floors are import-linter's affair (`make check`).
"""

import ast
import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from tests.material import REPOSITORY
from typer.core import TyperGroup

import headgate
from headgate.errors import HeadgateError

SOURCES = sorted((REPOSITORY / "src").rglob("*.py"))
MIGRATIONS = REPOSITORY / "src/headgate/storage/migrations/versions"
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])

#: A file is looked at from 400 lines on, a function from 40; beyond these it is cut.
LONGEST_FILE = 420
LONGEST_FUNCTION = 60


def _named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=str(path.relative_to(REPOSITORY))) for path in paths]


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines the function has, its docstring not counted."""
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    if not body or body[-1].end_lineno is None:
        return 0
    return body[-1].end_lineno - body[0].lineno + 1


@pytest.mark.parametrize("path", _named(SOURCES))
def test_every_module_opens_with_a_docstring(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), "say what this file decides"


WITH_EXAMPLES = [path for path in SOURCES if ">>> " in path.read_text("utf-8")]


@pytest.mark.parametrize("path", _named(WITH_EXAMPLES))
def test_examples_in_docstrings_are_true(path: Path) -> None:
    name = ".".join(path.relative_to(REPOSITORY / "src").with_suffix("").parts)

    outcome = doctest.testmod(importlib.import_module(name))

    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_no_file_is_a_meeting_point() -> None:
    long = {
        str(path.relative_to(REPOSITORY)): lines
        for path in SOURCES
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}, "cut by noun"


def test_no_function_hides_its_steps() -> None:
    """Migrations are left out: they are a list of tables, written once and never touched again."""
    long = [
        f"{path.relative_to(REPOSITORY)}:{function.lineno} {function.name}: {_lines(function)}"
        for path in SOURCES
        if MIGRATIONS not in path.parents
        for function in _functions(ast.parse(path.read_text("utf-8")))
        if _lines(function) > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert [path for path in SOURCES if path.stem in nothing] == []


@pytest.mark.parametrize("path", _named(DOCUMENTS))
def test_links_of_documents_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    broken = [
        target
        for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text)
        if "://" not in target
        and not target.startswith("mailto:")
        and not (path.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("path", _named(DOCUMENTS))
def test_make_targets_named_in_documents_exist(path: Path) -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:`|^\s+)make ([a-z-]+)", path.read_text("utf-8"), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("path", _named(DOCUMENTS))
def test_evidence_named_in_documents_exists(path: Path) -> None:
    places = r"`((?:tests|src|scripts|packaging|benchmarks)/[\w./-]+)`"
    named = re.findall(places, path.read_text("utf-8"))
    assert [name for name in named if not (REPOSITORY / name).exists()] == []


@pytest.mark.parametrize("path", _named(DOCUMENTS))
def test_commands_named_in_documents_exist(path: Path) -> None:
    unknown = [words for words in _commands_in(path.read_text("utf-8")) if not _is_command(words)]
    assert unknown == []


def _commands_in(text: str) -> Iterator[str]:
    """Yield what follows ``headgate`` in code: lines indented by four, and spans in backquotes."""
    code = [line for line in text.splitlines() if line.startswith("    ")]
    code += re.findall(r"`([^`\n]+)`", text)
    call = re.compile(r"(?:^|[\s/])headgate (?:--data \S+ )?(?!headgate)((?:--)?[a-z][^#]*)")
    for line in code:
        if found := call.search(line):
            yield found.group(1).strip()


def _is_command(words: str) -> bool:
    from headgate.cli.main import app

    command = typer.main.get_command(app)
    for word in words.split():
        if word.startswith("--"):
            known = {name for option in command.params for name in option.opts}
            if word not in known | {"--help"}:
                return False
        elif isinstance(command, TyperGroup):
            below = command.get_command(typer.Context(command), word)
            if below is None:
                return False
            command = below
    return True


def test_every_error_is_described_and_has_a_face() -> None:
    """A class per meaning: its docstring says which, and the command line knows its exit code."""
    from headgate.cli import failures

    _import_everything()
    codes = failures.exit_codes()
    errors = list(_below(HeadgateError))
    assert [error for error in errors if not error.__dict__.get("__doc__")] == []
    assert [error for error in errors if not any(up in codes for up in error.__mro__)] == []


def _import_everything() -> None:
    for module in pkgutil.walk_packages(headgate.__path__, "headgate."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def _below(error: type[HeadgateError]) -> Iterator[type[HeadgateError]]:
    for direct in error.__subclasses__():
        yield direct
        yield from _below(direct)
