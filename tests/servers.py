"""The pytest plugin that gives every run an embedded PostgreSQL and Valkey, unless DATABASE_URL or REDIS_URL is set.

They start before pytest-django reads the settings, once, in the controlling process; workers of pytest-xdist inherit
the environment. A killed run leaves no process behind, as the servers die with their parent.
"""

import atexit
import importlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from config.run import embedded

RUNNING: list[embedded.Server] = []
SECONDS = pytest.StashKey[float]()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        os.environ["REDIS_URL"] = own_keyspace(os.environ["REDIS_URL"], worker)
        return
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="fairlead-test-"))
    atexit.register(stop, folder)  # comes even where pytest gives up before its own closing hooks
    os.environ["DATA_DIR"] = str(folder)
    if not os.environ.get("DATABASE_URL"):
        start("DATABASE_URL", embedded.start_postgres(folder, options=embedded.IN_MEMORY))
    if not os.environ.get("REDIS_URL"):
        start("REDIS_URL", embedded.start_valkey(folder, durable=False))
    early_config.stash[SECONDS] = time.monotonic() - started


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """As wsgi and manage do: shared tasks find their broker. Not before, as this reads the settings."""
    importlib.import_module("config.celery")


def start(variable: str, server: embedded.Server) -> None:
    RUNNING.append(server)
    os.environ[variable] = server.url


def own_keyspace(url: str, worker: str) -> str:
    """The same server, another numbered database for each worker, so that caches and queues do not mix."""
    number = int(worker.removeprefix("gw")) % 15 + 1
    return f"{url.partition('?')[0]}?db={number}" if url.startswith("unix:") else f"{url.rstrip('/')}/{number}"


def pytest_report_header(config: pytest.Config) -> str | None:
    if SECONDS not in config.stash:
        return None
    names = ", ".join(server.name for server in RUNNING) or "none (DATABASE_URL and REDIS_URL are set)"
    return f"embedded servers: {names}; up in {config.stash[SECONDS]:.2f} s"


def stop(folder: Path) -> None:
    while RUNNING:
        RUNNING.pop().stop()
    shutil.rmtree(folder, ignore_errors=True)
