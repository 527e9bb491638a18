"""Ends well once the worker named on the command line answers a ping: a process apart, so that we need no Celery."""

import sys
import time

from kombu.exceptions import OperationalError

from config.celery import app

PAUSE = 0.2


def main(worker: str) -> None:
    while True:
        try:
            if app.control.ping(destination=[worker], timeout=1.0):
                return
        except (OSError, OperationalError):  # the broker is being started again
            time.sleep(PAUSE)


if __name__ == "__main__":
    main(sys.argv[1])
