"""`make run` as a person meets it: it comes up, answers, stops on Ctrl-C, and survives being killed hard."""

import contextlib
import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.run.folder import socket_folder

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 90
PASSWORD = re.compile(r"    password  \S{16}$")


class Run:
    """One `python -m config.run` in a folder of its own, which every process it starts bears in its environment."""

    def __init__(self, data: Path, port: int, **env: str) -> None:
        self.data = data
        self.url = f"http://127.0.0.1:{port}"
        clean = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL", "PYTEST_XDIST_WORKER"}}
        if clean.get("DJANGO_SETTINGS_MODULE") == "config.settings.test":
            del clean["DJANGO_SETTINGS_MODULE"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.run"],
            cwd=ROOT,
            env={**clean, "DATA_DIR": str(data), "PORT": str(port), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self.news: queue.Queue[str | None] = queue.Queue()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            self.news.put(self.lines[-1])
        self.news.put(None)

    def wait_line(self, start: str, seconds: float = READY_SECONDS) -> str:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                line = self.news.get(timeout=0.5)
                if line is None:
                    break
                if line.startswith(start):
                    return line
        pytest.fail(f"no line {start!r}; what was printed:\n" + "\n".join(self.lines[-60:]))

    def ready(self) -> "Run":
        assert self.wait_line("ready:") == f"ready: {self.url}"
        return self

    def get(self, path: str) -> tuple[int, dict]:
        with urllib.request.urlopen(self.url + path, timeout=5) as response:
            return response.status, json.load(response)

    def is_healthy(self) -> bool:
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def interrupt(self) -> tuple[int, float]:
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        return self.end(), time.monotonic() - started

    def end(self, seconds: float = 30) -> int:
        """The exit code, once all it printed has been read."""
        code = self.process.wait(timeout=seconds)
        self.reader.join(timeout=5)
        return code

    def processes(self) -> dict[int, str]:
        """All living processes of this run, found by the data folder in their environment or command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                if f"DATA_DIR={self.data}\0".encode() in (entry / "environ").read_bytes() or (
                    str(self.data).encode() in command
                    # Valkey writes its title over its environment, and a long path has a short stand-in.
                    or str(socket_folder(self.data / "valkey")).encode() in command
                ):
                    found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        return {pid: command for pid, command in found.items() if command}

    def pid_of(self, part: str, seconds: float = 20) -> int:
        """The head of a kind of process, which may just be being started again."""
        end = time.monotonic() + seconds
        while True:
            found = [pid for pid, command in self.processes().items() if part in command]
            if found or time.monotonic() > end:
                return min(found)
            time.sleep(0.1)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def make(data: Path = tmp_path / "data", port: int | None = None, **env: str) -> Run:
        runs.append(Run(data, port or free_port(), **env))
        return runs[-1]

    yield make
    for run in runs:
        run.process.kill()
        run.end()
        run.process.stdout.close()
        sys.stdout.write("\n".join(run.lines[-60:]))  # pytest shows it where a test fails


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def gone(run: Run, seconds: float) -> dict[int, str]:
    """What is still alive after at most `seconds`."""
    end = time.monotonic() + seconds
    while run.processes() and time.monotonic() < end:
        time.sleep(0.1)
    return run.processes()


pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="these tests read /proc")


def test_run_comes_up_answers_and_stops_on_ctrl_c_with_nothing_left(start):
    run = start().ready()

    assert run.get("/healthz") == (200, {"status": "ok", "parts": {"database": "ok", "broker": "ok"}})
    for part in ("gunicorn", "celery", "beat", "sweep", "postgres", "valkey"):
        assert run.pid_of(part), part  # a busy machine may be just starting one of them again
    assert len([line for line in run.lines if PASSWORD.search(line)]) == 1

    code, seconds = run.interrupt()

    assert code == 0, run.lines[-30:]
    assert seconds < 10
    assert gone(run, 0.5) == {}


@pytest.mark.long
def test_run_killed_hard_leaves_nothing_and_the_next_start_keeps_everything(start, tmp_path):
    first = start().ready()
    assert len([line for line in first.lines if PASSWORD.search(line)]) == 1

    first.process.kill()
    first.end()

    assert gone(first, 10) == {}

    second = start(tmp_path / "data").ready()
    assert second.get("/healthz")[0] == 200
    assert not [line for line in second.lines if PASSWORD.search(line)], "the first admin was lost"
    assert second.interrupt()[0] == 0


@pytest.mark.long
def test_run_mends_what_is_killed_but_gives_up_on_a_database_that_keeps_dying(start):
    run = start().ready()

    os.kill(run.pid_of("celery -q -A config.celery worker"), signal.SIGKILL)
    run.wait_line("fairlead | worker ended (SIGKILL)")
    os.kill(run.pid_of("postgres -D"), signal.SIGKILL)
    run.wait_line("fairlead | postgres ended (SIGKILL)")

    steady = 0  # each web process may have a dead connection or two to find out about
    end = time.monotonic() + 30
    while steady < 10 and time.monotonic() < end:
        steady = steady + 1 if run.is_healthy() else 0
        time.sleep(0.05)
    assert steady == 10

    end = time.monotonic() + 60
    while run.process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(ProcessLookupError, ValueError):
            os.kill(run.pid_of("postgres -D", seconds=0), signal.SIGKILL)
        time.sleep(0.1)

    assert run.end() == 1
    assert any("after 3 new starts: stopping everything" in line for line in run.lines), run.lines
    assert gone(run, 0.5) == {}


def test_run_says_so_when_the_port_is_taken(start):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        run = start(port=other.getsockname()[1])

        assert run.end() == 1

    assert gone(run, 0.5) == {}
    assert len(run.lines) == 1
    assert "cannot be used" in run.lines[0]
    assert "PORT" in run.lines[0]


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"PORT": "eighty"}, "cannot be read"),
        ({"PORT": "70000"}, "between 1 and 65535"),
        ({"DATA_DIR": "/"}, "a folder of its own"),
        ({"DATA_DIR": "/dev/null"}, "a file is in its place"),
    ],
)
def test_run_refuses_bad_settings_in_one_line(start, env, words):
    run = start(**env)

    assert run.end() == 1

    assert [words in line for line in run.lines] == [True], run.lines
