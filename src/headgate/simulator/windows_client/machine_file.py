"""Machines as TOML: ``headgate lab clients --machines FILE.toml``.

    [[machine]]
    name = "pc-1.lab.example"
    client_id = "6f1d1c1e-0000-4000-8000-000000000001"

    [machine.windows]
    build = 26100
    ubr = 4061
    release = "24H2"
    description = "Windows 10 Pro"

Every table and entry is an attribute of ``machine.Machine``; what is left out has its default.
docs/lab-machines.md shows them all.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from headgate.errors import UsageError
from headgate.sentences import Sentence, said_by
from headgate.simulator.windows_client.machine import Machine
from headgate.simulator.windows_client.machine_checks import wrong_entry

_CORRECT_IT = Sentence("Correct it; docs/lab-machines.md shows every table and entry.")


class MachineFileError(UsageError):
    """A file does not describe machines."""


def read_machines(path: Path) -> list[Machine]:
    """Return the machines ``path`` describes, at least one. Raises MachineFileError."""
    described = _content(path).get("machine")
    if not isinstance(described, list) or not described:
        raise MachineFileError(
            Sentence("{path} has no [[machine]] table.", path=path),
            next_step=Sentence("Every [[machine]] needs a name, a client_id and a table windows."),
        )
    return [_machine(path, number, one) for number, one in enumerate(described, start=1)]


def _content(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MachineFileError(
            Sentence("{path} cannot be read: {reason}.", path=path, reason=error.strerror),
            next_step=Sentence("Name a file with --machines that is there and that you may read."),
        ) from error
    except (ValueError, RecursionError) as error:  # not UTF-8, a number without end, 1,000 levels
        raise MachineFileError(
            Sentence("{path} is not TOML: {reason}.", path=path, reason=said_by(error)),
            next_step=Sentence("Correct it there; `headgate lab clients --help` shows an example."),
        ) from error
    stranger = next((name for name in content if name != "machine"), None)
    if stranger is not None:
        raise MachineFileError(
            Sentence(
                "{path} has {name!r} beside its [[machine]] tables, where nothing else may stand.",
                path=path,
                name=stranger,
            ),
            next_step=Sentence("Tables of a machine are written [machine.NAME] below it."),
        )
    return content


def _machine(path: Path, number: int, described: Any) -> Machine:
    """Return a machine; ``number`` counts those of a file from 1."""
    try:
        machine = msgspec.convert(described, Machine)
    except msgspec.ValidationError as error:
        raise _wrong(path, number, str(error)) from error
    strange = next(_unknown(described, msgspec.to_builtins(machine)), None)
    if strange is not None:
        raise _wrong(path, number, Sentence("unknown entry {name!r}", name=strange))
    wrong = wrong_entry(machine)
    if wrong is not None:
        raise _wrong(path, number, wrong)
    return machine


def _wrong(path: Path, number: int, reason: str) -> MachineFileError:
    return MachineFileError(
        Sentence(
            "[[machine]] {number} of {path} describes no computer: {reason}.",
            number=str(number),
            path=path,
            reason=reason,
        ),
        next_step=_CORRECT_IT,
    )


def _unknown(described: Any, understood: Any) -> Iterator[str]:
    """Yield the names in a description that no attribute has taken."""
    if isinstance(described, dict):
        for name, inner in described.items():
            if name not in understood:
                yield name
            else:
                yield from _unknown(inner, understood[name])
    elif isinstance(described, list):
        for one, other in zip(described, understood, strict=True):
            yield from _unknown(one, other)
