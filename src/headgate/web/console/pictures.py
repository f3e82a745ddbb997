"""Pictures made by the server: SVG inside the page, without any style of its own.

Colours and fonts come from classes in ``console.css``, so that dark stays dark. A picture never
stands alone: the page shows the same numbers as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from headgate.web.console.update_text import short

#: Units of the picture; the browser scales it.
WIDTH = 640
_ROW, _BAR = 40, 14

#: A bar that is not nothing can be seen.
_LEAST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a chart."""

    label: str
    value: float  #: not negative
    said: str  #: the value in the reader's language


def bar_chart(bars: Sequence[Bar], *, name: str, title: str, description: str) -> Markup:
    """Return a chart of horizontal bars, the label above each and the value at its right.

    ``name`` makes the ids of the picture unique on its page.
    """
    most = max((bar.value for bar in bars), default=0)
    rows = "".join(_row(bar, number, most) for number, bar in enumerate(bars))
    return Markup(  # noqa: S704 - every value is escaped
        f'<svg class="picture" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {WIDTH} {max(1, len(bars)) * _ROW}" role="img" '
        f'aria-labelledby="{escape(name)}-title {escape(name)}-description">'
        f'<title id="{escape(name)}-title">{_text(title)}</title>'
        f'<desc id="{escape(name)}-description">{_text(description)}</desc>{rows}</svg>'
    )


def _row(bar: Bar, number: int, most: float) -> str:
    top = number * _ROW
    width = max(_LEAST, round(bar.value / most * WIDTH)) if bar.value and most else 0
    return (
        f'<text class="picture-label" x="0" y="{top + 15}">{_text(bar.label)}</text>'
        f'<text class="picture-value" x="{WIDTH}" y="{top + 15}" text-anchor="end">'
        f"{_text(bar.said)}</text>"
        f'<rect class="picture-ground" x="0" y="{top + 21}" width="{WIDTH}" height="{_BAR}" '
        'rx="3"/>'
        f'<rect class="picture-bar" x="0" y="{top + 21}" width="{width}" height="{_BAR}" rx="3"/>'
    )


def _text(text: str) -> str:
    """Return text that a picture has room for, escaped."""
    return str(escape(short(text.replace("\n", " "), 70)))
