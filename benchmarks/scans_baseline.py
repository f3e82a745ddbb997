"""A handler that only parses the request of a scan and returns bytes it was given.

``python -m benchmarks.scans_baseline FILE``: the body of every answer, compressed as it is. It is
served by the same loop, HTTP parser and framework as everything of ours.
"""

import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from headgate.web.server import Listener, bind, serve
from headgate.wire import soap
from headgate.wire.clientsync import sync_updates


def main(file: Path) -> None:
    """Answer until SIGTERM."""
    body = file.read_bytes()

    async def answer(request: Request) -> Response:
        sync_updates.decode_request(soap.read_request(await request.body()))
        return Response(body, headers={"Content-Encoding": "xpress"}, media_type="text/xml")

    application = Starlette(routes=[Route("/{path:path}", answer, methods=["POST"])])
    listener = Listener(socket=bind("127.0.0.1:0"))
    serve(
        application,
        [listener],
        on_ready=lambda: print(f"baseline serves {listener.url}", file=sys.stderr, flush=True),
        on_stop=lambda: None,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
