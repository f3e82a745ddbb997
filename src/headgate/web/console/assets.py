"""The files pages are dressed with: style sheets, scripts, icons. Read once, served for ever.

A file's address contains the beginning of its digest, so browsers may keep it until it changes.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
BASE = "/console/static"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class _Asset:
    data: bytes
    packed: bytes
    media_type: str
    address: str


@lru_cache
def _assets() -> dict[str, _Asset]:
    """Return name (relative to static/) to asset; licences and lists are not served."""
    found = {}
    for path in sorted(STATIC.rglob("*")):
        if path.suffix not in _TYPES or path.parent.name == "icons":
            continue
        name, data = path.relative_to(STATIC).as_posix(), path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()[:12]
        found[name] = _Asset(
            data=data,
            packed=gzip.compress(data, mtime=0),
            media_type=_TYPES[path.suffix],
            address=f"{BASE}/{digest}/{name}",
        )
    return found


def address(name: str) -> str:
    """Return where pages find a static file, such as ``console.css``."""
    return _assets()[name].address


@lru_cache
def icon(name: str) -> Markup:
    """Return one of Tabler's icons as inline SVG, hidden from screen readers: words stand by it."""
    drawn = (STATIC / "vendor" / "icons" / f"{escape(name)}.svg").read_text("utf-8")
    inner = drawn[drawn.index(">") + 1 : drawn.rindex("</svg>")]
    return Markup(  # noqa: S704 - a file of ours
        '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" '
        'stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" '
        f'aria-hidden="true" focusable="false">{inner}</svg>'
    )


def serve(request: Request) -> Response:
    """Answer a request for a static file; 404 for what is not one."""
    asset = _assets().get(request.path_params["name"])
    if asset is None:
        return Response(status_code=404)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            asset.packed,
            media_type=asset.media_type,
            headers=_HEADERS | {"Content-Encoding": "gzip"},
        )
    return Response(asset.data, media_type=asset.media_type, headers=_HEADERS)
