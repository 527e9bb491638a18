"""Capacity: only those who hold fewer open leads than their cap."""

from __future__ import annotations

from routing.engine.slate import Slate
from routing.engine.strategy import NoOptions, Phrase, Strategy
from routing.engine.trace import Code, Reason, reason
from routing.engine.world import Lead, World


class Capacity(Strategy[NoOptions]):
    """Leaves out who holds as many open leads as allowed: in this group, or over all groups.

    Best where every lead needs lasting attention. No cap means no limit; a cap of 0 takes nothing.
    """

    name = "capacity"
    Options = NoOptions

    def says(self, options: NoOptions) -> Phrase:
        return Phrase("step.capacity")

    def narrow(self, slate: Slate, lead: Lead, world: World, options: NoOptions) -> Slate:
        group, reps, load, group_load = slate.group or 0, world.reps, world.load, world.group_load
        out: dict[int, Reason] = {}
        for member in slate.standing:
            number, most = member.rep, member.cap
            if most is not None and (held := group_load.get((group, number), 0)) >= most:
                out[number] = reason(Code.AT_CAP, cap="group", held=held, most=most)
                continue
            rep = reps.get(number)
            most = None if rep is None else rep.cap
            if most is not None and (held := load.get(number, 0)) >= most:
                out[number] = reason(Code.AT_CAP, cap="rep", held=held, most=most)
        return slate.without(out)


strategy = Capacity()
