"""Where everybody of a group stands in the fair share: leads had, fair share, place in line."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from reps import availability, ramp
from reps.models import Group, Membership, Rep
from routing.engine.ledger import UNIT, bounds, split
from routing.engine.ruleset import RuleSetError, on_the_ledger, parse_steps
from routing.models import LedgerEntry, Share


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
    return standings_of([group], now=now)[group.pk]


def standings_of(groups: Sequence[Group], *, now: datetime) -> dict[int, list[Standing]]:
    """The same of several groups, by group, in as many questions as of one."""
    members: dict[int, list[Membership]] = {group.pk: [] for group in groups}
    rows = Membership.objects.at(now).filter(
        group__in=groups, rep__active=True, rep__user__is_active=True, weight__gt=0
    )
    for member in rows.select_related("rep__user"):
        members[member.group_id].append(member)
    reps = {member.rep_id for found in members.values() for member in found}
    shares = {(s.group_id, s.rep_id): s for s in Share.objects.filter(group__in=groups).exclude(rep=None)}
    duty = availability.on_duty(reps, now)
    return {group: list(_in_line(found, shares, duty)) for group, found in members.items()}


def _in_line(
    members: Sequence[Membership], shares: Mapping[tuple[int, int | None], Share], duty: Collection[int]
) -> Iterator[Standing]:
    """The members of one group, next in line first."""
    if not members:
        return
    next_share = dict(zip((m.rep_id for m in members), split(tuple(ramp.weights(members))), strict=True))

    def line(member: Membership) -> tuple[bool, int, int, int]:
        share = shares.get((member.group_id, member.rep_id))
        owed = (share.balance if share else 0) + next_share[member.rep_id]
        return (member.rep_id not in duty, -owed, share.last_turn if share else 0, member.rep_id)

    for rank, member in enumerate(sorted(members, key=line), start=1):
        share = shares.get((member.group_id, member.rep_id))
        had, balance = (share.received, share.balance) if share else (0, 0)
        yield Standing(member.rep, had, had + balance / UNIT, balance / UNIT, rank, member.rep_id in duty)


def place_of(group: Group, rep: Rep, *, now: datetime) -> Standing | None:
    """One rep's own place; None where the group has no turns for them."""
    return next((s for s in standings(group, now=now) if s.rep.pk == rep.pk), None)


def places_of(groups: Sequence[Group], rep: Rep, *, now: datetime) -> list[tuple[Group, Standing]]:
    """The rep's own places, group by group, where they have one."""
    found = standings_of(groups, now=now)
    return [(group, one) for group in groups for one in found[group.pk] if one.rep.pk == rep.pk]


@dataclass(frozen=True, slots=True)
class Bound:
    """How far anybody of a group can ever be off, in leads; `returned` entries taken back add at most one lead each."""

    behind: float
    ahead: float
    members: int
    returned: int

    @property
    def told(self) -> tuple[float, float]:
        """Behind and ahead in tenths, rounded up: what is promised must hold."""
        return ceil(self.behind * 10) / 10, ceil(self.ahead * 10) / 10


_DECIDED = (LedgerEntry.Kind.SHARE, LedgerEntry.Kind.REVERSED, LedgerEntry.Kind.LEFT)
_MOVED_ELSE = [kind for kind in LedgerEntry.Kind if kind not in _DECIDED]


def bound_of(group: Group, *, now: datetime) -> Bound | None:
    """The bound that is proved for the group; None where something else than the ledger ever moved a balance.

    Whoever left, and comes back, counts as another: what they were owed stays with the house.
    """
    try:
        steps = parse_steps(group.steps)
    except RuleSetError:
        return None
    entries = LedgerEntry.objects.filter(group=group)
    if group.even_percent or not on_the_ledger(steps) or entries.filter(kind__in=_MOVED_ELSE).exists():
        return None
    now_in = set(Membership.objects.at(now).filter(group=group, weight__gt=0).values_list("rep_id", flat=True))
    ever = set(Share.objects.filter(group=group).exclude(rep=None).values_list("rep_id", flat=True)) | now_in
    left = Counter(entries.filter(kind=LedgerEntry.Kind.LEFT).values_list("winner", flat=True))
    members = sum(max(1, left[rep] + (rep in now_in)) for rep in ever)
    behind, ahead = bounds(members)
    return Bound(behind, ahead, members, entries.filter(kind=LedgerEntry.Kind.REVERSED).count())
