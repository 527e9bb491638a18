"""R26 and lines 67 to 72 for hooks: whoever hangs, fails, drips, resets or redirects keeps nobody else waiting."""

import os
import socket
import ssl
import struct
import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from config.lib import http
from leads.hook_kinds import HookEvent
from leads.hooks import again, sending
from leads.hooks import hook as hooks
from tests import factories as make
from tests.hooks.receiving import drain, hook, receiver, rows, say
from tests.mail.imap_server import certificate
from tests.outside import server

pytestmark = pytest.mark.django_db
CREATED = HookEvent.CREATED
SECONDS = 0.6


def hang(handler):
    time.sleep(SECONDS + 0.1)


def drip(handler):
    """A byte of its head now and then."""
    for one in b"HTTP/1.1 200 OK\r\nx-slow: " + b"y" * 40:
        handler.wfile.write(bytes([one]))
        handler.wfile.flush()
        time.sleep(0.03)


def reset(handler):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(handler.connection.detach())
    handler.close_connection = True


def flood(handler):
    """200, and then a gigabyte for whoever wants to read it."""
    handler.send_response(200)
    handler.send_header("content-length", str(2**30))
    handler.end_headers()
    for _n in range(2**14):
        handler.wfile.write(b"x" * 65536)


def quietly(handle):
    def handled(handler):
        try:
            handle(handler)
        except OSError:
            handler.close_connection = True

    return handled


BAD = {
    "hang": (hang, {"failure": "timeout"}),
    "drip": (drip, {"failure": "timeout"}),
    "500": (lambda h: h.say(500, {"detail": "secret of the inner service"}), {"status": 500}),
    "302": (lambda h: h.say(302, {}, location="http://127.0.0.1:1/"), {"status": 302, "failure": "redirected"}),
    "reset": (reset, {"failure": "unreachable"}),
}


@pytest.mark.contract
def test_the_others_are_told_at_once_whatever_one_does(monkeypatch):
    monkeypatch.setattr(sending, "_SECONDS", SECONDS)
    told, lock = {}, threading.Lock()
    began = time.monotonic()
    lead = make.arrive()

    def good(handler):
        with lock:
            told.setdefault(handler.path, time.monotonic() - began)
        handler.say(200, {})

    makers = [server(quietly(handle)) for handle, _says in (*BAD.values(), (flood, None))]
    places = [one.__enter__() for one in makers]
    try:
        with server(good) as right:
            for name, place in zip([*BAD, "flood"], places, strict=True):
                hook(f"{place}/bad", CREATED, name=name)
            # A process that has sent before: certificates are read.
            warm, _secret = hook(f"{right}/warm", HookEvent.WON, name="warm")
            again.try_out(hook=warm, kind=HookEvent.WON, now=timezone.now())
            drain()
            told.clear()
            for n in range(8):
                hook(f"{right}/{n}", CREATED, name=f"good {n}")
            now = timezone.now()
            for _n in range(2):
                say(lead)
            began = time.monotonic()
            drain(now=now)
            took = time.monotonic() - began
    finally:
        for one in makers:
            one.__exit__(None, None, None)

    assert len(told) == 8
    assert max(told.values()) < min(SECONDS, 1), "one that hangs keeps them waiting"
    assert took < SECONDS + 2
    assert not rows(hook__name__startswith="good", sent_at=None).exists()
    # It said 200, and took what it was told: what else it writes is not read.
    assert not rows(hook__name="flood", sent_at=None).exists()
    for name, (_handle, says) in BAD.items():
        first, second = rows(hook__name=name)
        assert [{k: v for k, v in one.items() if k != "at"} for one in first.tried] == [says], name
        assert timedelta(seconds=5) <= first.due_at - now <= timedelta(seconds=5.5)
        assert (second.tries, second.tried) == (0, []), "the next waits until the first is through"
    assert "inner service" not in str([row.tried for row in rows()])


def test_a_certificate_nobody_vouches_for_is_not_spoken_to(tmp_path):
    made = certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made)
    lead = make.arrive()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            came, _who = listening.accept()
            with came:
                try:
                    context.wrap_socket(came, server_side=True)
                except (ssl.SSLError, OSError):
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        hook(f"https://localhost:{listening.getsockname()[1]}/", CREATED)
        say(lead)
        drain()
        thread.join(5)

    (tried,) = rows().get().tried
    assert tried["failure"] == "insecure"


INNER = [
    "http://127.0.0.1/", "http://0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest",
    "http://[fd00::1]/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://localhost./",
    "http://redis:6379/", "http://db/", "http://10.0.0.8/", "file:///etc/passwd", "gopher://example.net/",
    "ftp://example.net/", "https://user:pw@example.net/", "https://example.net/\r\nX: 1", "https://example.net:22/",
]  # fmt: skip


@pytest.mark.parametrize("url", INNER)
def test_what_leads_inside_is_refused_when_it_is_saved(url, settings):
    settings.ALLOWED_PRIVATE_HOSTS = []
    with pytest.raises(hooks.NotSubscribedError):
        hook(url)


def test_what_leads_inside_since_it_was_saved_is_refused_when_it_is_sent(settings):
    """The name was public when it was saved; or the operator named it, and took that back."""
    lead = make.arrive()
    with receiver() as got:
        hook(got.url)
        settings.ALLOWED_PRIVATE_HOSTS = []
        say(lead)
        drain()

    assert got.came == []
    assert rows().get().tried[0]["failure"] == "refused"
    assert http.LIMIT == 64 * 1024
