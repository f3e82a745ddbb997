"""GET and HEAD of ``/Content/<XX>/<SHA-1>.<ext>`` (FACTS §6.2, [MS-WUSP] 2.2.2.5)."""

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from headgate.services.client_content import (
    QUARANTINE_SECONDS,
    ClientContent,
    FileInQuarantine,
    NoSuchFile,
)
from headgate.web.any_case import AnyCaseRoute
from headgate.web.files import byte_ranges
from headgate.web.files.byte_ranges import NotSatisfiable
from headgate.web.files.response import (
    CHUNK,
    READERS,
    FileResponse,
    etag_of,
    last_modified_of,
    short_piece,
)


def file_routes(content: ClientContent) -> list[AnyCaseRoute]:
    """Return the routes of update files."""

    async def serve(request: Request) -> Response:
        # One trip to a thread for everything that asks the database and the disk.
        return await anyio.to_thread.run_sync(_answer, request, content, limiter=READERS)

    return [AnyCaseRoute("/content/{folder}/{name}", serve, methods=["GET", "HEAD"])]


def _answer(request: Request, content: ClientContent) -> Response:
    folder, name = request.path_params["folder"], request.path_params["name"]
    try:
        file = content.open(folder, name)
    except NoSuchFile as exc:
        return PlainTextResponse(f"{exc.message}\n", 404)
    except FileInQuarantine as exc:
        retry = {"Retry-After": str(QUARANTINE_SECONDS)}
        return PlainTextResponse(f"{exc.message}\n", 503, retry)
    if request.method == "HEAD":  # a Range counts for GET alone (RFC 9110 14.2)
        return FileResponse(file, None, with_body=False)
    condition = request.headers.get("if-range")
    still_the_same = condition in (None, etag_of(file), last_modified_of(file))
    asked = request.headers.get("range") if still_the_same else None
    try:
        pieces = byte_ranges.pieces(asked, file.size)
    except NotSatisfiable:
        file.stream.close()
        return Response(status_code=416, headers={"Content-Range": f"bytes */{file.size}"})
    if pieces is not None and len(pieces) == 1 and pieces[0].size <= CHUNK:
        return short_piece(file, pieces[0])
    return FileResponse(file, pieces, with_body=True)
