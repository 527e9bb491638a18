"""Makes the invented company: users, reps with their weeks, groups, territories and accounts."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leads.models import Account
from reporting.demo import cast
from reps import schedule
from reps.models import Group, Membership, Pause, Preference, Rep, Shift, Territory, TerritoryCover, TimeOff, User

PAST = timedelta(days=90)
_SETTLED = timedelta(days=120)  # the team is older than its leads
_ALL_DAY = time(0)


@dataclass(frozen=True, slots=True)
class Team:
    """The rows by name (reps by first name)."""

    reps: dict[str, Rep]
    groups: dict[str, Group]
    head: User
    managers: dict[int, User]
    ops: User


def make_team(*, now: datetime, password: str, admin: bool) -> Team:
    """All rows of people and what they cover; `password` as it is kept, the same for all, an admin's too if any."""
    reps = {_first(p): _rep(p, password) for p in cast.REPS}
    groups, managers = {}, {}
    head = _user(cast.HEAD, password)
    for name, manager in cast.MANAGERS.items():
        groups[name] = _group(name)
        managers[groups[name].pk] = _user(manager, password)
        groups[name].managers.set([managers[groups[name].pk], head])
    _join(reps, groups, now)
    _plan_weeks(reps, now)
    _plan_absences(reps, now)
    _make_territories(reps, groups, now)
    _make_accounts(reps)
    _choose_quiet(reps)
    ops = _user(cast.OPS, password, is_ops=True)
    if admin:
        _user(cast.ADMIN, password, is_superuser=True)
    return Team(reps, groups, head, managers, ops)


def _choose_quiet(reps: dict[str, Rep]) -> None:
    """In the evening nobody hears that a customer wrote again; half of them are not reminded either."""
    quiet = {"quiet_from": time(20), "quiet_until": time(7)}
    Preference.objects.bulk_create(
        Preference(user=rep.user, kind=kind, channels=["email", "push", "slack"], quiet_days=list(range(7)), **quiet)
        for n, rep in enumerate(reps.values())
        for kind in ("again", *(("reminder",) if n % 2 else ()))
    )


def _first(person: cast.Person) -> str:
    return person.name.split()[0]


def _user(person: cast.Person, password: str, **roles: bool) -> User:
    return User.objects.create(email=person.email, name=person.name, time_zone=person.zone, password=password, **roles)


def _rep(person: cast.RepPerson, password: str) -> Rep:
    return Rep.objects.create(
        user=_user(person, password), time_zone=person.zone, country=person.country, cap_open=person.cap
    )


def _group(name: str) -> Group:
    steps: list[dict[str, Any]] = [
        {"strategy": name} for name in ("availability", "capacity", "not_again", "territory", "weighted")
    ]
    steps[3]["options"] = {"closest_first": False}
    blind = {"pool": Group.Pool.BLIND, "claims_per_day": 15} if name == cast.EUROPE else {}
    within = cast.RESPOND_WITHIN[name]
    silence = [{"after": within * 40, "do": "remind"}, {"after": within * 60, "do": "warn"}]
    return Group.objects.create(name=name, steps=steps, respond_within=within, escalation=silence, **blind)


def _join(reps: dict[str, Rep], groups: dict[str, Group], now: datetime) -> None:
    Membership.objects.bulk_create(
        Membership(group=groups[name], rep=reps[_first(p)], weight=p.weight, tier=p.tier, starts_at=now - _joined(p))
        for p in cast.REPS
        for name in p.groups
    )


def _joined(person: cast.RepPerson) -> timedelta:
    return _SETTLED if person.joined_days_ago is None else timedelta(days=person.joined_days_ago)


def _plan_weeks(reps: dict[str, Rep], now: datetime) -> None:
    """Everybody's week; who is on call works around the clock from today on."""
    today = now - timedelta(hours=3)
    rows = []
    for person in cast.REPS:
        rep, until = reps[_first(person)], today if person.on_call else None
        for day in map(int, person.days):
            begins, ends = time(person.begins), time(person.ends)
            rows.append(
                Shift(rep=rep, weekday=day, begins=begins, ends=ends, starts_at=now - _joined(person), ends_at=until)
            )
    for rep in (reps[_first(p)] for p in cast.REPS if p.on_call):
        rows += [Shift(rep=rep, weekday=day, begins=_ALL_DAY, ends=_ALL_DAY, starts_at=today) for day in range(7)]
    Shift.objects.bulk_create(rows)


def _plan_absences(reps: dict[str, Rep], now: datetime) -> None:
    """Past weeks off, one leave that lasts, one pause; and for the visitor, what is planned and who stands in."""
    week = timedelta(days=7)
    off = [(n, now - week * (3 + 2 * n)) for n in range(5)]
    away = [name for name in reps if name not in {_first(cast.VISITOR), "Callum"}]
    TimeOff.objects.bulk_create(TimeOff(rep=reps[away[n]], starts_at=at, ends_at=at + week) for n, at in off)
    leave = reps[cast.ON_LEAVE.split()[0]]
    TimeOff.objects.create(rep=leave, starts_at=now - timedelta(days=2), ends_at=now + timedelta(days=9))
    visitor = reps[_first(cast.VISITOR)]
    monday = schedule.instant(now.date() + timedelta(days=14 - now.weekday()), ZoneInfo(visitor.time_zone))
    TimeOff.objects.create(rep=visitor, starts_at=monday, ends_at=monday + timedelta(days=5))
    afternoon = monday + timedelta(days=8, hours=13)
    TimeOff.objects.create(rep=visitor, starts_at=afternoon, ends_at=afternoon + timedelta(hours=4), kind="other")
    Rep.objects.filter(pk=visitor.pk).update(backup=reps["Amara"])
    paused = reps[cast.PAUSED.split()[0]]
    Pause.objects.create(rep=paused, by=paused.user, starts_at=now - timedelta(hours=1))


def _make_territories(reps: dict[str, Rep], groups: dict[str, Group], now: datetime) -> None:
    for name, group, area, covers in cast.TERRITORIES:
        kind = "region" if "names" in area else "country"
        territory = Territory.objects.create(name=name, group=groups[group], market=[{"kind": kind, **area}])
        TerritoryCover.objects.bulk_create(
            TerritoryCover(territory=territory, rep=reps[first], starts_at=now - _SETTLED) for first in covers
        )


def _make_accounts(reps: dict[str, Rep]) -> None:
    Account.objects.bulk_create(
        Account(name=name, domain=f"{cast.slug(name)}.example", owner=reps[owner], tier=tier)
        for name, _country, owner, tier in cast.ACCOUNTS
    )
