"""Machines written as the TOML that ``headgate lab clients --machines`` reads."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from headgate.simulator.windows_client.machine import Machine

_PLAIN_KEY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def write_machines(machines: Sequence[Machine]) -> str:
    """Return the TOML of machines; ``read_machines`` gives the same ones back."""
    lines: list[str] = []
    for machine in machines:
        lines += ["[[machine]]", *_table(msgspec.to_builtins(machine), "machine"), ""]
    return "\n".join(lines)


def _table(table: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield a table's lines: TOML wants its own entries before those of inner tables."""
    inner = {name: one for name, one in table.items() if _has_own_header(one)}
    for name, one in table.items():
        if one is not None and name not in inner:
            yield f"{_key(name)} = {_value(one)}"
    for name, one in inner.items():
        here = f"{path}.{_key(name)}"
        if isinstance(one, dict):
            yield f"\n[{here}]"
            yield from _table(one, here)
        else:
            for each in one:
                yield f"\n[[{here}]]"
                yield from _table(each, here)


def _has_own_header(value: Any) -> bool:
    if isinstance(value, dict):
        return True
    return isinstance(value, (list, tuple)) and any(isinstance(one, dict) for one in value)


def _key(name: str) -> str:
    return name if name and set(name) <= _PLAIN_KEY else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        # a JSON string is a TOML string, but for one character
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)
