"""A server on the loopback interface, in the place of one that cannot run here: what all those of the tests share."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar


class Loopback(ThreadingHTTPServer):
    """The server; it remembers what it was sent.

    Args:
        handler: What answers.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, handler: type["Handler"]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.bodies: list[dict[str, Any]] = []
        self.headers_seen: list[dict[str, str]] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


Server = TypeVar("Server", bound=Loopback)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """The server, for as long as the block lasts."""
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers in JSON, and quietly."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    def handle(self) -> None:
        with suppress(ConnectionError):  # the client was killed, or has given up waiting
            super().handle()

    def body(self) -> dict[str, Any]:
        """What was sent."""
        found: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return found

    def send(self, status: int, value: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        """Answers with JSON."""
        self.send_raw(status, json.dumps(value).encode(), headers)

    def send_raw(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        """Answers with these bytes."""
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
