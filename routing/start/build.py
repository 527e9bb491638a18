"""Makes what the first run was told: people, groups, rules that are published, and a web form that is open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from leads.forms import build as forms
from leads.models import Account, WebForm
from reps import groups
from reps.models import Division, Group, Rep, Shift, Territory, TerritoryCover, User
from routing import rulesets
from routing.models import RuleSet, RuleSetVersion
from routing.start.shapes import HOURS, SHAPES, Split

# Of a blind pool: who holds so many without a contact pulls no more.
_UNWORKED = 3


class AlreadyStartedError(Exception):
    """Rules are published; from then on they are changed under Rules."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who takes leads. `countries` (two letters each) and `domains` as the kind of team asks."""

    name: str
    email: str
    countries: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """A group to be."""

    name: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was told. `hours` is a key of HOURS; `split` tells two teams apart, by `employees` or `countries`."""

    shape: str
    teams: tuple[Team, ...]
    respond_within: int  # minutes
    hours: str
    time_zone: str
    split: Split = Split.SIZE
    employees: int = 0
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What stands now."""

    groups: list[Group]
    reps: list[Rep]
    version: RuleSetVersion
    form: WebForm


def has_started(division: Division) -> bool:
    """Whether rules decide already."""
    return rulesets.published(division.pk) is not None


@transaction.atomic
def build(*, wanted: Wanted, division: Division, by: User, now: datetime) -> Made:
    """All of it or nothing. Raises AlreadyStartedError where rules are published, GroupError where a name is taken."""
    division = Division.objects.select_for_update().get(pk=division.pk)
    if has_started(division):
        raise AlreadyStartedError
    Division.objects.filter(pk=division.pk).update(time_zone=wanted.time_zone)
    User.objects.filter(pk=by.pk, time_zone="UTC").update(time_zone=wanted.time_zone)
    people = {person.email: person for team in wanted.teams for person in team.people}
    reps = {email: _rep(person, wanted, division, now) for email, person in people.items()}
    made = [_group(team, wanted, reps, division, by=by, now=now) for team in wanted.teams]
    for group, team in zip(made, wanted.teams, strict=True):
        for person in team.people:
            _give_market(group, person, reps[person.email], SHAPES[wanted.shape].asks, now)
    version = _rules(wanted, division, made, by, now)
    return Made(made, list(reps.values()), version, _form(division, wanted))


def _group(team: Team, wanted: Wanted, reps: dict[str, Rep], division: Division, *, by: User, now: datetime) -> Group:
    shape = SHAPES[wanted.shape]
    terms = {"name": team.name, "respond_within": wanted.respond_within, "steps": list(shape.steps)}
    if shape.pool:
        terms |= {"pool": Group.Pool.BLIND, "claims_unworked": _UNWORKED}
    inside = [reps[person.email] for person in team.people]
    asked = groups.Wanted(terms, inside, [by])
    return groups.save(group=None, division=division, wanted=asked, read=groups.NEW, now=now)


def _rep(person: Person, wanted: Wanted, division: Division, now: datetime) -> Rep:
    """The rep this person is from now on; who signs in already keeps name and password."""
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User.objects.create_user(person.email, None, name=person.name, time_zone=wanted.time_zone)
    rep, new = Rep.objects.get_or_create(user=user, defaults={"division": division, "time_zone": wanted.time_zone})
    if new:
        hours = HOURS[wanted.hours]
        Shift.objects.bulk_create(
            Shift(rep=rep, weekday=day, begins=hours.begins, ends=hours.ends, starts_at=now) for day in hours.days
        )
    return rep


def _give_market(group: Group, person: Person, rep: Rep, asks: str, now: datetime) -> None:
    """A member's part of the market; in a team by countries, who names none covers the rest of the world."""
    if asks == "countries":
        area = {"kind": "country", "countries": list(person.countries)} if person.countries else {"kind": "world"}
        territory = Territory.objects.create(
            division_id=group.division_id, name=_free_name(group, rep), group=group, market=[area]
        )
        TerritoryCover.objects.create(territory=territory, rep=rep, starts_at=now)
    for domain in person.domains if asks == "domains" else ():
        name = domain.partition(".")[0].capitalize()
        Account.objects.update_or_create(
            division_id=group.division_id,
            domain=domain,
            defaults={"owner": rep},
            create_defaults={"owner": rep, "name": name},
        )


def _free_name(group: Group, rep: Rep) -> str:
    """Two of one name may work in one team."""
    taken = Territory.objects.filter(division=group.division_id, name=rep.name).exists()
    return f"{rep.name} ({rep.user.email})"[:100] if taken else rep.name[:100]


def _rules(wanted: Wanted, division: Division, groups: list[Group], by: User, now: datetime) -> RuleSetVersion:
    rule_set = RuleSet.objects.filter(division=division, runs_on=RuleSet.RunsOn.NEW).first()
    if rule_set is None:
        rule_set = RuleSet.objects.create(division=division, name=_("How we share new leads"))
    saved = rulesets.replace(
        rule_set=rule_set, revision=rule_set.revision, body={"rules": _bodies(wanted, groups), "bands": []}, by=by
    )
    return rulesets.publish(rule_set=saved, by=by, comment=_("The first rules, made by Start"), now=now)


def _bodies(wanted: Wanted, groups: list[Group]) -> list[dict[str, Any]]:
    *special, last = groups
    rules = [
        {"name": group.name, "condition": _condition(wanted), "destination": {"to": "group", "group": group.pk}}
        for group in special
    ]
    name = _("All others") if special else _("All leads")
    return [*rules, {"name": name, "condition": None, "destination": {"to": "group", "group": last.pk}}]


def _condition(wanted: Wanted) -> dict[str, Any]:
    if wanted.split is Split.COUNTRIES:
        return {"field": "country", "operator": "one_of", "value": list(wanted.countries)}
    return {"field": "employees", "operator": "at_least", "value": wanted.employees}


def _form(division: Division, wanted: Wanted) -> WebForm:
    """Open at once; it must be told what the rules ask about."""
    form = forms.new(name=_("Contact form"), pattern="contact", division=division)
    form.connection.active = True
    form.connection.source = _("Website")
    form.connection.save(update_fields=["active", "source"])
    by_country = SHAPES[wanted.shape].asks == "countries" or wanted.split is Split.COUNTRIES
    by_size = len(wanted.teams) > 1 and not by_country
    asked = [key for key, needed in (("country", by_country), ("employees", by_size)) if needed]
    for key in asked:
        forms.add(form=form, what=f"field:{key}")
    form.items.filter(key__in=asked).update(required=True)
    return form
