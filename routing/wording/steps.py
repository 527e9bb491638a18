"""The clause of each step: how a group shares."""

from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from routing.engine.strategies import shelf
from routing.engine.world import Step
from routing.wording.names import Names

_CLAUSES = {
    "step.round_robin": gettext_noop("by turns"),
    "step.weighted": gettext_noop("by weight"),
    "step.availability": gettext_noop("among those on duty"),
    "step.capacity": gettext_noop("below their limit of open leads"),
    "step.territory": gettext_noop("among those who cover the lead's territory"),
    "step.territory_closest": gettext_noop("the closest territory first"),
    "step.priority": gettext_noop("the most senior first"),
    "step.priority_deal_size": gettext_noop("deals of %(deal_size)s or more to the most senior first"),
    "step.priority_score": gettext_noop("leads that score %(score)s or more to the most senior first"),
    "step.priority_deal_size_score": gettext_noop(
        "deals of %(deal_size)s or more, or a score of %(score)s or more, to the most senior first"
    ),
    "step.fixed": gettext_noop("only %(rep)s, or their backup while away"),
    "step.pool_open": gettext_noop("in an open pool that members take from"),
    "step.pool_blind": gettext_noop("in a blind pool: details show after claiming"),
}


def clause_of(step: Step, names: Names) -> str:
    """One step's clause."""
    phrase = shelf()[step.strategy].says(step.options)
    numbers: dict[str, Any] = dict(phrase.params)
    if phrase.key == "step.availability_back_within":
        n = numbers["minutes"]
        return ngettext(
            "among those on duty, or back within %(n)d minute",
            "among those on duty, or back within %(n)d minutes",
            n,
        ) % {"n": n}
    if "deal_size" in numbers:
        numbers["deal_size"] = number_format(Decimal(numbers["deal_size"]), force_grouping=True)
    if "rep" in numbers:
        numbers["rep"] = names.rep(numbers["rep"])
    return _(_CLAUSES[phrase.key]) % numbers


def sharing_says(steps: tuple[Step, ...], names: Names) -> str:
    """How a group shares, the way of sharing first: “by turns among those on duty, below their limit”."""
    if not steps:
        return _("by turns")
    narrowing = [clause_of(step, names) for step in steps[:-1]]
    last = clause_of(steps[-1], names)
    return ", ".join([last if not narrowing else f"{last} {narrowing[0]}", *narrowing[1:]])
