"""A server that answers when the test lets it: work that calls it runs for as long as the test wants."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Slow:
    """Counts calls and holds each until ``let_go``."""

    def __init__(self) -> None:
        self.calls = 0
        self.status = 200
        self._go = threading.Event()
        slow = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                slow.calls += 1
                slow._go.wait(60)
                self.send_response(slow.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                with suppress(OSError):  # the caller has left
                    self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def let_go(self) -> None:
        """Answer every call, those that wait and those to come."""
        self._go.set()

    def hold(self) -> None:
        """Have calls wait again."""
        self._go.clear()

    def close(self) -> None:
        """Stop."""
        self.let_go()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def slow_server() -> Iterator[Slow]:
    """One for the length of a block."""
    one = Slow()
    try:
        yield one
    finally:
        one.close()
