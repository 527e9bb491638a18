"""Rules that would have given leads as people gave them by hand: looked for, offered, put into the draft, put aside."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from leads.conditions import Catalogue, Field, Type, parse
from leads.life import Kind
from leads.models import Attribute, LeadFacts
from leads.qualify.freeze import catalogue_of
from reps.models import Group, Membership, User
from routing import rulesets, wording
from routing.engine.ruleset import LONGEST_NAME
from routing.hand_rules.mine import MOSTLY, Case, Finding, Question, mine
from routing.models import Assignment, Decision, HandRule, Rule, RuleSet, RuleSetVersion

OVER = timedelta(days=30)
MOST = 2000
_LOOKED_AT = 5000
# What a rule may be found about: nothing that tells who somebody is. Of questions that say the same the first is told.
_FIELDS = (
    "country", "language", "source", "channel", "campaign", "product_interest", "intent", "industry", "segment",
    "region", "known_account", "account_tier", "free_mail", "employees",
)  # fmt: skip
_SIZES = (10, 50, 100, 250, 500, 1000, 5000)
_SAID = ("lead", "rule", "rep", "group")
_BLIND = Q(lead__group__pool=Group.Pool.BLIND)  # what a blind pool hides is evidence to nobody


class GoneError(LookupError):
    """It is not offered any more: somebody has put it into the draft or aside, or its rep has left."""


_LOOKS = 0x0FA7  # the first key of the advisory lock of those who look; the second is the division


def by_hand(*, since: datetime) -> "QuerySet[Assignment]":
    """Spells that began because a person gave a lead that had no owner; not what a rep added and kept."""
    rows = Assignment.objects.filter(how=Assignment.How.MANUAL, starts_at__gte=since)
    rows = rows.exclude(lead__kind=Kind.TEST).filter(lead__merged_into=None)
    return rows.exclude(lead__sourced_by=F("rep"), lead__sourced_by__isnull=False)


@transaction.atomic
def find(*, division: int, now: datetime) -> int:
    """Look through what people gave in the last 30 days; what is found no more is offered no more. Returns how many.

    One at a time: who comes while another looks finds what that one finds.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOOKS, division])
        if not cursor.fetchone()[0]:
            return 0
    since = now - OVER
    spells = by_hand(since=since).filter(lead__division=division).exclude(_BLIND).order_by("-starts_at", "-pk")[:MOST]
    given = {lead: (rep, group) for lead, rep, group in spells.values_list("lead", "rep", "group")}
    facts = _facts_of(given)
    catalogue = catalogue_of(division)
    cases = [Case(facts[lead].folded, _went(*given[lead])) for lead in given if lead in facts]
    questions = list(_questions([row.facts for row in facts.values()], catalogue, _own(division)))
    found = [one for one in mine(cases, questions, places=_places(division, now)) if _works(one)]
    evidence = _Evidence(given, catalogue, since)
    marks = [mark for one in found if (mark := _keep(one, division, evidence, now))]
    _offer_again(division)
    HandRule.objects.filter(division=division, put_at=None, aside_at=None).exclude(mark__in=marks).delete()
    return len(marks)


def _offer_again(division: int) -> None:
    """What was put into the draft and taken out of it before anybody published it is on offer as before."""
    put_ = dict(HandRule.objects.filter(division=division, put_at__isnull=False).values_list("uid", "pk"))
    standing = Rule.objects.filter(rule_set__division=division, key__in=put_).values_list("key", flat=True)
    missing = put_.keys() - set(standing)
    versions = RuleSetVersion.objects.filter(rule_set__division=division)
    gone = [put_[key] for key in missing if not versions.filter(body__rules__contains=[{"key": str(key)}]).exists()]
    HandRule.objects.filter(pk__in=gone).update(put_at=None, by=None)


def divisions(*, now: datetime) -> list[int]:
    """Those in which anybody gave a lead by hand of late, or something is still offered."""
    gave = by_hand(since=now - OVER).order_by().values_list("lead__division", flat=True).distinct()
    open_ = HandRule.objects.filter(put_at=None, aside_at=None).order_by().values_list("division", flat=True)
    return sorted({*gave, *open_})


def put(*, offer: HandRule, by: User, now: datetime) -> tuple[RuleSet, str]:
    """Make it a rule of the draft, which decides nothing until it is published; the rule set and the rule's key.

    Raises GoneError; RuleSetError where it cannot be read any more.
    """
    with transaction.atomic():
        mine_ = HandRule.objects.filter(pk=offer.pk, put_at=None, aside_at=None)
        if not mine_.update(put_at=now, by=by):
            raise GoneError
        rule_set = rulesets.begin(
            division=offer.division_id, name=_("Rules for new leads"), rest=_("Everything else"), by=by
        )
        bodies = rulesets.body_of(rule_set)["rules"]
        key = str(offer.uid)  # so `find` sees whether it still stands
        if any(body["key"] == key for body in bodies):  # it was taken out, offered again, and brought back since
            return rule_set, key
        taken = {str(body["name"]).casefold() for body in bodies}
        to = {"to": "rep", "rep": offer.rep_id} if offer.rep_id else {"to": "group", "group": offer.group_id}
        rule = {"key": key, "name": _name(offer, taken), "condition": offer.condition, "destination": to}
        before = offer.ahead if any(body["key"] == offer.ahead for body in bodies) else ""
        return rulesets.put_rule(rule_set=rule_set, rule=rule, was=None, by=by, before=before), key


def put_aside(*, offer: HandRule, by: User, now: datetime) -> None:
    """Not this one. Raises GoneError."""
    if not HandRule.objects.filter(pk=offer.pk, put_at=None, aside_at=None).update(aside_at=now, by=by):
        raise GoneError


def bring_back(*, offer: HandRule) -> None:
    """Offer it again, as long as leads speak for it. Raises GoneError."""
    if not HandRule.objects.filter(pk=offer.pk, put_at=None, aside_at__isnull=False).update(aside_at=None, by=None):
        raise GoneError


def says(offer: HandRule, catalogue: Catalogue) -> str:
    """What its leads have in common, as plain text."""
    return wording.condition_text(parse(offer.condition, catalogue))


def _name(offer: HandRule, taken: set[str]) -> str:
    base = says(offer, catalogue_of(offer.division_id))[: LONGEST_NAME - 6]
    names = (base if n == 1 else f"{base} ({n})" for n in range(1, 5000))
    return next(name for name in names if name.casefold() not in taken)


def _facts_of(leads: Iterable[int]) -> dict[int, LeadFacts]:
    """The latest of each."""
    rows = LeadFacts.objects.filter(lead__in=list(leads)).order_by("lead", "n")
    return {row.lead_id: row for row in rows}


def _went(rep: int, group: int | None) -> frozenset[tuple[str, int]]:
    return frozenset({("rep", rep), *([("group", group)] if group else [])})


def _places(division: int, now: datetime) -> dict[str, int]:
    """How many reps and groups a lead could go to."""
    groups = Group.objects.filter(division=division, active=True)
    reps = Membership.objects.at(now).filter(group__in=groups, rep__active=True).values("rep").distinct()
    return {"rep": reps.count(), "group": groups.count()}


def _works(found: Finding) -> bool:
    """Whether a rule may send leads there today."""
    kind, number = found.place
    if kind == "group":
        return Group.objects.filter(pk=number, active=True).exists()
    return Membership.objects.filter(rep=number, rep__active=True, rep__user__is_active=True).exists()


def _own(division: int) -> frozenset[str]:
    """Attributes that are not personal."""
    return frozenset(Attribute.objects.filter(division=division, personal=False).values_list("key", flat=True))


def _questions(facts: Sequence[Mapping[str, Any]], catalogue: Catalogue, own: frozenset[str]) -> Iterable[Question]:
    """Whatever at least one lead answers with yes, field by field."""
    for key in (*_FIELDS, *sorted(own)):
        asked = catalogue.get(key)
        for tree in _trees(asked, [row[key] for row in facts if row.get(key) is not None]) if asked else ():
            yield Question(key, tree, parse(tree, catalogue).holds)


def _trees(asked: Field, values: Sequence[Any]) -> list[dict[str, Any]]:
    """The ways to ask a field, the most frequent value first."""
    match asked.type:
        case Type.NUMBER:
            if asked.key != "employees":
                return []
            sizes = [{"operator": "at_least", "value": size} for size in _SIZES]
            asks = [*sizes, *({"operator": "at_most", "value": size - 1} for size in _SIZES)]
        case Type.LIST:
            texts = Counter(one for value in values if isinstance(value, list) for one in value if isinstance(one, str))
            asks = [{"operator": "contains", "value": text} for text, _n in texts.most_common()]
        case Type.YES_NO:
            asks = [{"operator": "is", "value": value} for value in (True, False)]
        case Type.TEXT | Type.CHOICE | Type.COUNTRY:
            texts = Counter(value for value in values if isinstance(value, str) and value)
            asks = [{"operator": "is", "value": text} for text, _n in texts.most_common()]
        case _:
            return []
    return [{"field": asked.key, **ask} for ask in asks]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What a finding is held against: the leads given by hand, and all others since."""

    given: Mapping[int, tuple[int, int | None]]
    catalogue: Catalogue
    since: datetime


def _keep(found: Finding, division: int, evidence: _Evidence, now: datetime) -> str:
    """Write it, with fresh counts; what was put aside stays aside. Nothing, where it would take too much from rules."""
    tree, (kind, number) = found.tree, found.place
    ahead, also = _around(found, division, evidence)
    if found.given < MOSTLY * (found.leads + also):
        return ""
    text = json.dumps([tree, kind, number], sort_keys=True, ensure_ascii=True)
    mark = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    fresh = {"given": found.given, "leads": found.leads, "also": also, "ahead": ahead, "found_at": now}
    HandRule.objects.update_or_create(
        division_id=division,
        mark=mark,
        defaults=fresh,
        create_defaults={**fresh, "condition": tree, f"{kind}_id": number},
    )
    return mark


def _around(found: Finding, division: int, evidence: _Evidence) -> tuple[str, int]:
    """Before which rule it would have to stand, and how many leads it would take that rules gave to others.

    It stands before the first rule that sent one of its leads to a person; rules above that go on deciding.
    """
    fits = parse(found.tree, evidence.catalogue).holds
    rows = LeadFacts.objects.filter(at__gte=evidence.since, lead__division=division).exclude(_BLIND)
    newest = rows.exclude(lead__kind=Kind.TEST).order_by("-at", "-pk").values_list("lead_id", "folded")[:_LOOKED_AT]
    leads = {lead for lead, folded in newest if fits(folded)}
    said = Decision.objects.filter(lead__in=leads).order_by("lead", "at", "pk")
    decided = {lead: (rule, {"rep": rep, "group": group}) for lead, rule, rep, group in said.values_list(*_SAID)}
    order = [str(key) for key in _rules_of(division).values_list("key", flat=True)]
    sent = {decided[lead][0] for lead in leads & evidence.given.keys() if lead in decided}
    ahead = next((key for key in order if key in sent), "")
    behind = set(order[order.index(ahead) :]) if ahead else set(order[-1:])
    kind, number = found.place
    others = [decided[lead] for lead in leads - evidence.given.keys() if lead in decided]
    return ahead, sum(rule in behind and went[kind] != number for rule, went in others)


def _rules_of(division: int) -> "QuerySet[Rule]":
    return Rule.objects.filter(rule_set__division=division, rule_set__runs_on=RuleSet.RunsOn.NEW).order_by("position")
