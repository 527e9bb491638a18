"""Load against capacity: how full reps are now, of the open leads they may hold.

Formula: open leads held now / most open leads allowed, over the reps with a limit (their own, else that of the only
group they are in). Open is a lead assigned, in a stage that counts as open load.

Caveats: it is of now, whatever the period. Reps without a limit have no figure.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leads.models import Lead
from reporting.metric import Answer, OwnMetric
from reporting.scope import Scope
from reps.models import Membership


def ask(*, scope: Scope, now: datetime, cut: str, **_: Any) -> Mapping[Any, Answer]:
    """For each rep, or all together."""
    rows = Membership.objects.at(now).filter(rep__active=True, group__active=True)
    if scope.groups is not None:
        rows = rows.filter(group__in=scope.groups)
    if scope.rep is not None:
        rows = rows.filter(rep=scope.rep)
    limits: dict[int, list[int | None]] = {}
    own: dict[int, int | None] = {}
    for rep, cap, group_cap in rows.values_list("rep", "rep__cap_open", "cap_open"):
        own[rep] = cap
        limits.setdefault(rep, []).append(group_cap)
    capacity = {rep: own[rep] or (caps[0] if len(caps) == 1 else None) for rep, caps in limits.items()}
    known = {rep: most for rep, most in capacity.items() if most}
    loads = Lead.objects.load(known)
    if cut == "rep":
        return {rep: _full(loads.get(rep, 0), most) for rep, most in known.items()}
    return {None: _full(sum(loads.values()), sum(known.values()))} if known else {}


def _full(load: int, most: int) -> Answer:
    return Answer(load / most, most, load)


metric = OwnMetric(name="load", ask=ask, cuts=frozenset({"all", "rep"}))
