"""Weighted: everybody by their weight in the group."""

from __future__ import annotations

from hashlib import blake2b

from routing.engine.slate import Chosen, Slate
from routing.engine.strategy import NoOptions, Part, Phrase, Strategy
from routing.engine.trace import Code, reason
from routing.engine.world import Lead, World

WHOLE = 100


class Weighted(Strategy[NoOptions]):
    """Shares leads by the members' weights: a weight of 4 earns twice the leads of a weight of 2.

    Best for teams of mixed experience or working time. Weight 0 keeps the place and gets nothing. A changed weight
    counts from the next lead on. A group whose weights follow output may keep some of 100 leads for an even share: the
    lead's number alone says which, and each of them is drawn by lot among those who could take it, so that what the
    weights bring can be measured.
    """

    name = "weighted"
    part = Part.SHARE
    Options = NoOptions

    def says(self, options: NoOptions) -> Phrase:
        return Phrase("step.weighted")

    def narrow(self, slate: Slate, lead: Lead, world: World, options: NoOptions) -> Slate:
        slate = slate._replace(equal=False) if slate.equal else slate
        group = world.groups.get(slate.group or 0)
        if group is None or not group.even_percent or slate.chosen_stands():
            return slate
        standing = sorted(member.rep for member in slate.best() if member.weight > 0)
        if not standing:
            return slate
        if not is_even(lead.id, group.even_percent):
            return slate._replace(even=False)
        # By lot, not by the ledger: what it owes comes from the weighted leads, and would weigh these, too.
        drawn = standing[_number(f"{lead.id}:{len(lead.barred)}") % len(standing)]
        why, others = (reason(code, percent=group.even_percent) for code in (Code.DRAWN_EVENLY, Code.NOT_DRAWN_EVENLY))
        return slate._replace(equal=True, even=True, chosen=Chosen(frozenset({drawn}), why, others))


def is_even(lead: int, percent: int) -> bool:
    """Whether the lead is one of those shared evenly: its number alone decides, whenever it comes and to whomever."""
    return _number(str(lead)) % WHOLE < percent


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8, person=b"even share").digest())


strategy = Weighted()
