"""Who earns a share while away: the members on time off of a group that makes up for it afterwards."""

from __future__ import annotations

from routing.engine.slate import Slate
from routing.engine.strategies import shelf
from routing.engine.strategy import Part
from routing.engine.trace import Code
from routing.engine.world import Group, Lead, Member, OnReturn, Step, World

TIME_OFF = frozenset({Code.ON_LEAVE, Code.PUBLIC_HOLIDAY, Code.PAUSED, Code.BUSY})
# What being there would have changed: everything else is asked of the absent too.
PRESENT = frozenset({"availability", "capacity", "not_again"})


def earning(slate: Slate, steps: tuple[Step, ...], group: Group, lead: Lead, world: World) -> tuple[Member, ...]:
    """Members on time off who would have stood among the winner's equals; nobody unless the group repays."""
    if group.on_return is not OnReturn.REPAY:
        return ()
    off = {rep for rep, why in slate.dropped if why.code in TIME_OFF}
    away = tuple(member for member in slate.all if member.rep in off and member.weight > 0)
    if not away:
        return ()
    best = slate.best()
    imagined = Slate(slate.at, slate.group, slate.all, tuple(sorted((*away, *best), key=lambda member: member.rep)))
    for step in steps:
        strategy = shelf()[step.strategy]
        if step.strategy not in PRESENT and strategy.part < Part.SHARE and step.strategy != "account":
            imagined = strategy.narrow(imagined, lead, world, step.options)
    standing = {member.rep for member in imagined.best()}
    return tuple(member for member in away if member.rep in standing)
