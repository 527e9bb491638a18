"""Capacity: only those who are below their limits: of open leads, and of new leads in a period."""

from __future__ import annotations

from datetime import datetime

from routing.engine.slate import Slate
from routing.engine.strategy import NoOptions, Part, Phrase, Strategy
from routing.engine.trace import Code, Reason, reason
from routing.engine.world import ANY_GROUP, Lead, Member, Rep, World


class Capacity(Strategy[NoOptions]):
    """Leaves out who is at a limit: of open leads, or of new leads an hour, a day, a week, a month.

    Best where every lead needs lasting attention. Each limit may be set for a membership (leads of this group) and for
    the rep (over all groups). Periods are those of the rep's own calendar (a week begins on Monday), or roll with the
    clock (the last 60 minutes, 24 hours, 7 days, 30 days). No limit means none; a limit of 0 takes nothing. Every lead
    that was given counts: by rule, offer, claim or hand, also if it was put back or returned since.
    """

    name = "capacity"
    part = Part.NARROW
    Options = NoOptions

    def says(self, options: NoOptions) -> Phrase:
        return Phrase("step.capacity")

    def narrow(self, slate: Slate, lead: Lead, world: World, options: NoOptions) -> Slate:
        group, at = slate.group or 0, slate.at
        out: dict[int, Reason] = {}
        for member in slate.standing:
            why = at_cap(member, group, world, at)
            if why is not None:
                out[member.rep] = why
        return slate.without(out)


def at_cap(member: Member, group: int, world: World, at: datetime) -> Reason | None:
    """The first limit the member is at: of open leads, then over time; of this group before all groups."""
    number, most = member.rep, member.cap
    if most is not None and (held := world.group_load.get((group, number), 0)) >= most:
        return reason(Code.AT_CAP, cap="group", held=held, most=most)
    rep = world.reps.get(number)
    if rep is None:
        return None
    if rep.cap is not None and (held := world.load.get(number, 0)) >= rep.cap:
        return reason(Code.AT_CAP, cap="rep", held=held, most=rep.cap)
    return _over(member, rep, group, world, at) if member.limits or rep.limits else None


def _over(member: Member, rep: Rep, group: int, world: World, at: datetime) -> Reason | None:
    """The first limit over time that the rep is at: of this group, then over all groups."""
    for whose, key, limits in (("group", group, member.limits), ("rep", ANY_GROUP, rep.limits)):
        for limit in limits:
            count = world.counted(key, rep, limit, at)
            if count >= limit.most:
                return reason(Code.AT_CAP, cap=whose, held=count, most=limit.most, per=limit.period)
    return None


strategy = Capacity()
