"""Capacity: only those who hold fewer open leads than their cap."""

from __future__ import annotations

from routing.engine.slate import Slate
from routing.engine.strategy import NoOptions, Phrase, Strategy
from routing.engine.trace import Code, Reason, reason
from routing.engine.world import Lead, Member, World


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

        def verdict(member: Member) -> Reason | None:
            if member.cap is not None:
                held = group_load.get((group, member.rep), 0)
                if held >= member.cap:
                    return reason(Code.AT_CAP, cap="group", held=held, most=member.cap)
            rep = reps.get(member.rep)
            if rep is not None and rep.cap is not None:
                held = load.get(member.rep, 0)
                if held >= rep.cap:
                    return reason(Code.AT_CAP, cap="rep", held=held, most=rep.cap)
            return None

        return slate.drop(verdict)


strategy = Capacity()
