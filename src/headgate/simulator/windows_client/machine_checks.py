"""What the entries of a described machine must be, so that its agent can say them to a server.

``machine.Machine`` tells the types; here is what types do not tell: dates, GUIDs, ranges of
numbers, characters XML cannot carry.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any

import msgspec

from headgate.sentences import Sentence, said_by
from headgate.simulator.windows_client.machine import ARCHITECTURES, SERVER, WORKSTATION, Machine
from headgate.wire import lexical

_DWORD = (1 << 32) - 1
_LARGEST_FILE = (1 << 63) - 1
_NUMBER = (1 << 31) - 1  #: of xs:int, which is what an agent's numbers are

#: The names and places that lead to an entry: ``("devices", 0, "driver", "date")``.
_Path = tuple[str | int, ...]


def wrong_entry(machine: Machine) -> Sentence | None:
    """Return what is wrong with the first entry that is, by name; None when all is well."""
    return next(_wrong_entries((), msgspec.to_builtins(machine)), None)


def _wrong_entries(path: _Path, entry: Any) -> Iterator[Sentence]:
    inside: Iterable[tuple[str | int, Any]] = ()
    if isinstance(entry, dict):
        for name in entry:
            yield from _complaints((*path, name), name, lexical.escape)
        inside = entry.items()
    elif isinstance(entry, tuple):
        inside = enumerate(entry)
    elif entry is not None:
        yield from _complaints(path, entry, _check_of(path, entry))
    for name, one in inside:
        yield from _wrong_entries((*path, name), one)


def _complaints(path: _Path, entry: Any, check: Callable[[Any], object]) -> Iterator[Sentence]:
    try:
        check(entry)
    except ValueError as error:
        yield Sentence("{entry}: {reason}", entry=_shown(path), reason=said_by(error))


def _check_of(path: _Path, entry: str | int) -> Callable[[Any], object]:
    """Return what raises ValueError unless it likes this entry."""
    match path:
        case ("name",):
            return _name
        case ("client_id",) | ("hardware", "computer_ids", _) | ("devices", _, _, "computer_id"):
            return _guid
        case ("hardware", "bios_date") | ("devices", _, _, "date"):
            return _date
        case ("files", _, "created" | "modified"):
            return lexical.read_datetime
        case ("hardware", "architecture"):
            return _architecture
        case ("windows", "product_type"):
            return partial(_within, WORKSTATION, SERVER)
        case ("hardware", "processors"):
            return partial(_within, 1, _NUMBER)
        case ("registry", _, _) | ("licences", _) if isinstance(entry, int):
            return partial(_within, 0, _DWORD)
        case ("metrics", _):
            return partial(_within, -_NUMBER, _NUMBER)
        case ("files", _, "size"):
            return partial(_within, 0, _LARGEST_FILE)
        case _:
            return lexical.escape if isinstance(entry, str) else partial(_within, 0, _NUMBER)


def _name(text: str) -> None:
    if not text.strip():
        raise ValueError(Sentence("a computer needs a name"))
    lexical.escape(text)


def _guid(text: str) -> None:
    if lexical.read_guid(text) != text:
        raise ValueError(Sentence("white space around a GUID: {text!r}", text=text))


def _date(text: str) -> None:
    try:
        is_date = date.fromisoformat(text).isoformat() == text
    except ValueError:
        is_date = False
    if not is_date:
        raise ValueError(Sentence("not a date like 2024-03-01: {text!r}", text=text[:40]))


def _architecture(text: str) -> None:
    if text not in ARCHITECTURES:
        raise ValueError(
            Sentence(
                "unknown architecture {text!r}; there are {known}",
                text=text[:40],
                known=tuple(ARCHITECTURES),
            )
        )


def _within(least: int, most: int, number: int) -> None:
    if not least <= number <= most:
        raise ValueError(
            Sentence(
                "{number} is not between {least} and {most}",
                number=str(number),
                least=str(least),
                most=str(most),
            )
        )


def _shown(path: _Path) -> str:
    """Return a path as it could stand in TOML, places counted from 1.

    >>> _shown(("devices", 0, "driver", "date")), _shown(("files", "C:/x.exe", "size"))
    ('devices[1].driver.date', "files.'C:/x.exe'.size")
    """
    shown = ""
    for one in path:
        if isinstance(one, int):
            shown += f"[{one + 1}]"
        else:
            plain = one.replace("_", "").replace("-", "")
            name = one if plain.isascii() and plain.isalnum() else f"'{one}'"
            shown += f".{name}" if shown else name
    return shown
