"""Not again: never the rep who just let the lead time out, returned it or declined it."""

from __future__ import annotations

from routing.engine.slate import Slate
from routing.engine.strategy import NoOptions, Part, Phrase, Strategy
from routing.engine.trace import Code, Reason, reason
from routing.engine.world import Lead, World


class NotAgain(Strategy[NoOptions]):
    """Leaves out who had this lead before and let it time out, gave it back or declined it.

    Best together with response times that take a lead back, so that it does not bounce. Where nobody else is in the
    group, even they may have it: better late than never.
    """

    name = "not_again"
    part = Part.NARROW
    Options = NoOptions

    def says(self, options: NoOptions) -> Phrase:
        return Phrase("step.not_again")

    def narrow(self, slate: Slate, lead: Lead, world: World, options: NoOptions) -> Slate:
        if not lead.barred or all(member.rep in lead.barred for member in slate.all):
            return slate
        out: dict[int, Reason] = {m.rep: reason(Code.ALREADY_HAD_IT) for m in slate.standing if m.rep in lead.barred}
        return slate.without(out)


strategy = NotAgain()
