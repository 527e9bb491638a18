"""Hold wait: how long leads are held because nobody may take them yet.

Formula: the median by Kaplan-Meier over the times a lead was held in the period (nobody on duty, everybody at a limit,
routing paused): the end is when it was assigned, offered, put into a pool, sent to be assigned by hand or turned away.
A lead still held counts as held until now.

Caveats: a lead held twice counts twice. Wall clock. Interval as for speed to lead.
"""

from functools import partial

from leads.life import EventKind
from reporting.metric import OwnMetric
from reporting.scope import CUTS
from reporting.waits import waits

_ENDS = (
    EventKind.ASSIGNED, EventKind.OFFERED, EventKind.POOLED, EventKind.DESK, EventKind.REJECTED, EventKind.HANDED_OVER,
    EventKind.CLAIMED,
)  # fmt: skip
metric = OwnMetric(name="hold_wait", unit="seconds", cuts=frozenset(CUTS), ask=partial(waits, EventKind.HELD, _ENDS))
