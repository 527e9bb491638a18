"""The roster of a division at one version: groups, people, hours, limits, skills; kept until it changes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Min, Q

from leads.conditions.facts import fold_text
from reps import availability, ramp, schedule
from reps.models import Group, Membership, Rep, RepSkill, TerritoryCover
from reps.models.caps import PERIODS
from routing.assign.turn import Turn
from routing.engine import world as w
from routing.engine.ruleset import RuleSetError, parse_escalation, parse_steps
from routing.models import RoutingPause
from routing.snapshot.territories import territories_of

# A roster read is used again by the same process until it changes, for this long at most: its duty looks so far ahead.
_FRESH = timedelta(minutes=10)


@dataclass(slots=True)
class Roster:
    """What is known of a division's roster at one version: filled group by group as leads touch them."""

    version: int
    until: datetime
    territories: tuple[w.Territory, ...]
    paused: frozenset[int] = frozenset()
    groups: dict[int, w.Group] = field(default_factory=dict)
    reps: dict[int, w.Rep] = field(default_factory=dict)
    prints: dict[int, int] = field(default_factory=dict)  # group -> its print, filled as decisions refer to them
    wait_alerts: dict[int, int] = field(default_factory=dict)  # group -> minutes
    hours: dict[int, tuple[schedule.Span, ...]] = field(default_factory=dict)  # group -> when anybody is on duty
    asks_last_owner: bool = False
    asked: set[int] = field(default_factory=set)
    asked_reps: set[int] = field(default_factory=set)


_rosters: dict[int, Roster] = {}


def roster_of(held: Turn) -> Roster:
    """The division's roster as it stands under the turn."""
    known = _rosters.get(held.division)
    if known is None or known.version != held.roster or not held.now < known.until:
        known = Roster(
            held.roster,
            _fresh_until(held.now),
            territories_of(held.division, held.now),
            _paused(held.division),
            asks_last_owner=_ask_last_owner(held.division),
        )
        _rosters[held.division] = known
    return known


def forget(division_id: int) -> None:
    """Read the roster afresh next time: what a transaction that failed printed is not there."""
    _rosters.pop(division_id, None)


def roster_now(division_id: int, now: datetime) -> Roster:
    """The roster read afresh, outside of any turn: to look, not to decide."""
    return Roster(0, now, territories_of(division_id, now), _paused(division_id))


def _fresh_until(now: datetime) -> datetime:
    """The next instant at which a membership or a cover begins or ends by itself."""
    edges = [now + _FRESH]
    for model in (Membership, TerritoryCover, RepSkill):
        rows = model.objects.aggregate(
            starts=Min("starts_at", filter=Q(starts_at__gt=now)), ends=Min("ends_at", filter=Q(ends_at__gt=now))
        )
        edges += [at for at in rows.values() if at is not None]
    return min(edges)


def _ask_last_owner(division_id: int) -> bool:
    """Does some group share by who last worked with the person?"""
    bodies = Group.objects.filter(division=division_id, active=True).values_list("steps", flat=True)
    return any(getattr(step.options, "returning", False) for body in bodies for step in _steps(body) or ())


def _paused(division_id: int) -> frozenset[int]:
    """The groups whose routing somebody paused."""
    rows = RoutingPause.objects.filter(division=division_id, ends_at=None).exclude(group=None)
    return frozenset(rows.values_list("group_id", flat=True))


def load_groups(roster: Roster, groups: Iterable[int], now: datetime) -> None:
    """Read those of the groups that were not read yet, with their people."""
    missing = sorted(set(groups) - roster.asked)
    if not missing:
        return
    roster.asked.update(missing)
    places: dict[int, list[Membership]] = {}
    rows = (
        Membership.objects.at(now)
        .filter(group__in=missing, rep__active=True, rep__user__is_active=True)
        .order_by("group", "rep")
    )
    for place in rows:
        places.setdefault(place.group_id, []).append(place)
    members = {group: members_of(found) for group, found in places.items()}
    for row in Group.objects.filter(pk__in=missing, active=True):
        steps, escalation = _steps(row.steps), _escalation(row.escalation)
        if steps is not None:
            roster.wait_alerts[row.pk] = row.wait_alert
            roster.groups[row.pk] = w.Group(
                row.pk,
                members.get(row.pk, ()),
                steps,
                row.respond_within * 60,
                row.clock,
                escalation,
                w.OnReturn(row.on_return),
                row.repay_per_day,
                row.count_accounts,
                row.pk in roster.paused,
                row.pool != Group.Pool.NONE,
                row.even_percent,
            )
    load_reps(roster, {m.rep for found in members.values() for m in found}, now)


def members_of(places: Sequence[Membership]) -> tuple[w.Member, ...]:
    """The members of one group: weights and limits as they count at this instant."""
    return tuple(
        w.Member(one.rep_id, weight, one.tier, ramp.limited(one.cap_open, one.percent), limits_of(one))
        for one, weight in zip(places, ramp.weights(places), strict=True)
    )


def _steps(body: object) -> tuple[w.Step, ...] | None:
    """The group's default steps; with unreadable ones (the admin refuses them) the group counts as missing."""
    try:
        return parse_steps(body)
    except RuleSetError:
        return None


def _escalation(body: object) -> tuple[w.Stage, ...]:
    try:
        return parse_escalation(body)
    except RuleSetError:
        return ()


def load_reps(roster: Roster, reps: Iterable[int], now: datetime) -> None:
    """Read those of the reps that were not read yet, with their backups."""
    missing = set(reps) - roster.asked_reps
    if not missing:
        return
    rows = {r.pk: r for r in Rep.objects.filter(pk__in=missing, active=True, user__is_active=True)}
    backups = {r.backup_id for r in rows.values() if r.backup_id} - roster.asked_reps - missing
    rows |= {r.pk: r for r in Rep.objects.filter(pk__in=backups, active=True, user__is_active=True)}
    roster.asked_reps.update(missing, backups)
    found = availability.calendars(rows, since=now - timedelta(days=1), until=now + availability.HORIZON)
    skills = _skills(rows, now)
    limited = _limited(rows, now)
    for pk, row in rows.items():
        calendar = found[pk]
        absences = tuple(w.Absence(a.start, a.end, w.AbsenceKind(a.kind)) for a in calendar.absences)
        limits = limits_of(row)
        roster.reps[pk] = w.Rep(
            pk,
            calendar.shifts,
            absences,
            row.cap_open,
            row.backup_id,
            limits,
            edges_of(row, {limit.period for limit in limits if not limit.rolling} | limited.get(pk, set()), now),
            frozenset(skills.get(pk, ())),
        )


def limits_of(row: Membership | Rep) -> tuple[w.Limit, ...]:
    """The limits over time that a membership or a rep has."""
    return tuple(
        w.Limit(period, most, row.caps_rolling)
        for period in PERIODS
        if (most := ramp.limited(getattr(row, f"cap_{period}"), getattr(row, "percent", ramp.FULL))) is not None
    )


def edges_of(rep: Rep, periods: Collection[str], now: datetime) -> dict[str, tuple[datetime, ...]]:
    """When these periods begin by the rep's calendar, from the one in force until the roster is read again."""
    horizon = (now, now + _FRESH * 2)
    return {name: schedule.calendar_edges(zone=rep.time_zone, period=name, horizon=horizon) for name in periods}


def _limited(reps: Iterable[int], now: datetime) -> dict[int, set[str]]:
    """The periods of the calendar in which some membership limits a rep."""
    asked = Q(caps_rolling=False)
    asked &= (
        Q(cap_hour__isnull=False) | Q(cap_day__isnull=False) | Q(cap_week__isnull=False) | Q(cap_month__isnull=False)
    )
    found: dict[int, set[str]] = {}
    for row in Membership.objects.at(now).filter(asked, rep__in=reps):
        found.setdefault(row.rep_id, set()).update(limit.period for limit in limits_of(row))
    return found


def _skills(reps: Iterable[int], now: datetime) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = RepSkill.objects.at(now).filter(rep__in=reps).values_list("rep_id", "skill__kind", "skill__value")
    for rep, kind, value in rows:
        found.setdefault(rep, set()).add(f"{kind}:{fold_text(value)}")
    return found


def with_backups(roster: Roster, people: Iterable[int]) -> set[int]:
    """The people and who stands in for them, as far as they are known."""
    known = {pk for pk in people if pk in roster.reps}
    backups = {roster.reps[pk].backup for pk in known} - {None}
    return known | {pk for pk in backups if pk in roster.reps}


def hours_of(roster: Roster, group: int) -> tuple[schedule.Span, ...]:
    """When anybody of the group is on duty; worked out once for a roster."""
    if group not in roster.hours:
        people = [roster.reps[member.rep] for member in roster.groups[group].members if member.rep in roster.reps]
        roster.hours[group] = schedule.merge(span for rep in people for span in duty_of(rep))
    return roster.hours[group]


def duty_of(rep: w.Rep) -> list[schedule.Span]:
    """The rep's spells of duty, absences taken out."""
    return list(zip(rep.changes[::2], rep.changes[1::2], strict=True))
