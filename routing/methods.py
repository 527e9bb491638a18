"""The known ways to share, ready made: one click in the form of a group, each with whom it suits."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from reps.models import Group
from routing.engine.ruleset import RuleSetError, parse_steps

Steps = list[dict[str, Any]]


def _steps(*steps: str | tuple[str, dict[str, Any]]) -> Steps:
    named = [(step, {}) if isinstance(step, str) else step for step in steps]
    return [{"strategy": name, "options": options} if options else {"strategy": name} for name, options in named]


@dataclass(frozen=True, slots=True)
class Method:
    """One way to share: its name, whom it suits, the steps, and the pool it needs."""

    key: str
    name: str
    best_for: str
    steps: Steps
    pool: str = Group.Pool.NONE.value


_THERE = ("availability", "capacity", "not_again")

METHODS: tuple[Method, ...] = (
    Method(
        "round_robin",
        gettext_noop("Round robin"),
        gettext_noop("Inside sales of similar skill: everybody gets the same, in turn."),
        _steps(*_THERE, "round_robin"),
    ),
    Method(
        "weighted",
        gettext_noop("Weighted"),
        gettext_noop(
            "Mixed experience or working time, or by performance: who has twice the weight gets twice as many."
        ),
        _steps(*_THERE, "weighted"),
    ),
    Method(
        "least_loaded",
        gettext_noop("Least busy"),
        gettext_noop("Leads that need very different time: the one with the most room is next."),
        _steps(*_THERE, "least_loaded"),
    ),
    Method(
        "territory",
        gettext_noop("Territory"),
        gettext_noop("Field and regional sales: whoever covers the place, the closest description first."),
        _steps(*_THERE, "territory", "weighted"),
    ),
    Method(
        "account",
        gettext_noop("Account owner"),
        gettext_noop("B2B and enterprise: known companies go to their owner, the rest is shared."),
        _steps(*_THERE, ("account", {"away": "backup", "returning": True}), "weighted"),
    ),
    Method(
        "priority",
        gettext_noop("Priority"),
        gettext_noop("High deal values: the most senior tier first, then the next."),
        _steps(*_THERE, ("priority", {"score_at_least": 80}), "weighted"),
    ),
    Method(
        "availability",
        gettext_noop("Availability"),
        gettext_noop("Global teams and high volume: whoever is on duty, or back within two hours."),
        _steps(("availability", {"back_within_minutes": 120}), "capacity", "not_again", "round_robin"),
    ),
    Method(
        "skills",
        gettext_noop("Skills"),
        gettext_noop("Several languages or products: only reps who have what the lead needs."),
        _steps(*_THERE, ("skills", {"kind": "language", "field": "language"}), "weighted"),
    ),
    Method(
        "offer",
        gettext_noop("Offer"),
        gettext_noop("Reps may say no: each is asked in turn and has five minutes to accept."),
        _steps("availability", "capacity", "weighted", ("offer", {"seconds": 300})),
    ),
    Method(
        "random",
        gettext_noop("Random"),
        gettext_noop("Teams that ask for it; chance is less even than fair turns."),
        _steps(*_THERE, "random"),
    ),
    Method(
        "pool_open",
        gettext_noop("Open pool"),
        gettext_noop("Reps who know their own pace: they see the leads and take one."),
        _steps("pool"),
        Group.Pool.OPEN.value,
    ),
    Method(
        "pool_blind",
        gettext_noop("Blind pool"),
        gettext_noop("The same without cherry-picking: details show after claiming."),
        _steps(("pool", {"mode": "blind"})),
        Group.Pool.BLIND.value,
    ),
    Method(
        "broadcast",
        gettext_noop("Broadcast"),
        gettext_noop("Speed above all: everybody on duty is told at once, the first to claim it has it."),
        _steps("availability", "capacity", ("pool", {"mode": "broadcast"})),
        Group.Pool.BROADCAST.value,
    ),
    Method(
        "manual",
        gettext_noop("By hand"),
        gettext_noop("Few leads of great value, or a new team: a manager gives each to somebody."),
        _steps("manual"),
    ),
)
BY_KEY = {method.key: method for method in METHODS}


def method_of(group: Group) -> Method | None:
    """The known way the group shares by; None where its steps are its own."""
    try:
        steps = parse_steps(group.steps)
    except RuleSetError:
        return None
    return next((m for m in METHODS if parse_steps(m.steps) == steps and m.pool == group.pool), None)
