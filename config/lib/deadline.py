"""Ends work that burns the processor and does not stop by itself; waiting for the network costs nothing here."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TooLongError(Exception):
    """The work took more processor time than it was given."""


@contextmanager
def processor_seconds(seconds: float) -> Iterator[None]:
    """Raise TooLongError inside the block after so much processor time of this process.

    Only the main thread can be interrupted so; elsewhere the block simply runs, and whoever started the thread bounds
    it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise TooLongError(f"It took more than {seconds:g} s of the processor.")

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
