"""Makes the company's past: captures invented leads, tells their story until now, and writes all rows at once."""

import random
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.db import connection

from leads import seeds
from leads.arrival import Arrival
from leads.capture import capture
from leads.life import State
from leads.models import Connection, LeadFacts
from reporting.demo import cast
from reporting.demo.market import Market
from reporting.demo.places import BY_CODE
from reporting.demo.story import Story, Tale
from reporting.demo.team import PAST, Team
from reporting.demo.work import Rhythm
from reps import availability
from reps.models.division import SEEDED
from routing import history
from routing.assign import Turn
from routing.engine import world as w
from routing.models import RuleSetVersion
from routing.rulesets import rules_of
from routing.snapshot import whole_roster

SEED = 20_260_101
LEADS = 1500
_BATCH = 500
_WEEKDAYS = (1.05, 1.15, 1.1, 1.0, 0.85, 0.3, 0.2)
_GERMAN = ("DE", "AT", "CH")
_EUROPEAN = ("DE", "GB", "FR", "NL", "SE", "ES", "IT", "PL")
# How many minutes ago the visitor got the leads that wait for a first contact: two are overdue, one nearly.
_WAITING = (44, 24, 13, 8, 4, 1)
_QUIET_MINUTES = 60


@dataclass(slots=True)
class Scene:
    """A lead that stands where a visitor shall find it."""

    arrival: Arrival
    alone: bool = True
    returned: bool = False


def write_past(held: Turn, *, team: Team, version: RuleSetVersion) -> int:
    """All rows of ninety days; returns how many leads there are."""
    now = held.now
    market = Market(SEED)
    story = _story(team, version, now)
    scenes = [Scene(arrival, alone=False) for arrival in _ninety_days(market, now)] + _today(market, now)
    _bring(story, scenes, now)
    visitor = team.reps[cast.VISITOR.name.split()[0]].pk
    for minutes in _WAITING:
        at = now - timedelta(minutes=minutes)
        story.run(at)
        _bring_to(story, market, visitor, at, now)
    story.run(now)
    history.write(held, [tale.past for tale in story.tales], story.fold.shares())
    _date_back(now)
    return len(story.tales)


def _story(team: Team, version: RuleSetVersion, now: datetime) -> Story:
    roster = whole_roster(SEEDED, now=now)
    found = availability.calendars(roster.reps, since=now - PAST - timedelta(days=2), until=now + availability.HORIZON)
    reps = {
        pk: w.Rep(
            pk,
            found[pk].shifts,
            tuple(w.Absence(a.start, a.end, w.AbsenceKind(a.kind)) for a in found[pk].absences),
            rep.cap,
            rep.backup,
        )
        for pk, rep in roster.reps.items()
    }
    people = {team.reps[p.name.split()[0]].pk: p for p in cast.REPS}
    visitor = team.reps[cast.VISITOR.name.split()[0]].pk
    rhythm = Rhythm(people, quiet=visitor, quiet_since=now - timedelta(minutes=_QUIET_MINUTES))
    world = replace(roster, reps=reps)
    return Story(team=team, version=version, rules=rules_of(version), world=world, seed=SEED, work=rhythm)


def _ninety_days(market: Market, now: datetime) -> list[Arrival]:
    """Most on weekdays, most by day where they come from, a few more each week."""
    draw = random.Random(SEED)  # noqa: S311 - invented data, not secrets
    days = [(now - PAST + timedelta(days=n)).date() for n in range(PAST.days + 1)]
    weights = [_WEEKDAYS[day.weekday()] * (0.8 + 0.4 * n / len(days)) for n, day in enumerate(days)]
    first, last = now - PAST, now - timedelta(minutes=_QUIET_MINUTES)
    found = []
    for day in sorted(draw.choices(days, weights, k=LEADS)):
        arrival = market.lead(at=now)
        hour = min(23.9, max(0.1, draw.gauss(13.2, 3.3)))
        wall = datetime.combine(day, time(), zoneinfo.ZoneInfo(BY_CODE[arrival.country].zone))
        arrival.arrived_at = wall + timedelta(hours=hour)
        if first < arrival.arrived_at < last:
            found.append(arrival)
    return found


def _today(market: Market, now: datetime) -> list[Scene]:
    """What a visitor shall find: leads in the pool, at To assign, and fresh ones of everybody."""

    def ago(minutes: float) -> datetime:
        return now - timedelta(minutes=minutes)

    pool = [Scene(market.lead(at=ago(m), countries=_EUROPEAN, small=True)) for m in (3, 9, 21, 38, 55, 83, 140, 190)]
    desk = [
        Scene(market.lead(at=ago(m), countries=(c,), small=False)) for m, c in ((34, "AE"), (72, "KE"), (115, "ZA"))
    ]
    back = Scene(market.lead(at=ago(100), countries=("DE", "GB"), small=False), returned=True)
    fresh = [Scene(market.lead(at=ago(m), small=False), alone=False) for m in (2, 6, 10, 15, 19, 25, 31, 47)]
    return [*pool, *desk, back, *fresh]


def _bring_to(story: Story, market: Market, rep: int, at: datetime, now: datetime) -> None:
    """Leads of the rep's territory until the engine gives one to the rep: it is never told whom to choose."""
    for n in range(8):
        arrival = market.lead(at=at + timedelta(seconds=4 * n), countries=_GERMAN, small=False)
        (tale,) = _bring(story, [Scene(arrival, alone=False)], now)
        story.run(at + timedelta(seconds=4 * n + 3))
        if tale.standing.owner == rep:
            return


def _bring(story: Story, scenes: Sequence[Scene], now: datetime) -> list[Tale]:
    """Capture them through the very door leads come by, and let the story begin."""
    door = Connection.objects.select_related("division").get(division=SEEDED, kind=seeds.API)
    leads = []
    for start in range(0, len(scenes), _BATCH):
        part = scenes[start : start + _BATCH]
        leads += [c.lead for c in capture(connection=door, arrivals=[s.arrival for s in part], now=now)]
    facts = {f.lead_id: f for f in LeadFacts.objects.filter(lead__in=leads)}
    tales = []
    for scene, lead in zip(scenes, leads, strict=True):
        frozen = facts[lead.pk]
        standing = history.Standing(lead=lead.pk, state=State.READY.value, stage=story.stages["new"].pk)
        tale = Tale(
            lead=w.Lead(lead.pk, frozen.facts, frozen.folded, lead.account_id),
            facts_id=frozen.pk,
            arrived_at=lead.arrived_at,
            past=history.Past(standing),
            value=int(scene.arrival.deal_amount or 0),
            alone=scene.alone,
            returned=scene.returned,
        )
        story.arrive(tale)
        tales.append(tale)
    return tales


def _date_back(now: datetime) -> None:
    """What capture dated with the moment of writing happened when the lead arrived."""
    with connection.cursor() as cursor:
        for table, alias, column, join in (
            ("leads_leadfacts", "f", "at", "f.lead_id = l.id"),
            ("leads_intake", "i", "received_at", "i.lead_id = l.id"),
            ("leads_contact", "c", "created_at", "c.id = l.contact_id"),
        ):
            cursor.execute(
                f"UPDATE {table} {alias} SET {column} = l.arrived_at FROM leads_lead l"  # noqa: S608 - our own names
                f" WHERE {join} AND {alias}.{column} >= %s",
                [now],
            )
