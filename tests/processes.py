"""A real worker and a real sweeper beside a test, at the test's own database and broker."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import cache

ROOT = Path(__file__).resolve().parents[1]


class Processes:
    """They can be killed hard and started again."""

    def __init__(self) -> None:
        url = urlsplit(os.environ["DATABASE_URL"])
        database = urlunsplit(url._replace(path=f"/{settings.DATABASES['default']['NAME']}"))
        self.env = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        self.running: list[subprocess.Popen] = []

    def start(self, *more: str) -> None:
        """`more` are arguments of the worker."""
        cache.delete("heartbeat:sweeper")
        worker = [
            "-m",
            "celery",
            "-A",
            "config.celery",
            "worker",
            "-Q",
            "route,deliver,slow",
            "-c",
            "2",
            "-l",
            "ERROR",
            *more,
        ]
        for command in (worker, ["manage.py", "sweep"]):
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
            self.running.append(subprocess.Popen([sys.executable, *command], cwd=ROOT, env=self.env, **quiet))

    def wait_ready(self, seconds: float = 60) -> "Processes":
        """Both are up: the worker answers a ping, the sweeper has made a round."""
        end = time.monotonic() + seconds
        while not (cache.get("heartbeat:sweeper") and current_app.control.ping(timeout=0.5)):
            assert time.monotonic() < end, "worker or sweeper did not come up"
            time.sleep(0.1)
        return self

    def kill(self) -> None:
        for process in self.running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()


@pytest.fixture
def processes():
    made = Processes()
    yield made
    made.kill()
