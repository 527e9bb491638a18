"""Stand-ins for the world outside: what answers in place of a service, with the guard of the door left as it is."""

import ipaddress
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2

from config.lib import addresses, http

PUBLIC = ipaddress.ip_address("93.184.215.14")


def answers(monkeypatch, handler):
    """Every name is known and public, and `handler(request)` answers with an httpx2.Response; the requests are kept."""
    asked = []

    def answer(request):
        request.read()
        asked.append(request)
        return handler(request)

    look_up = addresses.resolve
    monkeypatch.setattr(http, "transport", lambda checked, until: httpx2.MockTransport(answer))
    monkeypatch.setattr(addresses, "resolve", lambda host, **kw: _written(host, look_up) or [PUBLIC])
    return asked


def _written(host, look_up):
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return None
    return look_up(host)


@contextmanager
def server(handle):
    """A real server on a free port of this machine; `handle(handler)` writes the answer of each request."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            length = int(self.headers.get("content-length") or 0)
            self.sent = self.rfile.read(length)
            handle(self)

        do_POST = do_GET  # noqa: N815 - the names http.server asks for

        def log_message(self, *arguments):
            pass

        def say(self, status, value, **headers):
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            for name, text in {"content-type": "application/json", **headers}.items():
                self.send_header(name.replace("_", "-"), text)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.daemon_threads = True
    thread = threading.Thread(target=served.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{served.server_port}"
    finally:
        served.shutdown()
        served.server_close()
        thread.join()
