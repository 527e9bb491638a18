"""The pages under load: reps whose open pages ask what is new, some who log contacts, and leads that keep coming.

It serves the pages as they are served (two processes of eight threads), signs each rep in with a session of their own,
and keeps one connection per rep open, as browsers do. The load is made on the same two cores as the answers.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from leads import capture, seeds
from leads.models import Connection, Lead
from reps.models import Rep, User
from routing import live
from routing.bench.company import arrivals

EVERY = 2.0  # seconds between two questions of a page, as templates/components/_pulse.html has it
_OPENED = 60  # pages a second, before the measuring begins
_TOKEN = "b" * 32
_BY_HTMX = "HX-Request: true\r\nHX-Target: my-leads\r\n"


@dataclass(slots=True)
class Load:
    """Seconds of each answer, and what went wrong."""

    asked: list[float] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)  # the lists drawn anew, where something was new
    posted: list[float] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Office:
    """Who is signed in, with a lead of each, and how they fare."""

    port: int
    people: list[tuple[int, str]]
    owned: dict[int | None, str]
    load: Load = field(default_factory=Load)
    lists: dict[int, str] = field(default_factory=dict)  # by rep: what their page asks when its lists may have changed


def measure(*, reps: int, seconds: float, posts: float, leads: float) -> Load:
    """`reps` pages ask every two seconds for so long; `posts` contacts and `leads` new leads come in a second."""
    people = list(Rep.objects.select_related("user").order_by("pk")[:reps])
    signed_in = [cookies(rep.user) for rep in people]
    owned = {lead.owner_id: str(lead.uid) for lead in Lead.objects.filter(owner__in=people).order_by("-pk")}
    with served() as port:
        office = Office(port, [(rep.pk, cookie) for rep, cookie in zip(people, signed_in, strict=True)], owned)
        asyncio.run(_run(office, seconds=seconds, posts=posts, leads=leads))
    return office.load


def timed(port: int, cookie: str, url: str, rounds: int) -> tuple[int, list[float]]:
    """Status and seconds of one page, asked so often one after the other, once more before to warm it."""

    async def ask() -> tuple[int, list[float]]:
        browser = Browser(port, cookie, head="")
        answers = [await browser.get(url) for _n in range(rounds + 1)]
        browser.close()
        return answers[-1][0], [took for _status, took, _text in answers[1:]]

    return asyncio.run(ask())


async def _run(office: Office, *, seconds: float, posts: float, leads: float) -> None:
    begin = time.monotonic() + len(office.people) / _OPENED
    end = begin + seconds
    pages = [_page(office, n, begin, end) for n in range(len(office.people))]
    await asyncio.gather(*pages, _at_work(office, begin, end, posts), asyncio.to_thread(_arrive, begin, end, leads))


async def _page(office: Office, n: int, begin: float, end: float) -> None:
    """One open page: it asks what is new, and draws its lists again where something is that it does not show."""
    rep, cookie = office.people[n]
    browser, load = Browser(office.port, cookie), office.load
    _status, _took, body = await browser.get("/my-leads/?show=due&seen=")
    office.lists[rep] = _next(body)
    _status, _took, body = await browser.get("/pulse/?seen=")  # what a page that was just drawn knows
    url = _next(body)
    await asyncio.sleep(max(0.0, begin - time.monotonic()) + EVERY * n / len(office.people))
    while time.monotonic() < end:
        began = time.monotonic()
        status, took, body = await browser.get(url)
        load.asked.append(took)
        if status == 200:
            url = _next(body)
            status, took, body = await browser.get(office.lists[rep])
            office.lists[rep] = _next(body) or office.lists[rep]
            load.parts.append(took)
        if status >= 400:
            load.failed.append(status)
        await asyncio.sleep(max(0.0, EVERY - (time.monotonic() - began)))
    browser.close()


def _next(body: str) -> str:
    return body.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")


async def _at_work(office: Office, begin: float, end: float, posts: float) -> None:
    """So many contacts a second, each by another rep."""
    owned, load = office.owned, office.load
    at_work = [(rep, Browser(office.port, cookie)) for rep, cookie in office.people if rep in owned]
    turn = 0
    await asyncio.sleep(begin - time.monotonic())
    while time.monotonic() < end:
        rep, browser = at_work[turn % len(at_work)]
        turn += 1
        status, took, body = await browser.post(f"/leads/{owned[rep]}/touch/", "kind=email")
        office.lists[rep] = _next(body) or office.lists[rep]  # the answer is the page's lists, drawn anew
        load.posted.append(took)
        if status >= 400:
            load.failed.append(status)
        await asyncio.sleep(max(0.0, 1 / posts - took))
    for _rep, browser in at_work:
        browser.close()


def _arrive(begin: float, end: float, leads: float) -> None:
    """New leads, decided at once, so that pages have something new to draw."""
    door = Connection.objects.select_related("division").get(kind=seeds.API)
    time.sleep(begin - time.monotonic())
    while time.monotonic() < end:
        capture.capture(connection=door, arrivals=list(arrivals(1)), now=timezone.now())
        live.route_ready(door.division_id)
        time.sleep(1 / leads)


class Browser:
    """A connection that stays open, with the cookies of somebody signed in."""

    def __init__(self, port: int, cookie: str, head: str = _BY_HTMX) -> None:
        self.port, self.cookie, self.head = port, cookie, head
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def get(self, url: str) -> tuple[int, float, str]:
        """Status, seconds, text."""
        return await self._ask(f"GET {url} HTTP/1.1\r\n", "")

    async def post(self, url: str, body: str) -> tuple[int, float, str]:
        """As a form that htmx sends."""
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        return await self._ask(f"POST {url} HTTP/1.1\r\n{kind}Content-Length: {len(body)}\r\n", body)

    def close(self) -> None:
        """Hang up."""
        if self.writer is not None:
            self.writer.close()

    async def _ask(self, line: str, body: str) -> tuple[int, float, str]:
        head = f"{line}Host: 127.0.0.1\r\nCookie: {self.cookie}\r\nX-CSRFToken: {_TOKEN}\r\n{self.head}\r\n"
        began = time.monotonic()
        for again in (False, True):
            try:
                if self.writer is None or again:
                    self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
                self.writer.write((head + body).encode())
                status, text = await self._read()
                return status, time.monotonic() - began, text
            except (ConnectionError, asyncio.IncompleteReadError):
                if again:  # the server hung up on a line that was silent too long; a browser asks again, once
                    return 599, time.monotonic() - began, ""
        raise AssertionError

    async def _read(self) -> tuple[int, str]:
        assert self.reader is not None  # noqa: S101 - just opened
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = {
            k.strip().lower(): v.strip() for k, _c, v in (line.partition(":") for line in head.split("\r\n")[1:])
        }
        status = int(head.split(" ", 2)[1])
        if headers.get("transfer-encoding") == "chunked":
            text = b""
            while size := int(await self.reader.readline(), 16):
                text += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readline()
        else:
            text = await self.reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close" and self.writer is not None:
            self.writer.close()
            self.writer = None
        return status, text.decode()


def cookies(user: User) -> str:
    """As if they had signed in."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "reps.web.backend.WithRep"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.set_expiry(timedelta(hours=1))
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; csrftoken={_TOKEN}"


@contextmanager
def served() -> Iterator[int]:
    """The pages as they are served, at a port; gone afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "PORT": str(port), "SECRET_KEY": settings.SECRET_KEY, "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "gunicorn", "-c", "config/run/gunicorn.py", "config.wsgi"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while not _answers(port):
            if time.monotonic() > end or process.poll() is not None:
                raise RuntimeError("The server did not come up.")
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int) -> bool:
    with socket.socket() as line:
        line.settimeout(5)
        try:
            line.connect(("127.0.0.1", port))
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return b" 200 " in line.recv(64)
        except OSError:
            return False
