"""Rule sets, drafted and published."""

from datetime import timedelta

from django.utils import timezone

from routing import rulesets
from routing.models import Rule, RuleSet, SharedDraft, Simulation


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


def shared(rule_set, groups, *, by, result=None, days=3, **fields):
    """What the team is asked about: the draft as it reads, with a run that is over (`result`, as rows keep it)."""
    now = timezone.now()
    body = rulesets.body_of(rule_set)
    run = Simulation.objects.create(rule_set=rule_set, body=body, result=result, status=Simulation.Status.DONE)
    made = SharedDraft.objects.create(
        rule_set=rule_set,
        body=body,
        live=rule_set.published,
        simulation=run,
        why="So that Spain waits less.",
        by=by,
        **{"at": now, "until": now + timedelta(days=days), **fields},
    )
    made.groups.set(groups)
    return made
