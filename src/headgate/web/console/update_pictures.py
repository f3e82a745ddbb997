"""The four pictures of supersedence, drawn by the server as WSUS means them.

Boxes in a row stand for updates that replace each other, the newest above; the dark one is this
update.
"""

from functools import lru_cache

from markupsafe import Markup

from headgate.catalogue.update_list import Supersedence

_THIS = {Supersedence.SUPERSEDES: 0, Supersedence.BOTH: 1, Supersedence.SUPERSEDED: 2}
_BOXES = ((9, 1), (5, 7), (1, 13))  # where each box of the row begins


@lru_cache
def supersedence_picture(kind: Supersedence) -> Markup:
    """Return the picture as inline SVG, hidden from screen readers: words stand by it."""
    boxes = "".join(
        f'<rect class="{"this" if _THIS.get(kind) == at else "other"}" x="{x}" y="{y}" '
        'width="10" height="6" rx="1"/>'
        for at, (x, y) in enumerate(_BOXES)
        if kind is not Supersedence.NONE
    )
    return Markup(  # noqa: S704 - numbers of ours
        f'<svg class="supersedence" viewBox="0 0 20 20" width="20" height="20" '
        f'aria-hidden="true" focusable="false">{boxes}</svg>'
    )
