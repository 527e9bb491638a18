"""Who could get a lead that a person must give away: duty, room, fair share, skills, and one of them suggested."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.conditions.facts import fold_text
from leads.models import Lead, LeadFacts
from reps import availability
from reps.models import Group, Rep, RepSkill
from routing import rulesets, standing
from routing.assign import queue
from routing.engine.decide import decide
from routing.engine.slate import Outcome
from routing.engine.world import Lead as EngineLead
from routing.models import Return
from routing.snapshot import roster_now, world_at

log = logging.getLogger(__name__)

# What of a lead a skill may fit where its kind is no field of the lead.
_ELSE = ("product_interest", "industry", "segment")


@dataclass(frozen=True, slots=True)
class Skilled:
    """One skill of a rep, and whether the lead asks for it."""

    kind: str
    value: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """One rep who could get it, in the group it would count in. `until`: the end of their duty, None without an end."""

    group: Group
    place: standing.Standing
    load: int
    until: datetime | None
    skills: tuple[Skilled, ...] = ()
    returned: bool = False  # they gave this very lead back

    @property
    def rep(self) -> Rep:
        """Who."""
        return self.place.rep

    @property
    def room(self) -> int | None:
        """How many more leads they may hold; None without a limit."""
        return None if self.rep.cap_open is None else max(0, self.rep.cap_open - self.load)

    @property
    def fits(self) -> tuple[Skilled, ...]:
        """What of theirs the lead asks for."""
        return tuple(skill for skill in self.skills if skill.fits)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Who might get it: `code` is the engine's reason where the rules would give it to them now, else empty."""

    candidate: Candidate
    code: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Those on duty, best first, those away, and who is suggested, if anybody."""

    here: tuple[Candidate, ...] = ()
    away: tuple[Candidate, ...] = ()
    suggested: Suggestion | None = None


def table(lead: Lead, groups: Sequence[Group], *, now: datetime) -> Table:
    """All who share in these groups, each once. Nothing is decided and nothing written."""
    places: dict[int, tuple[Group, standing.Standing]] = {}
    standings = standing.standings_of(groups, now=now)
    for group in groups:
        for place in standings[group.pk]:
            places.setdefault(place.rep.pk, (group, place))
    facts = lead.facts.order_by("-n").first()
    found = _candidates(lead, places, facts.folded if facts else {}, now)
    here = sorted((one for one in found if one.place.on_duty), key=_order)
    away = tuple(one for one in found if not one.place.on_duty)
    return Table(tuple(here), away, _suggestion(lead, facts, here, now=now))


def _candidates(
    lead: Lead, places: Mapping[int, tuple[Group, standing.Standing]], folded: Mapping[str, Any], now: datetime
) -> list[Candidate]:
    loads = Lead.objects.load(places)
    ends = _ends([pk for pk, (_group, place) in places.items() if place.on_duty], now)
    skills = _skills(places, folded, now)
    gave_back = set(Return.objects.filter(lead=lead).values_list("rep", flat=True))
    rows = [
        Candidate(group, place, loads.get(pk, 0), ends.get(pk), skills.get(pk, ()), pk in gave_back)
        for pk, (group, place) in places.items()
    ]
    return sorted(rows, key=lambda one: (one.place.rank, one.rep.pk))


def _order(one: Candidate) -> tuple[bool, bool, int, int, int]:
    """Room first, then what fits, then the line of the fair share; who gave it back is last."""
    return (one.returned, one.room == 0, -len(one.fits), one.place.rank, one.rep.pk)


def _ends(reps: Iterable[int], now: datetime) -> dict[int, datetime | None]:
    far = now + availability.HORIZON
    found: dict[int, datetime | None] = {}
    for pk, calendar in availability.calendars(reps, since=now, until=far).items():
        end = next((stop for start, stop in calendar.duty if start <= now < stop), None)
        found[pk] = end if end and end < far else None
    return found


def _skills(reps: Iterable[int], folded: Mapping[str, Any], now: datetime) -> dict[int, tuple[Skilled, ...]]:
    """Those the lead asks for first."""
    rows = RepSkill.objects.at(now).filter(rep__in=list(reps)).select_related("skill")
    found: dict[int, list[Skilled]] = {}
    for row in rows.order_by("skill__kind", "skill__value"):
        kind, value = row.skill.kind, row.skill.value
        # By the field of that name: "it" is a language and a country and an industry.
        fields = (kind,) if kind in folded else _ELSE
        fits = fold_text(value) in {fold_text(text) for key in fields for text in _texts(folded.get(key))}
        found.setdefault(row.rep_id, []).append(Skilled(kind, value, fits))
    return {rep: tuple(sorted(listed, key=lambda skill: not skill.fits)) for rep, listed in found.items()}


def _texts(value: object) -> list[str]:
    return [one for one in (value if isinstance(value, list | tuple) else [value]) if isinstance(one, str) and one]


def _suggestion(lead: Lead, facts: LeadFacts | None, here: Sequence[Candidate], *, now: datetime) -> Suggestion | None:
    """Whom the rules would give it to now, else the first with room; nobody who gave it back."""
    barred = frozenset(one.rep.pk for one in here if one.returned)
    try:
        ruled = _by_the_rules(lead, facts, barred, now) if facts and here else None
    except Exception:
        # What the rules fail at comes here, so here they must not be needed.
        log.exception("The rules could not be asked about lead %s", lead.pk)
        ruled = None
    if ruled:
        rep, code = ruled
        chosen = next((one for one in here if one.rep.pk == rep and not one.returned), None)
        if chosen:
            return Suggestion(chosen, code)
    first = here[0] if here else None
    return Suggestion(first) if first and first.room != 0 and not first.returned else None


def _by_the_rules(lead: Lead, facts: LeadFacts, barred: frozenset[int], now: datetime) -> tuple[int, str] | None:
    """The rep and the reason, decided by the version in force on the roster as it is."""
    version = rulesets.published(lead.division_id)
    if version is None:
        return None
    rules = rulesets.rules_of(version)
    last = queue.last_owner_of(lead.contact)
    asked = EngineLead(lead.pk, facts.facts, facts.folded, lead.account_id, barred, now, last)
    decision = decide(asked, world_at(roster_now(lead.division_id, now), now, (rules, [asked])), rules, at=now)
    if decision.outcome is not Outcome.ASSIGNED or decision.rep is None:
        return None
    return decision.rep, decision.reason.code.value
