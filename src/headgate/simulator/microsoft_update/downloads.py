"""Update files over HTTP: whole or by one range, as FACTS 6.2 describes a real server.

Any letter case; no extension 403; unknown 404; HEAD with a range 416, odd as that is.
"""

from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from headgate.simulator.microsoft_update.byte_ranges import Unsatisfiable, chosen_range
from headgate.simulator.microsoft_update.content import OfferedFile
from headgate.simulator.microsoft_update.departures import WeatheredResponse
from headgate.simulator.microsoft_update.upstream import Upstream

_MODIFIED = format_datetime(datetime(2026, 10, 1, tzinfo=UTC), usegmt=True)


def download(request: Request, upstream: Upstream) -> Response:
    """Return the answer to GET or HEAD of a file."""
    path = request.url.path
    upstream.tally.count("downloads", request.method)
    if "." not in path.rpartition("/")[2]:
        return Response(status_code=403)
    offer = upstream.publisher.file(path)
    if offer is None:
        upstream.tally.count("downloads", "not found")
        return Response(status_code=404)
    wanted = request.headers.get("range")
    try:
        if request.method == "HEAD":
            return _head(offer, wanted)
        return _part(offer, chosen_range(wanted, offer.file.size), upstream)
    except Unsatisfiable:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{offer.file.size}"})


def _headers(offer: OfferedFile) -> dict[str, str]:
    return {
        "Accept-Ranges": "bytes",
        "Content-Type": "application/octet-stream",
        "ETag": f'"{offer.file.sha1.hex()}:0"',
        "Last-Modified": _MODIFIED,
    }


def _head(offer: OfferedFile, wanted: str | None) -> Response:
    if wanted:
        raise Unsatisfiable(wanted)
    return Response(headers={**_headers(offer), "Content-Length": str(offer.file.size)})


def _part(offer: OfferedFile, part: tuple[int, int] | None, upstream: Upstream) -> Response:
    first, end = part or (0, offer.file.size)
    body, headers = offer.content()[first:end], _headers(offer)
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{offer.file.size}"
        upstream.tally.count("downloads", "ranges")
    cut = upstream.sky.cut(f"{offer.path} from {first}", len(body))
    upstream.tally.count("downloads", "bytes", len(body) if cut is None else cut)
    if cut is not None:
        upstream.tally.count("downloads", "cut")
    return WeatheredResponse(
        body,
        status_code=200 if part is None else 206,
        headers=headers,
        pace=upstream.sky.pace,
        cut=cut,
    )
