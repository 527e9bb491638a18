"""Ties the worker's pool to its head: loaded by the worker (`-I`), so that a killed head leaves no pool behind."""

import os
import signal

from celery.signals import worker_process_init

from config.run.spawn import die_with


@worker_process_init.connect
def tie(**_kwargs: object) -> None:
    die_with(os.getppid(), signal.SIGKILL)
