"""A real worker and a real sweeper beside a test, at the test's own database and broker."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]


class Processes:
    """They can be killed hard and started again."""

    def __init__(self) -> None:
        url = urlsplit(os.environ["DATABASE_URL"])
        database = urlunsplit(url._replace(path=f"/{settings.DATABASES['default']['NAME']}"))
        self.env = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        self.running: list[subprocess.Popen] = []

    def start(self) -> None:
        worker = ["-m", "celery", "-A", "config.celery", "worker", "-Q", "route,deliver,slow", "-c", "2", "-l", "ERROR"]
        for command in (worker, ["manage.py", "sweep"]):
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
            self.running.append(subprocess.Popen([sys.executable, *command], cwd=ROOT, env=self.env, **quiet))

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
