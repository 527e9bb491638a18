"""Territory: only those who cover the lead's part of the market, the closest description first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from routing.engine.slate import Slate
from routing.engine.strategy import Part, Phrase, Strategy
from routing.engine.trace import Code, Reason, reason
from routing.engine.world import Lead, Member, World


@dataclass(frozen=True, slots=True)
class TerritoryOptions:
    """`closest_first`: who covers it by the more specific territory comes first (else all who cover it are equal)."""

    closest_first: bool = True


class Territory(Strategy[TerritoryOptions]):
    """Leaves out who does not cover the lead; of the others, the most specific territory comes first.

    Best for field and regional sales. From close to wide: postal range, city, region, country, market, world. Those
    of a wider territory take the lead only when nobody of a closer one is left.
    """

    name = "territory"
    part = Part.PREFER
    Options = TerritoryOptions
    EXAMPLE: ClassVar = {"closest_first": False}

    def says(self, options: TerritoryOptions) -> Phrase:
        return Phrase("step.territory_closest" if options.closest_first else "step.territory")

    def narrow(self, slate: Slate, lead: Lead, world: World, options: TerritoryOptions) -> Slate:
        closeness = _closeness(lead, world)

        def verdict(member: Member) -> Reason | None:
            return None if member.rep in closeness else reason(Code.NOT_IN_TERRITORY)

        covering = slate.drop(verdict)
        if not options.closest_first:
            return covering
        return covering.prefer(
            lambda member: -closeness[member.rep],
            lambda member: reason(Code.LESS_SPECIFIC_TERRITORY, level=closeness[member.rep]),
        )


def _closeness(lead: Lead, world: World) -> dict[int, int]:
    """Rep -> how closely the best of the territories they cover describes the lead."""
    found: dict[int, int] = {}
    for territory in world.territories:
        level = territory.specificity(lead.folded)
        if level:
            found.update({rep: level for rep in territory.reps if level > found.get(rep, 0)})
    return found


strategy = Territory()
