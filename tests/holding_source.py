"""A source that takes every question and answers none until it is let go: a run that does not end.

Once let go it hangs up, so that a client which is told to stop finds out at its next look.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class HoldingSource:
    """Where it is, and what lets it go."""

    host = "127.0.0.1"

    def __init__(self) -> None:
        self._let_go = threading.Event()
        self.asked = threading.Event()  #: set when somebody has asked something
        self._server = ThreadingHTTPServer((self.host, 0), self._handler())
        self.port = self._server.server_address[1]

    def let_go(self) -> None:
        self._let_go.set()

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        self.let_go()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        asked, let_go = self.asked, self._let_go

        class Handler(BaseHTTPRequestHandler):
            def handle_one_request(self) -> None:
                self.rfile.readline()
                asked.set()
                let_go.wait(60)
                self.close_connection = True

        return Handler


@contextmanager
def holding_source() -> Iterator[HoldingSource]:
    """Serve one while the context lasts."""
    source = HoldingSource()
    thread = threading.Thread(target=source.serve)
    thread.start()
    try:
        yield source
    finally:
        source.close()
        thread.join()
