"""Serves the gallery on loopback under the strict policy that the pages must live with."""

import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from reps import colours
from tests.face import gallery

POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


class Door(BaseHTTPRequestHandler):
    """/page/NAME, the fragments htmx asks for, and static files."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path.startswith("/page/"):
            return self._send(
                200,
                "text/html; charset=utf-8",
                gallery.draw(path.removeprefix("/page/"), self.headers.get("Cookie", "")).encode(),
            )
        if (part := gallery.fragment(path)) is not None:
            return self._send(200, "text/html; charset=utf-8", part.encode())
        if path.startswith("/brand/"):
            accent = colours.read(path.removeprefix("/brand/").removesuffix(".css"))
            return self._send(200, "text/css; charset=utf-8", colours.style_of(accent).encode())
        file = gallery.asset(path)
        if file is None:
            return self._send(404, "text/plain", b"not here")
        return self._send(200, mimetypes.guess_type(file.name)[0] or "application/octet-stream", file.read_bytes())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[str]:
    """The address of a running gallery."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
