"""Named rep: this one, or the backup when away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from routing.engine.slate import Slate
from routing.engine.strategy import Part, Phrase, Strategy
from routing.engine.trace import Code, Reason, reason
from routing.engine.world import Lead, Member, World


@dataclass(frozen=True, slots=True)
class FixedOptions:
    """`rep`: who gets the lead."""

    rep: int = field(metadata={"low": 1})


class Fixed(Strategy[FixedOptions]):
    """Everything goes to one rep; while on leave, on holiday or paused, to the rep's backup.

    Best where one person answers for a kind of lead: a partner's, a tender, a first customer.

    Off shift is not away: the lead waits in the rep's list until the next morning. Add the step "availability" to
    have it otherwise. Without a backup who is there, nobody is left.
    """

    name = "fixed"
    part = Part.NARROW
    Options = FixedOptions
    EXAMPLE: ClassVar = {"rep": 7}

    def says(self, options: FixedOptions) -> Phrase:
        return Phrase("step.fixed", (("rep", options.rep),))

    def narrow(self, slate: Slate, lead: Lead, world: World, options: FixedOptions) -> Slate:
        # Who is no member is nobody here: what is known of others depends on whom a batch is about.
        chosen = world.reps.get(options.rep) if any(m.rep == options.rep for m in slate.all) else None
        away = chosen.absence_at(slate.at) if chosen else None
        wanted = chosen.backup if chosen and away else options.rep
        why_not = away.reason() if away else reason(Code.REP_MISSING)

        def verdict(member: Member) -> Reason | None:
            if member.rep == wanted:
                return None
            return why_not if member.rep == options.rep else reason(Code.NOT_THE_NAMED_REP, rep=options.rep)

        # Of who was out before for another reason, the record would not know that they were away as well.
        hidden = away is not None and any(rep == options.rep and why.code != why_not.code for rep, why in slate.dropped)
        return slate.drop(verdict)._replace(untold=options.rep if hidden else slate.untold)


strategy = Fixed()
