"""Starts all processes in order, tells when they answer, starts again what dies, and stops them in order.

One thread does it all: the children's parent-death signal follows the thread that started them.
"""

import contextlib
import os
import selectors
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from config.run import embedded
from config.run.child import Child, say
from config.run.embedded import Server
from config.run.folder import StartError, lock, make_data_folder
from config.run.ready import Readiness

ROOT = Path(__file__).resolve().parents[2]
NAME = "fairlead"
SERVER_DEATHS = 3
STEADY_SECONDS = 600  # having lived this long, a server has made good for its former deaths
APP_SECONDS = 7.5  # of the ten within which all must be gone; the servers get the rest
PORT_SECONDS = 3  # a killed run may hold its port a moment longer
PYTHON = sys.executable
MANAGE = (PYTHON, "manage.py")


class Stopping(Exception):  # noqa: N818 - a request, not an error
    """Somebody asked us to stop, or what we cannot do without is gone."""


class Supervisor:
    """All processes of one installation on one machine."""

    def __init__(self, *, data: Path, port: int, database_url: str, redis_url: str, demo: bool) -> None:
        self.data = data
        self.port = port
        self.given = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
        self.demo = demo
        self.servers: list[Server] = []
        self.server_deaths: Counter[str] = Counter()
        self.children: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.asked = 0
        self.code = 0

    # The whole life

    def run(self) -> int:
        """Answers the exit code: 0 after a stop that was asked for, 1 after one that was not."""
        make_data_folder(self.data)
        held = lock(self.data)
        web_socket = open_port(self.port)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask)
        try:
            self.start_servers()
            self.prepare()
            self.start_apps(web_socket)
            self.wait_ready()
            self.pump(lambda: False)
        except Stopping:
            pass
        except StartError as error:
            self.fail(str(error))
        finally:
            self.stop()
            web_socket.close()
            held.close()
        return self.code

    def ask(self, number: int, _frame: FrameType | None) -> None:
        """The signal handler: note it; the loop stops at its next turn, and a second one ends the waiting."""
        self.asked += 1
        if self.asked == 1:
            say(NAME, f"stopping ({signal.Signals(number).name}); what is in flight ends first")

    def fail(self, why: str) -> None:
        say(NAME, why)
        self.code = 1

    # Start

    def start_servers(self) -> None:
        starters: dict[str, Callable[[Path], Server]] = {
            "DATABASE_URL": embedded.start_postgres,
            "REDIS_URL": embedded.start_valkey,
        }
        for variable, start in starters.items():
            url = self.given[variable]
            if not url:
                server = start(self.data)
                self.servers.append(server)
                url = server.url
            os.environ[variable] = url
        os.environ.update(DATA_DIR=str(self.data), PORT=str(self.port), PYTHONUNBUFFERED="1")

    def prepare(self) -> None:
        """Migrations, the first admin, the demo: what it prints, the password too, is passed on."""
        child = Child("prepare", [PYTHON, "-m", "config.run.prepare", *(["--demo"] if self.demo else [])], cwd=ROOT)
        self.watch(child)
        try:
            self.pump(lambda: not child.running)
            self.read_out(child)
            if child.bury():
                raise StartError("The database could not be made ready; the reason stands above.")
        finally:
            child.send(signal.SIGTERM)
            self.reap(child)

    def start_apps(self, web_socket: socket.socket) -> None:
        worker_name = f"{NAME}-{os.getpid()}@here"
        as_root = ("-W", "ignore:You're running the worker with superuser")  # true, and no news: it runs for its owner
        celery = (PYTHON, *as_root, "-m", "celery", "-q", "-A", "config.celery")
        quiet = ("-l", "WARNING", "--without-gossip", "--without-mingle", "-I", "config.run.leash")
        worker = (
            "worker",
            "-n",
            worker_name,
            "-Q",
            "route,deliver,slow",
            "-c",
            "2",
            "--prefetch-multiplier",
            "1",
            *quiet,
        )
        beat = ("beat", "-l", "WARNING", "--pidfile=", "-s", str(self.data / "beat" / "schedule"))
        web = (PYTHON, "-m", "gunicorn", "-c", "config/run/gunicorn.py", "-b", f"fd://{web_socket.fileno()}")
        for name in ("beat", "static"):
            (self.data / name).mkdir(exist_ok=True)
        self.children = [
            Child("web", [*web, "config.wsgi"], cwd=ROOT, keep=[web_socket.fileno()]),
            Child("worker", [*celery, *worker], cwd=ROOT),
            Child("beat", [*celery, *beat], cwd=ROOT, death_signal=signal.SIGTERM),  # it has a file to close
            Child("sweeper", [*MANAGE, "sweep"], cwd=ROOT),
        ]
        if self.demo:
            self.children.append(Child("trickle", [*MANAGE, "demo_trickle"], cwd=ROOT))
        for child in self.children:
            self.watch(child)
        self.ping = Child("ping", [PYTHON, "-m", "config.run.ping", worker_name], cwd=ROOT)
        self.watch(self.ping)

    def wait_ready(self) -> None:
        by_name = {child.name: child for child in self.children}
        readiness = Readiness(port=self.port, data=self.data, children=by_name, ping=self.ping)
        self.pump(lambda: readiness.complete(say=lambda line: say(NAME, line)))
        self.read_out(self.ping)
        self.forget(self.ping)
        with contextlib.suppress(BrokenPipeError):
            print(f"ready: http://127.0.0.1:{self.port}", flush=True)

    # While it runs

    def watch(self, child: Child) -> None:
        child.start()
        self.selector.register(child.output, selectors.EVENT_READ, child)

    def forget(self, child: Child) -> None:
        if child.process is not None and child.process.stdout is not None:
            self.unregister(child)
            child.close()

    def unregister(self, child: Child) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self.selector.unregister(child.output)

    def pump(self, done: Callable[[], bool]) -> None:
        """Pass on lines and mend what died, until `done`; raises Stopping once somebody asked for it."""
        while not done():
            if self.asked:
                raise Stopping
            self.pass_lines(0.2)
            self.mend_servers()
            for child in self.children:
                self.mend(child)

    def pass_lines(self, seconds: float) -> None:
        for key, _ in self.selector.select(seconds):
            if not key.data.drain():
                self.selector.unregister(key.fd)

    def read_out(self, child: Child) -> None:
        """The last lines of a child that has ended; a grandchild that holds the pipe is not waited for."""
        end = time.monotonic() + 0.2
        while child.process is not None and time.monotonic() < end and child.drain():
            time.sleep(0.01)
        self.unregister(child)

    def mend(self, child: Child) -> None:
        if child.running:
            return
        if child.process is not None:
            self.read_out(child)
            code = child.bury()
            pause = max(child.again_at - time.time(), 0)
            say(NAME, f"{child.name} ended ({ending(code)}); starting it again in {pause:.1f} s")
        elif time.time() >= child.again_at:
            self.watch(child)

    def mend_servers(self) -> None:
        for place, server in enumerate(self.servers):
            if server.process.poll() is not None:
                self.servers[place] = self.start_again(server)

    def start_again(self, server: Server) -> Server:
        """A new server in place of one that died; a start that fails counts as a death too."""
        if time.monotonic() - server.started > STEADY_SECONDS:
            self.server_deaths[server.name] = 0
        why = f"ended ({ending(server.process.returncode)})"
        start = embedded.start_postgres if server.name == "postgres" else embedded.start_valkey
        while True:
            self.server_deaths[server.name] += 1
            if self.server_deaths[server.name] > SERVER_DEATHS:
                self.fail(f"{server.name} {why} after {SERVER_DEATHS} new starts: stopping everything")
                raise Stopping
            say(NAME, f"{server.name} {why}; starting it again ({self.server_deaths[server.name]} of {SERVER_DEATHS})")
            try:
                return start(self.data)
            except StartError as error:
                why = str(error)

    # Stop

    def stop(self) -> None:
        """Apps first, so that what they have in flight can still be written; then the broker, then the database."""
        self.asked = min(self.asked, 1)
        for child in self.children:
            child.send(signal.SIGTERM)
        end = time.monotonic() + APP_SECONDS
        while any(child.running for child in self.children) and time.monotonic() < end and self.asked < 2:
            self.pass_lines(0.05)
        for child in self.children:
            if child.running:
                say(NAME, f"{child.name} did not end in time: killed")
            child.sweep_group()
            self.reap(child)
        for server in reversed(self.servers):
            server.stop(timeout=1.2)
        say(NAME, "stopped")

    def reap(self, child: Child) -> None:
        if child.process is not None:
            child.process.wait()
            self.read_out(child)
            child.close()


def open_port(port: int) -> socket.socket:
    """Hold the port ourselves: whoever restarts, callers wait in line instead of being refused."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    end = time.monotonic() + PORT_SECONDS
    while True:
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(2048)
            return listener
        except PermissionError:
            raise StartError(f"Port {port} is for root only: set PORT to one above 1023.") from None
        except OSError as error:
            if time.monotonic() > end:
                raise StartError(
                    f"Port {port} cannot be used ({error.strerror}): stop what listens there, or set PORT to another."
                ) from None
            time.sleep(0.1)


def ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"
