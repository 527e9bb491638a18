"""Which rules compare money, and which currencies of last month's leads they cannot see for want of a rate."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.fields.json import KeyTextTransform

from leads.conditions.facts import Type
from leads.life import Kind
from leads.models import LeadFacts
from leads.qualify.freeze import catalogue_of, read_catalogue
from reps.exchange import Rates
from reps.models import Division, Group
from routing.engine.ruleset import Rule, RuleSetError, To, parse, parse_steps
from routing.engine.world import Step
from routing.models import RuleSet
from routing.rulesets.draft import body_of
from routing.rulesets.matches import MOST, OVER

Steps = Sequence[Step]


def asks_money(rule: Rule, group_steps: Callable[[int], Steps]) -> bool:
    """By its condition or by a step; a rule without steps of its own takes those of its group."""
    if any(leaf.field.type is Type.MONEY for leaf in rule.condition.leaves()):
        return True
    to = rule.destination
    steps = rule.steps if rule.steps is not None else group_steps(to.id) if to.to is To.GROUP and to.id else ()
    return any(getattr(step.options, "deal_size_at_least", None) is not None for step in steps)


def without_rate(division_id: int, *, now: datetime) -> tuple[str, list[tuple[str, int]]]:
    """The base currency, and (currency, leads of the last 30 days) of those that have no rate to it today."""
    division = Division.objects.get(pk=division_id)
    rates, base = Rates.load(division_id), division.base_currency
    today = now.astimezone(ZoneInfo(division.time_zone)).date()
    return base, [
        (currency, count)
        for currency, count in currencies_since(division_id, since=now - OVER, now=now)
        if currency != base and rates.at(currency=currency, base=base, day=today) is None
    ]


def currencies_since(division_id: int, *, since: datetime, now: datetime) -> list[tuple[str, int]]:
    """Currencies of deals and how many leads came in each, the most first; of the newest, tests left out."""
    newest = (
        LeadFacts.objects.filter(at__gte=since, at__lte=now, lead__division=division_id)
        .exclude(lead__kind=Kind.TEST)
        .order_by("-at", "-pk")
        .values("pk")[:MOST]
    )
    rows = (
        LeadFacts.objects.filter(pk__in=newest, facts__has_key="deal_size")
        .annotate(currency=KeyTextTransform("currency", "facts__deal_size"))
        .values("currency")
        .annotate(n=Count("lead", distinct=True))
        .order_by("-n", "currency")
        .values_list("currency", "n")
    )
    return [(currency, n) for currency, n in rows if currency]


def rules_about_money(division_id: int) -> list[str]:
    """By name: those of drafts and of versions in force, each once."""
    steps = {group.pk: _steps_of(group) for group in Group.objects.filter(division=division_id)}
    now, names = catalogue_of(division_id), list[str]()
    for rule_set in RuleSet.objects.filter(division=division_id).select_related("published"):
        last = rule_set.published
        texts = [(body_of(rule_set), now), *([(last.body, read_catalogue(last.attributes))] if last else [])]
        for body, catalogue in texts:
            try:
                rules = parse(body, catalogue).rules
            except RuleSetError:
                continue
            names += [rule.name for rule in rules if asks_money(rule, lambda pk: steps.get(pk, ()))]
    return list(dict.fromkeys(names))


def _steps_of(group: Group) -> Steps:
    try:
        return parse_steps(group.steps)
    except RuleSetError:
        return ()
