"""Availability: only those who are on duty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from routing.engine.slate import Chosen, Slate
from routing.engine.strategy import Asks, Part, Phrase, Strategy
from routing.engine.trace import Code, Reason, iso, reason
from routing.engine.world import Lead, Member, Rep, World


@dataclass(frozen=True, slots=True)
class AvailabilityOptions:
    """What counts as there, and who may stand in.

    `back_within_minutes`: when nobody is there, whoever is back soonest within this time. `there`: on shift (shift),
    seen on a page within `active_minutes` (active), or one of both (either); time off and switched off always count.
    """

    back_within_minutes: int | None = field(default=None, metadata={"low": 1, "high": 10_080})
    there: str = field(default="shift", metadata={"choices": ("shift", "active", "either")})
    active_minutes: int = field(default=10, metadata={"low": 2, "high": 1440})


class Availability(Strategy[AvailabilityOptions]):
    """Leaves out who is off shift, on leave, on a public holiday or paused.

    Best for global teams and high volume. If nobody is on duty, nobody is left and the rule's "if nobody can take it"
    applies, unless the rep who is back soonest may stand in. Teams without fixed hours can ask for reps who are at
    work on a page instead of on shift.
    """

    name = "availability"
    part = Part.NARROW
    Options = AvailabilityOptions
    EXAMPLE: ClassVar = {"back_within_minutes": 120}

    def says(self, options: AvailabilityOptions) -> Phrase:
        active = (("active", options.active_minutes),) if options.there != "shift" else ()
        if options.back_within_minutes is None:
            return Phrase(f"step.availability_{options.there}", active)
        return Phrase(
            f"step.availability_{options.there}_back_within", (*active, ("minutes", options.back_within_minutes))
        )

    def asks(self, options: AvailabilityOptions) -> frozenset[Asks]:
        return frozenset() if options.there == "shift" else frozenset({Asks.SEEN})

    def narrow(self, slate: Slate, lead: Lead, world: World, options: AvailabilityOptions) -> Slate:
        out = _off_duty(slate, world.reps)
        if options.there != "shift":
            out = _inactive(slate, world, out, options)
        narrowed = slate.without(out)._replace(duty_asked=True, duty_from=len(slate.dropped))
        if narrowed.standing or options.back_within_minutes is None:
            return narrowed
        soonest = _soonest(slate, world, slate.at + timedelta(minutes=options.back_within_minutes))
        if soonest is None:
            return narrowed
        dropped = tuple(row for row in narrowed.dropped if row[0] != soonest.rep)
        why = reason(Code.BACK_SOONEST, next=iso(_back(world.reps.get(soonest.rep), slate.at)))
        chosen = Chosen(frozenset({soonest.rep}), why, why)
        return narrowed._replace(standing=(soonest,), dropped=dropped, chosen=chosen, untold=soonest.rep)


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


def _inactive(slate: Slate, world: World, out: dict[int, Reason], options: AvailabilityOptions) -> dict[int, Reason]:
    """The same where being at work on a page counts; who is away or switched off stays out whatever they do."""
    since = slate.at - timedelta(minutes=options.active_minutes)
    found: dict[int, Reason] = {}
    for member in slate.standing:
        why, seen = out.get(member.rep), world.seen.get(member.rep)
        shiftless = why is None or why.code in {Code.OFF_SHIFT, Code.NO_SHIFTS}
        if shiftless and seen is not None and seen >= since:
            continue
        if why is not None:
            found[member.rep] = why if options.there == "either" or not shiftless else _idle(seen)
        elif options.there == "active":
            found[member.rep] = _idle(seen)
    return found


def _idle(seen: datetime | None) -> Reason:
    return reason(Code.IDLE, seen=iso(seen))


def _soonest(slate: Slate, world: World, latest: datetime) -> Member | None:
    """Of those dropped for duty here, who is back first; ties by lowest number."""
    back = ((_back(world.reps.get(member.rep), slate.at), member) for member in slate.standing)
    soon = [(at, member.rep, member) for at, member in back if at is not None and at <= latest and member.weight > 0]
    return min(soon, key=lambda row: row[:2])[2] if soon else None


def _back(rep: Rep | None, at: datetime) -> datetime | None:
    return None if rep is None else rep.next_duty(at)


strategy = Availability()
