"""How a group shares, as Team shows it: the way in a word, what of the terms counts there, and everybody's part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from reps import ramp
from reps.models import Group, Membership
from routing.engine.ruleset import RuleSetError, parse_steps, shares_equally
from routing.methods import method_of


@dataclass(frozen=True, slots=True)
class Way:
    """In a word; whether weights, tiers and limits count."""

    name: str
    weights: bool
    tiers: bool
    limits: bool


def way_of(group: Group) -> Way:
    """Where steps cannot be read, all is shown."""
    try:
        steps = parse_steps(group.steps)
    except RuleSetError:
        return Way(_("own steps"), weights=True, tiers=True, limits=True)
    names = [step.strategy for step in steps]
    method = method_of(group)
    return Way(
        _(method.name) if method else _("own steps"),
        weights=not shares_equally(steps),
        tiers="priority" in names,
        limits="capacity" in names,
    )


def parts_of(group: Group, *, now: datetime, equal: bool) -> dict[int, float]:
    """Each member's part of the leads that all could take, by rep; nobody's where every weight is 0."""
    rows = [
        row
        for row in Membership.objects.at(now).filter(group=group, rep__active=True).order_by("rep__user__name")
        if row.weight
    ]
    weights: Sequence[int] = [1] * len(rows) if equal else ramp.weights(rows)
    total = sum(weights)
    return {row.rep_id: weight / total for row, weight in zip(rows, weights, strict=True)}


def limits_say(row: Membership) -> list[str]:
    """The limits of a membership in words, the daily one first."""
    texts = (
        ("cap_day", _("%d a day")),
        ("cap_open", _("%d open")),
        ("cap_hour", _("%d an hour")),
        ("cap_week", _("%d a week")),
        ("cap_month", _("%d a month")),
    )
    return [says % getattr(row, name) for name, says in texts if getattr(row, name) is not None]
