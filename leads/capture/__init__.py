"""Turns what came through a door into leads: kept raw, matched, made ready, never doubled."""

from leads.capture.batch import capture
from leads.capture.captured import Captured, Hand, NotCapturedError
from leads.capture.known import silent_of

__all__ = ["Captured", "Hand", "NotCapturedError", "capture", "silent_of"]
