"""Pool wait: how long leads lie in a pool until somebody claims them.

Formula: the median by Kaplan-Meier over the times a lead came into a pool in the period: the end is the claim. A lead
that still waits counts as waiting until now; one that left the pool in another way (given by hand, its time run out)
until then. Of a rep: the leads they claimed.

Caveats: wall clock, nights and weekends included. Who may yet claim from a blind pool is told no figure made of the
leads that wait in it. Interval as for speed to lead.
"""

from functools import partial

from leads.life import EventKind
from reporting.metric import OwnMetric
from reporting.scope import CUTS
from reporting.waits import waits

metric = OwnMetric(
    name="pool_wait",
    unit="seconds",
    cuts=frozenset(CUTS),
    ask=partial(waits, EventKind.POOLED, (EventKind.CLAIMED,)),
)
