"""The one door out: nothing inside is called, nothing is waited for too long, nothing of an inner answer is told."""

import gzip
import ipaddress
import socket
import threading
import time

import httpx2
import pytest
from django.core.cache import cache

from config.lib import addresses, breaker, http
from config.lib.http import FailedError, Failure, RefusedError
from leads.connector import UnansweredError, UnreadableError
from leads.outside import Outside
from tests import outside

INSIDE = [
    "http://127.0.0.1/",
    "http://127.8.9.1:8000/x",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://168.63.129.16/",
    "http://100.100.100.200/",
    "http://[fd00:ec2::254]/",
    "http://[fd00::1]/",
    "http://[fe80::1%25eth0]/",
    "http://10.0.0.5/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[ff02::1]/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.0.1./",
    "http://1.1.1.0x7f/",
    "http://①②⑦.⓪.⓪.①/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST:8000/",
    "http://api.localhost/",
    "http://redis:6379/",
    "http://db/",
    "http://db:5432/",
    "http://metadata.google.internal/",
    "http://printer.local/",
]
MISUSED = [
    "file:///etc/passwd",
    "gopher://example.net/_x",
    "ftp://example.net/",
    "dict://example.net:11211/stats",
    "javascript:alert(1)",
    "data:application/json,{}",
    "//example.net/",
    "example.net/x",
    "",
    "https://user:pass@example.net/",
    "https://user@example.net/",
    "https://@example.net/",
    "https://example.net@127.0.0.1/",
    "https://127.0.0.1\\@example.net/",
    "https://example.net/\r\nX-Injected: 1",
    "https://example.net/a b",
    "https://example.net\t/",
    "https://example.net/\x00",
    "https://example.net:22/",
    "https://example.net:25/",
    "https://example.net:6379/",
    "https://example.net:0/",
    "https://example.net:99999/",
    "https://a..example.net/",
    "https://-x.example.net/",
    "https:///path",
    "https://example.net/" + "x" * 2000,
    "https://exam\u202eple.net/",
]


@pytest.fixture(autouse=True)
def closed_breakers():
    cache.clear()
    breaker._own.clear()


@pytest.fixture
def names(monkeypatch):
    """A phone book of our own: names to lists of IPs; who is not in it is unknown."""
    book = {}
    look_up = socket.getaddrinfo

    def getaddrinfo(host, *_args, **_kw):
        if host[0].isdigit():
            return look_up(host, *_args, **_kw)
        if host not in book:
            raise socket.gaierror
        return [(None, None, None, "", (ip, 0)) for ip in book[host]]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return book


@pytest.mark.parametrize("url", [*INSIDE, *MISUSED])
def test_an_address_inside_or_misused_is_refused_on_save_and_on_send(url, names, monkeypatch):
    monkeypatch.setattr(http, "transport", lambda *_: pytest.fail("it was sent"))

    with pytest.raises(RefusedError) as on_save:
        http.check_url(url)
    with pytest.raises(RefusedError):
        http.get(url)

    assert str(on_save.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.net/v1?x={email}",
        "http://example.net:8080/",
        "https://93.184.215.14/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
        "https://bücher.example/",
    ],
)
def test_an_address_outside_is_taken(url, names):
    names.update({"api.example.net": ["93.184.215.14"], "example.net": ["93.184.215.14"]})

    http.check_url(url)


@pytest.mark.parametrize(
    "ips",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["::1"],
        ["93.184.215.14", "169.254.169.254"],
        ["::ffff:10.0.0.1"],
        ["fd12::1"],
    ],
)
def test_a_name_that_leads_inside_is_refused_on_save_and_on_send(ips, names, monkeypatch):
    names["crm.example.net"] = ips
    monkeypatch.setattr(http, "transport", lambda *_: pytest.fail("it was sent"))

    with pytest.raises(RefusedError, match="private"):
        http.check_url("https://crm.example.net/")
    with pytest.raises(RefusedError, match="private"):
        http.get("https://crm.example.net/")


def test_a_name_is_looked_up_once_and_what_was_checked_is_called(names, settings, monkeypatch):
    """A name that is public when asked first and ours when asked again: the second is never asked for."""
    asked = []

    def resolve(host, **_kw):
        asked.append(host)
        return [ipaddress.ip_address("93.184.215.14" if len(asked) == 1 else "127.0.0.1")]

    called = []
    monkeypatch.setattr(addresses, "resolve", resolve)
    monkeypatch.setattr(
        socket, "create_connection", lambda address, *_a, **_kw: called.append(address) or _refuse(address)
    )

    with pytest.raises(FailedError):
        http.get("https://rebind.example.net/")

    assert asked == ["rebind.example.net"]
    assert called == [("93.184.215.14", 443)]


def _refuse(_address):
    raise ConnectionRefusedError


def test_the_name_is_kept_for_the_server_though_we_connect_to_the_ip(names, settings):
    """A real server under a name of our own phone book; who connects by name would find nobody."""
    seen = {}

    def handle(request):
        seen.update(request.headers.items())
        request.say(200, {"ok": True})

    with outside.server(handle) as url:
        port = url.rpartition(":")[2]
        settings.ALLOWED_PRIVATE_HOSTS = ["crm.example.net"]
        names["crm.example.net"] = ["127.0.0.1"]
        answer = http.post(f"http://crm.example.net:{port}/in?x=1", json={"a": 1}, headers={"X-Key": "k"})

    assert answer.json == {"ok": True}
    assert seen["Host"] == f"crm.example.net:{port}"
    assert seen["X-Key"] == "k"
    assert seen["Accept-Encoding"] == "identity"


def test_tls_asks_for_the_name_and_refuses_a_stranger(names, settings, monkeypatch):
    """The name goes into the handshake; a server that cannot prove it is not talked to."""
    names["crm.example.net"] = ["127.0.0.1"]
    settings.ALLOWED_PRIVATE_HOSTS = ["crm.example.net"]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        port = listening.getsockname()[1]
        said = []

        def hear():
            peer, _ = listening.accept()
            with peer:
                said.append(peer.recv(4096))

        thread = threading.Thread(target=hear, daemon=True)
        thread.start()
        with pytest.raises(FailedError):
            http.get(f"https://crm.example.net:{port}/", timeout=3)
        thread.join(3)

    assert b"crm.example.net" in said[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "crm.lan", "CRM.LAN."])
def test_only_what_the_operator_named_is_allowed_inside(host, settings, names):
    names.update(
        {"localhost": ["127.0.0.1"], "crm.lan": ["10.0.0.9"], "CRM.LAN.": ["10.0.0.9"], "crm.lan.": ["10.0.0.9"]}
    )
    settings.ALLOWED_PRIVATE_HOSTS = [host]

    http.check_url(f"http://{host}:8069/")

    with pytest.raises(RefusedError):
        http.check_url("http://10.0.0.77/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
def test_a_redirect_is_a_failure_and_not_followed(status, monkeypatch):
    asked = outside.answers(
        monkeypatch, lambda r: httpx2.Response(status, headers={"location": "http://169.254.169.254/"}, text="inner")
    )

    with pytest.raises(FailedError) as failed:
        http.get("https://api.example.net/")

    assert failed.value.failure is Failure.REDIRECTED
    assert len(asked) == 1


def _huge(request):
    request.send_response(200)
    request.send_header("transfer-encoding", "chunked")
    request.end_headers()
    try:
        for _ in range(2000):
            request.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
    except OSError:
        pass


def _dripping_body(request):
    request.send_response(200)
    request.send_header("content-length", "1000")
    request.end_headers()
    _drip(request, b"x")


def _dripping_head(request):
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    _drip(request, b"X-A: b\r\n")


def _drip(request, data):
    try:
        for _ in range(60):
            request.wfile.write(data)
            request.wfile.flush()
            time.sleep(0.02)
    except OSError:
        pass


def _silent(request):
    time.sleep(0.6)
    request.close_connection = True


def _bomb(request):
    request.say(200, gzip.compress(b"0" * 10_000_000), content_encoding="gzip")


@pytest.mark.parametrize(
    ("handle", "failure"),
    [
        (_huge, Failure.TOO_LARGE),
        (_bomb, Failure.TOO_LARGE),
        (_dripping_body, Failure.TIMEOUT),
        (_dripping_head, Failure.TIMEOUT),
        (_silent, Failure.TIMEOUT),
    ],
)
def test_huge_endless_and_slow_answers_are_cut(handle, failure, settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    with outside.server(handle) as url:
        started = time.monotonic()
        with pytest.raises(FailedError) as failed:
            http.get(url, timeout=0.3 if failure is Failure.TIMEOUT else 5)
        took = time.monotonic() - started

    assert failed.value.failure is failure
    assert took < 1.0


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Traceback: password=hunter2",
        b'{"a": NaN}',
        b"[" * 100_000,
        b'{"a":1,"a":2}',
        b"\xff\xfe\x00",
        b"1e999999",
    ],
)
def test_an_answer_that_is_no_json_is_a_failure_that_tells_nothing_of_it(body, monkeypatch):
    outside.answers(monkeypatch, lambda r: httpx2.Response(200, content=body))

    with pytest.raises(FailedError) as failed:
        _ = http.get("https://api.example.net/", limit=200_000).json
    with pytest.raises(UnansweredError) as unanswered:
        Outside().get("https://api.example.net/")

    assert "hunter2" not in f"{failed.value!r}{unanswered.value!r}"


@pytest.mark.parametrize("status", [400, 401, 403, 422, 429, 500, 502, 503])
def test_the_text_of_an_error_is_never_passed_on(status, monkeypatch):
    outside.answers(monkeypatch, lambda r: httpx2.Response(status, text="secret-inner-answer"))

    with pytest.raises((UnansweredError, UnreadableError)) as error:
        Outside().get("https://api.example.net/")

    assert "secret" not in repr(error.value)
    assert str(status) in str(error.value)


def test_unknown_is_none_and_pending_is_asked_again(monkeypatch):
    statuses = iter([404, 202])
    outside.answers(monkeypatch, lambda r: httpx2.Response(next(statuses), json={"queued": True}))

    assert Outside().get("https://api.example.net/") is None
    with pytest.raises(UnansweredError):
        Outside().get("https://api.example.net/")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "b\r\nEvil: 1"},
        {"X-A\r\nEvil": "1"},
        {"X-A": "b\nEvil: 1"},
        {"Host": "10.0.0.1"},
        {"X A": "1"},
        {"X-A": "\x00"},
        {"Transfer-Encoding": "chunked"},
    ],
)
def test_headers_cannot_carry_others(headers, monkeypatch):
    asked = outside.answers(monkeypatch, lambda r: httpx2.Response(200, json={}))

    with pytest.raises(RefusedError):
        http.get("https://api.example.net/", headers=headers)

    assert asked == []


def test_who_fails_five_times_is_left_alone_and_tried_again_by_one(monkeypatch):
    asked = outside.answers(monkeypatch, lambda r: httpx2.Response(500))
    for _ in range(5):
        http.get("https://api.example.net/")

    with pytest.raises(FailedError) as failed:
        http.get("https://api.example.net/")
    assert failed.value.failure is Failure.LEFT_ALONE
    assert len(asked) == 5
    other = http.get("https://other.example.net/")
    assert other.status == 500

    cache.delete(breaker._open("api.example.net:https"))  # the pause is over
    assert breaker.may_call("api.example.net:https") is True
    assert breaker.may_call("api.example.net:https") is False
    breaker.succeeded("api.example.net:https")
    assert breaker.may_call("api.example.net:https") is True


def test_who_asks_for_patience_is_left_alone_at_once(monkeypatch):
    asked = outside.answers(monkeypatch, lambda r: httpx2.Response(429, headers={"retry-after": "30"}))

    assert http.get("https://api.example.net/").retry_after == 30
    with pytest.raises(FailedError):
        http.get("https://api.example.net/")

    assert len(asked) == 1


def test_without_the_cache_the_breaker_counts_for_itself(monkeypatch):
    class Broken:
        def __getattr__(self, name):
            raise ConnectionError

    monkeypatch.setattr(breaker, "cache", Broken())
    asked = outside.answers(monkeypatch, lambda r: httpx2.Response(500))
    for _ in range(5):
        http.get("https://api.example.net/")

    with pytest.raises(FailedError) as failed:
        http.get("https://api.example.net/")

    assert failed.value.failure is Failure.LEFT_ALONE
    assert len(asked) == 5


def test_nobody_who_is_asked_about_comes_into_the_log(monkeypatch, caplog):
    outside.answers(monkeypatch, lambda r: httpx2.Response(200, json={}))
    with caplog.at_level("INFO"):
        http.get("https://api.example.net/find", params={"email": "ada@company.example"})

    assert "ada" not in caplog.text


def test_a_name_nobody_knows_is_a_failure_to_send_but_may_be_saved(names):
    http.check_url("https://later.example.net/hook")

    with pytest.raises(FailedError) as failed:
        http.get("https://later.example.net/hook")

    assert failed.value.failure is Failure.UNKNOWN_NAME


def test_a_lookup_that_hangs_does_not_outlast_the_time(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: time.sleep(0.5) or [])
    started = time.monotonic()

    with pytest.raises(FailedError):
        http.get("https://slow.example.net/", timeout=0.1)

    assert time.monotonic() - started < 0.4
