"""Deliveries from outside: kept as they came, answered, then turned into leads, contacts and remarks, each once."""

from leads.inbound.again import replay
from leads.inbound.handle import handle, handle_due, overdue
from leads.inbound.keep import REFUSED_BYTES, TASK, Kept, came_of, keep, keep_refused, ring

__all__ = [
    "REFUSED_BYTES",
    "TASK",
    "Kept",
    "came_of",
    "handle",
    "handle_due",
    "keep",
    "keep_refused",
    "overdue",
    "replay",
    "ring",
]
