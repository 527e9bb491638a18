"""Least busy: whoever has the lowest share of their capacity filled."""

from __future__ import annotations

from routing.engine.slate import Chosen, Slate
from routing.engine.strategy import NoOptions, Part, Phrase, Strategy
from routing.engine.trace import Code, reason
from routing.engine.world import Lead, Member, World

# Shares of capacity are compared as whole numbers, so that no rounding can turn a tie.
SCALE = 10**9
LEAST, BUSIER = Code.LEAST_BUSY, Code.BUSIER


class LeastLoaded(Strategy[NoOptions]):
    """Each lead goes to whoever has the fewest open leads against what they may hold; ties by fair turns.

    Best where leads need very different time. What counts are the open leads of this group against its limit or, where
    the group sets none, all open leads against the rep's own limit. While somebody has no limit at all, plain numbers
    of open leads are compared. Who closes slowly gets less, so no fair share is promised; the ledger shows how far
    it goes.
    """

    name = "least_loaded"
    part = Part.SHARE
    Options = NoOptions

    def says(self, options: NoOptions) -> Phrase:
        return Phrase("step.least_loaded")

    def narrow(self, slate: Slate, lead: Lead, world: World, options: NoOptions) -> Slate:
        standing = [member for member in slate.best() if member.weight > 0]
        if not standing or slate.chosen_stands():
            return slate
        held = {member.rep: _held(member, slate, world) for member in standing}
        capped = all(most for _, most in held.values())
        busy = {
            rep: open_leads * SCALE // most if capped and most else open_leads
            for rep, (open_leads, most) in held.items()
        }
        least = min(busy.values())
        first = frozenset(rep for rep, filled in busy.items() if filled == least)
        each = {rep: reason(LEAST if rep in first else BUSIER, held=held[rep][0], most=held[rep][1]) for rep in busy}
        return slate._replace(equal=False, chosen=Chosen(first, reason(LEAST), reason(BUSIER), each))


def _held(member: Member, slate: Slate, world: World) -> tuple[int, int | None]:
    """Open leads, and how many may be: of the group where it sets a limit, else over all groups."""
    if member.cap is not None:
        return world.group_load.get((slate.group or 0, member.rep), 0), member.cap
    rep = world.reps.get(member.rep)
    return world.load.get(member.rep, 0), None if rep is None else rep.cap


strategy = LeastLoaded()
