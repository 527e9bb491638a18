"""Where everybody of a group stands in the fair share: leads had, fair share, place in line."""

from dataclasses import dataclass
from datetime import datetime

from reps import availability, ramp
from reps.models import Group, Membership, Rep
from routing.engine.ledger import UNIT, split
from routing.models import Share


@dataclass(frozen=True, slots=True)
class Standing:
    """One member: leads received, the share they were entitled to, what they are owed, and their place in line."""

    rep: Rep
    had: int
    fair_share: float
    owed: float
    rank: int
    on_duty: bool


def standings(group: Group, *, now: datetime) -> list[Standing]:
    """All members with a weight, next in line first: whoever would be owed most if a lead came to all on duty now."""
    members = list(
        Membership.objects.at(now)
        .filter(group=group, rep__active=True, rep__user__is_active=True, weight__gt=0)
        .select_related("rep__user")
    )
    if not members:
        return []
    shares = {s.rep_id: s for s in Share.objects.filter(group=group).exclude(rep=None)}
    duty = availability.on_duty([m.rep_id for m in members], now)
    next_share = dict(zip((m.rep_id for m in members), split(tuple(ramp.weights(members))), strict=True))

    def line(member: Membership) -> tuple[bool, int, int, int]:
        share = shares.get(member.rep_id)
        owed = (share.balance if share else 0) + next_share[member.rep_id]
        return (member.rep_id not in duty, -owed, share.last_turn if share else 0, member.rep_id)

    found = []
    for rank, member in enumerate(sorted(members, key=line), start=1):
        share = shares.get(member.rep_id)
        had, balance = (share.received, share.balance) if share else (0, 0)
        found.append(Standing(member.rep, had, had + balance / UNIT, balance / UNIT, rank, member.rep_id in duty))
    return found


def place_of(group: Group, rep: Rep, *, now: datetime) -> Standing | None:
    """One rep's own place; None where the group has no turns for them."""
    return next((s for s in standings(group, now=now) if s.rep.pk == rep.pk), None)
