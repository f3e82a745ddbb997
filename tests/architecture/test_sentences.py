"""What errors, findings and problems say can be translated: it is a Sentence, never glued text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.material import REPOSITORY

SOURCE = REPOSITORY / "src/headgate"
FLOORS = (
    "services",
    "upstream",
    "sync",
    "settings",
    "catalogue",
    "jobs",
    "content",
    "storage",
    "metadata",
    "wire",
)
FILES = sorted(path for floor in FLOORS for path in (SOURCE / floor).rglob("*.py"))

#: What these say about themselves, beside the errors: class to the arguments people read.
SAYING = {"Finding": ("sentence", "next_step"), "Problem": ("reason",)}


def _classes() -> Iterator[ast.ClassDef]:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node


def _errors() -> frozenset[str]:
    """Return the names of HeadgateError and everything below it."""
    bases = {
        one.name: {base.id for base in one.bases if isinstance(base, ast.Name)}
        for one in _classes()
    }
    found = {"HeadgateError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return frozenset(found)


def _with_other_arguments() -> frozenset[str]:
    """Return the errors that make their message themselves, of what they are given."""
    return frozenset(
        one.name
        for one in _classes()
        for made in one.body
        if isinstance(made, ast.FunctionDef) and made.name == "__init__"
        if len(made.args.args) < 2 or made.args.args[1].arg != "message"
    )


ERRORS = _errors()
OWN_ARGUMENTS = _with_other_arguments()


class _Reader(ast.NodeVisitor):
    """Collects what is said in a file: class, line, and the expression that says it."""

    def __init__(self) -> None:
        self.said: list[tuple[str, ast.expr]] = []
        self._within = ""

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self._within = self._within, node.name
        for one in node.body:
            if isinstance(one, ast.Assign) and node.name in ERRORS:
                names = {target.id for target in one.targets if isinstance(target, ast.Name)}
                if "next_step" in names:
                    self.said.append((node.name, one.value))
        self.generic_visit(node)
        self._within = outer

    def visit_Call(self, node: ast.Call) -> None:
        name = self._called(node.func)
        calls_up = isinstance(node.func, ast.Attribute) and node.func.attr == "__init__"
        if name in ERRORS and (calls_up or name not in OWN_ARGUMENTS):
            self.said += [(name, argument) for argument in node.args[:1]]
        wanted = ("message", "next_step") if name in ERRORS else SAYING.get(name, ())
        self.said += [(name, one.value) for one in node.keywords if one.arg in wanted]
        self.generic_visit(node)

    def _called(self, func: ast.expr) -> str:
        if isinstance(func, ast.Name):
            return func.id
        if not isinstance(func, ast.Attribute):
            return ""
        above = isinstance(func.value, ast.Call) and isinstance(func.value.func, ast.Name)
        if func.attr == "__init__" and above:  # super().__init__
            return self._within
        return func.attr


def _is_glued(said: ast.expr) -> bool:
    """Say whether an expression makes text nobody can translate."""
    match said:
        case ast.JoinedStr() | ast.BinOp():
            return True
        case ast.Constant(value=str(text)):
            return text != ""
        case ast.IfExp(body=body, orelse=other):
            return _is_glued(body) or _is_glued(other)
        case ast.BoolOp(values=values):
            return any(map(_is_glued, values))
        case ast.Call(func=ast.Name(id="str")):
            return True  # the text of a sentence, without the sentence
        case ast.Call(func=ast.Attribute(attr="format" | "join" | "replace")):
            return True
    return False


def _glued(text: str) -> list[tuple[str, int]]:
    reader = _Reader()
    reader.visit(ast.parse(text))
    return [(name, said.lineno) for name, said in reader.said if _is_glued(said)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_what_people_read_can_be_translated(path: Path) -> None:
    place = str(path.relative_to(SOURCE))

    found = [f"{place}:{line} {name}" for name, line in _glued(path.read_text("utf-8"))]
    assert found == [], 'say it as Sentence("… {name} …", name=value)'


@pytest.mark.parametrize(
    "code",
    [
        'raise StorageError(f"{file} is gone.")',
        'raise StorageError("It is " + what)',
        'raise failures.NotHttp("It is no HTTP.")',
        "raise StorageError(str(exc))",
        'raise StorageError(said, next_step="Try again.")',
        'raise StorageError(Sentence("Full.") if full else f"{exc}")',
        'class Full(StorageError):\n    def __init__(self):\n        super().__init__("Full.")',
        'class DiskFull(StorageError):\n    next_step = "Free space."',
        'Finding(subject="x", verdict=v, sentence="{} is free".format(port))',
        'Problem(kind="file", subject="x", reason=f"{file} failed")',
    ],
)
def test_glued_text_is_noticed(code: str) -> None:
    code = code.replace("class Full(", "class DatabaseFullError(")

    assert len(_glued(code)) == 1


def test_sentences_and_what_was_made_of_them_pass() -> None:
    code = (
        'raise StorageError(Sentence("{file} is gone.", file=file), next_step=exc.next_step)\n'
        'Problem(kind="file", subject=f"{file.name}", reason=error.sentence())\n'
        'raise ContentError(Sentences((a, b)), next_step="")\n'
    )

    assert _glued(code) == []
