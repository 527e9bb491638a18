"""By hand: a manager gives each lead to somebody."""

from __future__ import annotations

from routing.engine.slate import Ending, Outcome, Slate
from routing.engine.strategy import NoOptions, Part, Phrase, Strategy
from routing.engine.world import Lead, World


class Manual(Strategy[NoOptions]):
    """Nobody is chosen: the lead waits at To assign for a manager of the group, who sees who is on duty and next.

    Best for few leads of great value, and for the first weeks of a new team. Ends the steps: nothing may stand
    behind it. Steps before it show the manager who would be left.
    """

    name = "manual"
    part = Part.END
    Options = NoOptions

    def says(self, options: NoOptions) -> Phrase:
        return Phrase("step.manual")

    def narrow(self, slate: Slate, lead: Lead, world: World, options: NoOptions) -> Slate:
        return slate._replace(ending=Ending(Outcome.DESK, None))


strategy = Manual()
