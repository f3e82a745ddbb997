"""Arrays as Windows computers and the Client service write them; None writes nothing."""

from collections.abc import Iterable

from headgate.wire.lexical import escape


def write_ids(name: str, ids: Iterable[int] | None) -> str:
    """Return an ArrayOfInt; ``<name/>`` when it is empty."""
    return "" if ids is None else write_items(name, (f"<int>{one}</int>" for one in ids))


def write_strings(name: str, texts: Iterable[str] | None, item: str = "string") -> str:
    """Return an array of texts; ``<name/>`` when it is empty."""
    if texts is None:
        return ""
    return write_items(name, (f"<{item}>{escape(one)}</{item}>" for one in texts))


def write_items(name: str, written: Iterable[str] | None) -> str:
    """Return an array around elements already written; ``<name/>`` when there are none."""
    if written is None:
        return ""
    inside = "".join(written)
    return f"<{name}>{inside}</{name}>" if inside else f"<{name}/>"


def write_filled(name: str, written: Iterable[str]) -> str:
    """As :func:`write_items`, and nothing when there are none: so the Client service answers."""
    inside = "".join(written)
    return f"<{name}>{inside}</{name}>" if inside else ""
