"""Whether every process answers: asked again and again by the supervisor until it may say so."""

import http.client
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from config.run.child import Child

PATIENCE = 20.0  # seconds after which we say what we wait for
PAUSE = 0.25


class Readiness:
    """Asks the parts that have not answered yet; each needs to answer once since its process was started."""

    def __init__(self, *, port: int, data: Path, children: Mapping[str, Child], ping: Child) -> None:
        self.port = port
        self.data = data
        self.children = children
        self.ping = ping
        self.next_look = 0.0
        self.next_word = time.monotonic() + PATIENCE
        self.missing: dict[str, Callable[[], bool]] = {
            "web": self.web_answers,
            "worker": self.worker_answers,
            "beat": self.beat_writes,
            "sweeper": self.sweeper_beats,
        }

    def complete(self, *, say: Callable[[str], None]) -> bool:
        now = time.monotonic()
        if now < self.next_look:
            return False
        self.missing = {name: answers for name, answers in self.missing.items() if not self.answered(name, answers)}
        self.next_look = time.monotonic() + PAUSE
        if self.missing and now > self.next_word:
            say(f"waiting for: {', '.join(self.missing)}")
            self.next_word = now + PATIENCE
        return not self.missing

    def answered(self, name: str, answers: Callable[[], bool]) -> bool:
        return self.children[name].running and answers()

    def web_answers(self) -> bool:
        return self.get("/healthz")[0] == 200

    def worker_answers(self) -> bool:
        """The ping process ends well once the worker answered it."""
        return self.ping.process is not None and self.ping.process.poll() == 0

    def beat_writes(self) -> bool:
        """Beat writes its schedule file once it is up."""
        started = self.children["beat"].started
        return any(file.stat().st_mtime >= started - 1 for file in (self.data / "beat").iterdir())

    def sweeper_beats(self) -> bool:
        """A heartbeat younger than the process, not one of a former run."""
        if "web" in self.missing:
            return False
        _, answer = self.get("/readyz")
        age = answer.get("heartbeats", {}).get("sweeper")
        return age is not None and age <= time.time() - self.children["sweeper"].started

    def get(self, path: str) -> tuple[int, dict[str, dict[str, float | None]]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            connection.close()
