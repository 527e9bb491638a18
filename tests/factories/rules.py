"""Rule sets, drafted and published."""

from django.utils import timezone

from routing import rulesets
from routing.models import Rule, RuleSet


def rule_set(*rules, name="Rules for new leads", bands=()):
    made = RuleSet.objects.create(name=name)
    for position, fields in enumerate(rules, start=1):
        made.rules.create(**{"position": position, "name": f"Rule {position}", **fields})
    for fields in bands:
        made.bands.create(**fields)
    return made


def rule(group=None, condition=None, **fields):
    return {"to": Rule.To.GROUP, "group": group, "condition": condition, **fields}


def publish(*rules, bands=(), by=None, comment=""):
    made = RuleSet.objects.first() or rule_set(*rules, bands=bands)
    return rulesets.publish(rule_set=made, by=by, comment=comment, now=timezone.now())
