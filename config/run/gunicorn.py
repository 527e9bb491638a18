"""How gunicorn serves the pages: two processes of threads, sized to the database pool (threads + 2 connections)."""

import os
import signal
from typing import Any

os.environ["FAIRLEAD_PROCESS"] = "web"  # the settings give a database pool to this kind of process only

from config import env  # after the line above, which it reads
from config.run.spawn import die_with

bind = f"127.0.0.1:{env.PORT}"  # the supervisor hands over an open socket instead
workers = 2
threads = env.WEB_THREADS
worker_class = "gthread"
timeout = 60
graceful_timeout = 6  # within the ten seconds in which everything stops
keepalive = 5
loglevel = "warning"
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """A killed master leaves no worker behind, not even one that is in the middle of a request."""
    die_with(server.pid, signal.SIGKILL)
