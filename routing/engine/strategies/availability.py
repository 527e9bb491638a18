"""Availability: only those who are on duty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing.engine.slate import Slate
from routing.engine.strategy import Phrase, Strategy
from routing.engine.trace import Code, Reason, reason
from routing.engine.world import Lead, Member, Rep, World


@dataclass(frozen=True, slots=True)
class AvailabilityOptions:
    """`back_within_minutes`: when nobody is on duty, whoever is back soonest within this time stands in."""

    back_within_minutes: int | None = field(default=None, metadata={"low": 1, "high": 10_080})


class Availability(Strategy[AvailabilityOptions]):
    """Leaves out who is off shift, on leave, on a public holiday or paused.

    Best for global teams and high volume. If nobody is on duty, nobody is left and the rule's "if nobody can take it"
    applies, unless the rep who is back soonest may stand in.
    """

    name = "availability"
    Options = AvailabilityOptions

    def says(self, options: AvailabilityOptions) -> Phrase:
        if options.back_within_minutes is None:
            return Phrase("step.availability")
        return Phrase("step.availability_back_within", (("minutes", options.back_within_minutes),))

    def narrow(self, slate: Slate, lead: Lead, world: World, options: AvailabilityOptions) -> Slate:
        reps = world.reps
        narrowed = slate.without(_off_duty(slate, reps))._replace(duty_asked=True)
        if narrowed.standing or options.back_within_minutes is None:
            return narrowed
        soonest = _soonest(slate, world, slate.at + timedelta(minutes=options.back_within_minutes))
        if soonest is None:
            return narrowed
        dropped = tuple(row for row in narrowed.dropped if row[0] != soonest.rep)
        return narrowed._replace(standing=(soonest,), dropped=dropped)


def _off_duty(slate: Slate, reps: Mapping[int, Rep]) -> dict[int, Reason]:
    """Those who do not work at this instant, and why."""
    at = slate.at
    out: dict[int, Reason] = {}
    for member in slate.standing:
        rep = reps.get(member.rep)
        why = reason(Code.REP_MISSING) if rep is None else rep.off_duty(at)
        if why is not None:
            out[member.rep] = why
    return out


def _soonest(slate: Slate, world: World, latest: datetime) -> Member | None:
    """Of those dropped for duty here, who is back first; ties by lowest number."""
    back = ((_back(world.reps.get(member.rep), slate.at), member) for member in slate.standing)
    soon = [(at, member.rep, member) for at, member in back if at is not None and at <= latest and member.weight > 0]
    return min(soon, key=lambda row: row[:2])[2] if soon else None


def _back(rep: Rep | None, at: datetime) -> datetime | None:
    return None if rep is None else rep.next_duty(at)


strategy = Availability()
