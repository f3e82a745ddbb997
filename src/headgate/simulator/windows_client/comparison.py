"""``ScalarComparison`` and ``StringComparison`` of the applicability schemas ([MS-WUSP] <42>)."""

import operator
from collections.abc import Callable
from typing import Any, Final

_SCALAR: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "equalto": operator.eq,
    "notequalto": operator.ne,
    "lessthan": operator.lt,
    "lessthanorequalto": operator.le,
    "greaterthan": operator.gt,
    "greaterthanorequalto": operator.ge,
}
_STRING: Final[dict[str, Callable[[str, str], bool]]] = {
    "equalto": operator.eq,
    "beginswith": str.startswith,
    "endswith": str.endswith,
    "contains": operator.contains,
}


def compare(comparison: str, left: Any, right: Any) -> bool | None:
    """Return whether ``left`` compares so to ``right``; None for an unknown comparison."""
    known = _SCALAR.get(comparison.lower())
    return None if known is None else known(left, right)


def compare_texts(comparison: str, left: str, right: str) -> bool | None:
    """As :func:`compare`, for texts: without case."""
    known = _STRING.get(comparison.lower())
    return None if known is None else known(left.lower(), right.lower())


def fulfilling(comparison: str, bound: int) -> int | None:
    """Return a number that compares so to ``bound``, None when there is none we know of."""
    offset = {
        "equalto": 0,
        "lessthanorequalto": 0,
        "greaterthanorequalto": 0,
        "greaterthan": 1,
        "notequalto": 1,
        "lessthan": -1,
    }.get(comparison.lower())
    return None if offset is None else bound + offset


def fulfilling_version(comparison: str, bound: tuple[int, ...]) -> tuple[int, ...] | None:
    """As :func:`fulfilling`, for versions of four numbers."""
    whole = 0
    for number in bound:
        whole = whole << 16 | number
    found = fulfilling(comparison, whole)
    if found is None or not 0 <= found < 1 << 64:
        return None
    return tuple(found >> shift & 0xFFFF for shift in (48, 32, 16, 0))
