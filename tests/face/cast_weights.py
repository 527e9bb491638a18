"""What the page of weights by output is given: a proposal for five reps, what it brought, and how it ends."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils import timezone

from reporting.models import WeightPlan, WeightProposal
from reporting.statistics import shrunk, thompson
from reporting.statistics.shrunk import Record
from reporting.web import weights_words as words
from reporting.web.weights import PlanForm
from reporting.weights import Expected, Measured, expected_leads
from tests.face.cast import manager_shell

# Leads, meetings and meetings to be expected, older weeks counting less; leads had in the last week.
REPS = [
    ("Ana Lindqvist", 142, 88.2, 61.9, 26),
    ("Ben Okafor", 168, 74.1, 73.3, 24),
    ("Kim Tran", 121, 51.0, 52.6, 25),
    ("Emil Sørensen", 139, 40.3, 60.5, 24),
    ("Pavel Novak", 12, 3.0, 5.1, 24),
]
UID = "6b1f4a52-0c1d-4f0e-9a51-2f3a5f0f7d11"


class GroupFilter(forms.Form):
    group = forms.ChoiceField(label="Group", choices=[("1", "DACH"), ("2", "Nordics")])


def _proposal() -> WeightProposal:
    records = [Record(pk, n, won, e, e * 0.5) for pk, (_name, n, won, e, _got) in enumerate(REPS)]
    strength = shrunk.strength_of(shrunk.between_reps(records)[0])
    shares = thompson.shares(records, strength=strength, seed=7)
    weights = {str(rep): weight for rep, weight in thompson.weights(shares).items()}
    before = dict.fromkeys(weights, 1)
    got = {str(pk): row[4] for pk, row in enumerate(REPS)}
    would = expected_leads(got, was=Expected(before, 0), becomes=Expected(weights, 20))
    lines = []
    for each in records:
        low, high = shrunk.interval(each, strength)
        key = str(each.rep)
        lines.append({
            "rep": each.rep, "leads": each.leads, "score": shrunk.score(each, strength), "low": low, "high": high,
            "early": each.leads < shrunk.ENOUGH_LEADS, "share": shares[each.rep], "got": got[key], "would": would[key],
        })  # fmt: skip
    return WeightProposal(
        uid=UID, made_at=timezone.now() - timedelta(hours=5), before=before, weights=weights, lines=lines, days=7
    )


def off() -> dict[str, Any]:
    return {
        **manager_shell("reports"),
        "form": GroupFilter(),
        "group": {"name": "DACH", "uid": UID},
        "weighed": False,
        "shares": "By turns among those on duty, below their limits.",
        "group_url": "/team/groups/1/",
        "on": False,
        "control": 20,
        "rule": words.rule_says(),
        "plan_form": PlanForm({"rhythm": "week", "result": "wins", "floor": "2", "ceiling": "2", "control": "5"}),
    }


def stopped() -> dict[str, Any]:
    plan = WeightPlan(stopped_why="worse", stopped_at=timezone.now() - timedelta(days=2))
    return {
        **off(),
        "weighed": True,
        "stopped": {"says": words.stopped_says(plan), "at": plan.stopped_at},
        "past": [
            {"made_at": timezone.now() - timedelta(days=9), "says": "applied by Matteo Ricci",
             "at": timezone.now() - timedelta(days=8)},
            {"made_at": timezone.now() - timedelta(days=16), "says": "a newer one took its place",
             "at": timezone.now() - timedelta(days=9)},
        ],
        "plan_form": PlanForm(),
    }  # fmt: skip


def weights() -> dict[str, Any]:
    now = timezone.now()
    found = Measured(now - timedelta(days=70), now - timedelta(days=12), 318, 1_004, 74, 251)
    plan = WeightPlan(
        rhythm="week", result="meetings", since=found.since, looked_at=now - timedelta(days=3), measured=found.kept()
    )
    names: dict[int, Any] = {pk: SimpleNamespace(name=row[0]) for pk, row in enumerate(REPS)}
    return {
        **stopped(),
        "stopped": None,
        "on": True,
        "rhythm": "each week",
        "since": plan.since,
        "anew": True,
        "proposal": words.proposal(_proposal(), names),
        "last": {"uid": UID, "at": now - timedelta(days=8), "by": "Matteo Ricci"},
        "measured": words.measured(plan),
        "plan_form": PlanForm(instance=plan),
    }
