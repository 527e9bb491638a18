"""One child process under the supervisor: its lines, its deaths, and when it may be started again."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from config.run.spawn import spawn

NAME_WIDTH = 8
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY_SECONDS = 60  # having lived this long, a child has made good for its former deaths


def say(name: str, line: str) -> None:
    """Print one line under the name of the process it comes from; a closed terminal is no reason to fall."""
    try:
        print(f"{name:<{NAME_WIDTH}} | {line}", flush=True)
    except BrokenPipeError:
        mute()


def mute() -> None:
    """Send what we print nowhere from here on."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Child:
    """A process that is started again, later each time, until told to stop."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        death_signal: signal.Signals = signal.SIGKILL,  # without us no server is left, so nothing is worth waiting for
        keep: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.command = command
        self.cwd = cwd
        self.death_signal = death_signal
        self.keep = keep
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.deaths = 0
        self.again_at = 0.0
        self._rest = b""

    def start(self) -> None:
        self.process = spawn(
            self.command, death_signal=self.death_signal, output=subprocess.PIPE, cwd=self.cwd, keep=self.keep
        )
        self.started = time.time()
        os.set_blocking(self.output, False)

    @property
    def output(self) -> int:
        if self.process is None or self.process.stdout is None:
            raise RuntimeError(f"{self.name} was never started")
        return self.process.stdout.fileno()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def drain(self) -> bool:
        """Pass on the whole lines that are there; False once no more can come."""
        try:
            chunk = os.read(self.output, 65536)
        except BlockingIOError:
            return True
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if not chunk and self._rest:
            lines, self._rest = [self._rest], b""
        for line in lines:
            say(self.name, line.decode(errors="replace").rstrip("\r"))
        return bool(chunk)

    def bury(self) -> int:
        """Take note of a death and say when the next try is due; answers the exit code."""
        if self.process is None or self.process.returncode is None:
            raise RuntimeError(f"{self.name} is alive")
        code = self.process.returncode
        self.sweep_group()
        self.close()
        self.deaths = 1 if time.time() - self.started > STEADY_SECONDS else self.deaths + 1
        self.again_at = time.time() + min(FIRST_PAUSE * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        return code

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def sweep_group(self) -> None:
        """Kill what the process left of its own session (a pool whose head was killed)."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
