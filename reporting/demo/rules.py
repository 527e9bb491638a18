"""The rules the invented company shares its leads by."""

from datetime import datetime
from typing import Any

from reporting.demo.cast import AMERICAS, EUROPE
from reporting.demo.team import Team
from routing import rulesets
from routing.models import Rule, RuleSet, RuleSetVersion

_NOTE = (
    "Whoever writes to us should hear from somebody who knows their market, within minutes. So leads go by territory, "
    "and inside a territory by weight: part-time and new colleagues get less. Small European companies wait in the "
    "pool, for whoever has time. Big deals go to the seniors first."
)
_COMMENT = "Our first rules: territories, a pool for small companies, big deals to the seniors."


def publish_rules(team: Team, *, now: datetime) -> RuleSetVersion:
    """Draft and print them."""
    rule_set = RuleSet.objects.create(name="New leads", note=_NOTE)
    for position, fields in enumerate(_rules(team), start=1):
        Rule.objects.create(rule_set=rule_set, position=position, **fields)
    for band, name, condition in _BANDS:
        rule_set.bands.create(band=band, name=name, condition=condition)
    return rulesets.publish(rule_set=rule_set, by=team.ops, comment=_COMMENT, now=now)


_BANDS: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (1, "Demos", {"field": "intent", "operator": "is", "value": "demo"}),
    (3, "Prices", {"field": "intent", "operator": "is", "value": "pricing"}),
    (7, "Downloads", {"field": "intent", "operator": "is", "value": "download"}),
)


def _rules(team: Team) -> list[dict[str, Any]]:
    europe, americas = team.groups[EUROPE], team.groups[AMERICAS]
    return [
        {
            "name": "Students and job seekers",
            "condition": {
                "any": [
                    {"field": "job_title", "operator": "contains", "value": "student"},
                    {"field": "job_title", "operator": "contains", "value": "looking for"},
                ]
            },
            "to": Rule.To.REJECT,
            "reject_reason": "Not a possible customer",
        },
        {
            "name": "Big deals in Europe",
            "condition": {
                "all": [
                    {"field": "country", "operator": "in_region", "value": ["EUROPE"]},
                    {"field": "deal_size", "operator": "at_least", "value": 60000},
                ]
            },
            "group": europe,
            "steps": [
                {"strategy": "availability"},
                {"strategy": "capacity"},
                {"strategy": "priority", "options": {"deal_size_at_least": 60000}},
                {"strategy": "weighted"},
            ],
            "otherwise": [{"to": "hold"}],
            "respond_within": 10,
        },
        {
            "name": "Small companies in Europe",
            "condition": {
                "all": [
                    {"field": "country", "operator": "in_region", "value": ["EUROPE"]},
                    {"field": "employees", "operator": "at_most", "value": 15},
                    {"field": "known_account", "operator": "is", "value": False},
                ]
            },
            "group": europe,
            "steps": [{"strategy": "pool", "options": {"mode": "blind"}}],
        },
        {
            "name": "By territory",
            "condition": {"field": "country", "operator": "none_of", "value": _UNCOVERED},
            "to": Rule.To.TERRITORY,
            "otherwise": [{"to": "hold"}],
        },
        {
            "name": "Spanish and Portuguese speakers elsewhere",
            "condition": {"field": "language", "operator": "one_of", "value": ["es", "pt"]},
            "group": americas,
            "steps": [{"strategy": "availability"}, {"strategy": "capacity"}, {"strategy": "round_robin"}],
            "otherwise": [{"to": "desk"}],
        },
        {"name": "Everything else", "condition": None, "to": Rule.To.DESK},
    ]


# Markets without a territory yet.
_UNCOVERED = ["ZA", "KE", "NG", "AE", "AO", "GQ"]
