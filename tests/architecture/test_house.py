"""The habits of the house that no linter knows: sizes, docstrings, documents that keep their word.

Floors are import-linter's affair (`make check`).
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.material import REPOSITORY

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
