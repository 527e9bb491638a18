"""Weighted: everybody by their weight in the group."""

from __future__ import annotations

from routing.engine.slate import Slate
from routing.engine.strategy import NoOptions, Part, Phrase, Strategy
from routing.engine.world import Lead, World


class Weighted(Strategy[NoOptions]):
    """Shares leads by the members' weights: a weight of 4 earns twice the leads of a weight of 2.

    Best for teams of mixed experience or working time. Weight 0 keeps the place and gets nothing. A changed weight
    counts from the next lead on.
    """

    name = "weighted"
    part = Part.SHARE
    Options = NoOptions

    def says(self, options: NoOptions) -> Phrase:
        return Phrase("step.weighted")

    def narrow(self, slate: Slate, lead: Lead, world: World, options: NoOptions) -> Slate:
        return slate._replace(equal=False) if slate.equal else slate


strategy = Weighted()
