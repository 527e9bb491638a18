"""Offer: the rep whose turn it is sees the lead for a while and accepts or declines; then the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from routing.engine.slate import Slate
from routing.engine.strategy import Part, Phrase, Strategy
from routing.engine.trace import Code, Reason, reason
from routing.engine.world import Lead, World


@dataclass(frozen=True, slots=True)
class OfferOptions:
    """`seconds`: how long the offer stands."""

    seconds: int = field(default=300, metadata={"low": 15, "high": 86_400})


class Offer(Strategy[OfferOptions]):
    """Whoever is next is asked first: accept within the time, or it goes to the next.

    Best where reps may say no. An offer is exclusive: nobody else sees the lead meanwhile. Who declined it or let it
    lapse is not asked again; if all have, the rule's "if nobody can take it" applies. An offer takes the turn, unless
    the group lets declining be free. Stands behind the way of sharing and ends the steps.
    """

    name = "offer"
    part = Part.END
    Options = OfferOptions
    EXAMPLE: ClassVar = {"seconds": 90}

    def says(self, options: OfferOptions) -> Phrase:
        return Phrase("step.offer", (("seconds", options.seconds),))

    def narrow(self, slate: Slate, lead: Lead, world: World, options: OfferOptions) -> Slate:
        out: dict[int, Reason] = {m.rep: reason(Code.DECLINED) for m in slate.standing if m.rep in lead.barred}
        return slate.without(out)._replace(offer=options.seconds)


strategy = Offer()
