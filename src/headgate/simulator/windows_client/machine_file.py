"""Machines as TOML: ``headgate lab clients --machines FILE.toml``.

    [[machine]]
    name = "pc-1.lab.example"
    client_id = "6f1d1c1e-0000-4000-8000-000000000001"

    [machine.windows]
    build = 26100
    ubr = 4061
    release = "24H2"
    description = "Windows 10 Pro"

    [machine.registry.'HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso']
    Installed = 1
    Edition = "Enterprise"

    [machine.files.'C:\\Windows\\System32\\mrt.exe']
    version = "5.131.0.0"

Every table and entry is an attribute of ``machine.Machine``; what is left out has its default.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from headgate.errors import UsageError
from headgate.sentences import Sentence, said_by
from headgate.simulator.windows_client.machine import ARCHITECTURES, Machine


class MachineFileError(UsageError):
    """A file does not describe machines."""

    next_step = Sentence("Every [[machine]] needs a name, a client_id and a table windows.")


def read_machines(path: Path) -> list[Machine]:
    """Return the machines ``path`` describes, at least one. Raises MachineFileError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MachineFileError(
            Sentence("{path} cannot be read: {reason}.", path=str(path), reason=str(error.strerror))
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MachineFileError(
            Sentence("{path} is not TOML: {reason}.", path=str(path), reason=said_by(error))
        ) from error
    described = content.get("machine")
    if not isinstance(described, list) or not described or set(content) != {"machine"}:
        raise MachineFileError(
            Sentence("{path} must hold [[machine]] tables and nothing else.", path=str(path))
        )
    return [_machine(path, one) for one in described]


def _machine(path: Path, described: Any) -> Machine:
    try:
        machine = msgspec.convert(described, Machine)
    except msgspec.ValidationError as error:
        raise MachineFileError(
            Sentence("{path} describes no machine: {reason}.", path=str(path), reason=str(error))
        ) from error
    strange = next(_unknown(described, msgspec.to_builtins(machine)), None)
    if strange is not None:
        raise MachineFileError(
            Sentence("{path} has an unknown entry {name!r}.", path=str(path), name=strange)
        )
    if machine.hardware.architecture not in ARCHITECTURES:
        raise MachineFileError(
            Sentence(
                "{path} names the architecture {name!r}; known are X86, AMD64 and ARM64.",
                path=str(path),
                name=machine.hardware.architecture,
            )
        )
    return machine


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
