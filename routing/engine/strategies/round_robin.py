"""Round robin: everybody the same, in turn."""

from __future__ import annotations

from routing.engine.slate import Slate
from routing.engine.strategy import NoOptions, Part, Phrase, Strategy
from routing.engine.world import Lead, World


class RoundRobin(Strategy[NoOptions]):
    """Shares leads equally: each goes to whoever is owed most, which is strict turn order while all are on duty.

    Best for inside sales of similar skill. Who is away neither earns nor pays, and gets no burst on return. A member
    with weight 0 keeps the place and gets nothing, here too.
    """

    name = "round_robin"
    part = Part.SHARE
    Options = NoOptions

    def says(self, options: NoOptions) -> Phrase:
        return Phrase("step.round_robin")

    def narrow(self, slate: Slate, lead: Lead, world: World, options: NoOptions) -> Slate:
        return slate if slate.equal else slate._replace(equal=True)


strategy = RoundRobin()
