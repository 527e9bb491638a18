"""Deliveries from outside: kept as they came, answered, then turned into leads, contacts and remarks, each once."""

from leads.inbound.again import replay
from leads.inbound.handle import handle, handle_due, overdue
from leads.inbound.keep import REFUSED_BYTES, TASK, Kept, came_of, keep, keep_refused, ring
from leads.inbound.source import may_send

__all__ = [
    "REFUSED_BYTES",
    "TASK",
    "Kept",
    "came_of",
    "handle",
    "handle_due",
    "keep",
    "keep_refused",
    "may_send",
    "overdue",
    "replay",
    "ring",
]
