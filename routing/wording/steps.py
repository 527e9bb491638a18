"""The clause of each step: how a group shares."""

from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from routing.engine.ruleset import RuleSetError, parse_steps
from routing.engine.strategies import shelf
from routing.engine.strategy import Part
from routing.engine.world import Step
from routing.wording.names import Names

_CLAUSES = {
    "step.round_robin": gettext_noop("by turns"),
    "step.weighted": gettext_noop("by weight"),
    "step.availability_shift": gettext_noop("among those on duty"),
    "step.availability_active": gettext_noop("among those at work on a page in the last %(active)s minutes"),
    "step.availability_either": gettext_noop("among those on duty or at work on a page"),
    "step.availability_shift_back_within": gettext_noop("among those on duty, or back within %(minutes)s minutes"),
    "step.availability_active_back_within": gettext_noop(
        "among those at work on a page in the last %(active)s minutes, or back within %(minutes)s minutes"
    ),
    "step.availability_either_back_within": gettext_noop(
        "among those on duty or at work on a page, or back within %(minutes)s minutes"
    ),
    "step.capacity": gettext_noop("below their limits"),
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
    "step.least_loaded": gettext_noop("the least busy first"),
    "step.random_equal": gettext_noop("by lot"),
    "step.random_weight": gettext_noop("by lot, chances by weight"),
    "step.not_again": gettext_noop("never to who had it before"),
    "step.skills_required": gettext_noop("among those with the lead's %(kind)s"),
    "step.skills_first": gettext_noop("those with the lead's %(kind)s first"),
    "step.skills_preferred": gettext_noop("for %(minutes)s minutes only among those with the lead's %(kind)s"),
    "step.skills_required_value": gettext_noop("among those with %(kind)s %(value)s"),
    "step.skills_first_value": gettext_noop("those with %(kind)s %(value)s first"),
    "step.skills_preferred_value": gettext_noop("for %(minutes)s minutes only among those with %(kind)s %(value)s"),
    "step.account_rotate": gettext_noop("leads of an owned account to its owner"),
    "step.account_backup": gettext_noop("leads of an owned account to its owner, else to the owner's backup"),
    "step.account_wait": gettext_noop("leads of an owned account to its owner, however long that takes"),
    "step.account_rotate_returning": gettext_noop("leads of an owned account or a known person to who has worked them"),
    "step.account_backup_returning": gettext_noop(
        "leads of an owned account or a known person to who has worked them, else to that rep's backup"
    ),
    "step.account_wait_returning": gettext_noop(
        "leads of an owned account or a known person to who has worked them, however long that takes"
    ),
    "step.manual": gettext_noop("by hand: a manager gives each to somebody"),
    "step.offer": gettext_noop("offered to one after another for %(time)s each"),
    "step.pool_broadcast": gettext_noop("to whoever is first: everybody is told at once"),
    "step.pool_blind": gettext_noop("in a blind pool: details show after claiming"),
}


def clause_of(step: Step, names: Names) -> str:
    """One step's clause."""
    phrase = shelf()[step.strategy].says(step.options)
    numbers: dict[str, Any] = dict(phrase.params)
    if "seconds" in numbers:
        numbers["time"] = duration(numbers["seconds"])
    if "kind" in numbers:
        numbers["kind"] = str(numbers["kind"]).replace("-", " ").replace("_", " ")
    if "deal_size" in numbers:
        numbers["deal_size"] = number_format(Decimal(numbers["deal_size"]), force_grouping=True)
    if "rep" in numbers:
        numbers["rep"] = names.rep(numbers["rep"])
    return _(_CLAUSES[phrase.key]) % numbers


def duration(seconds: int) -> str:
    """A short time in words: seconds below two minutes, else minutes, else hours."""
    if seconds < 120:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    minutes = round(seconds / 60)
    if minutes < 120 or minutes % 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}


def group_shares(body: object, names: Names) -> str:
    """How a group shares, from its own steps; nothing where they cannot be read."""
    try:
        said = sharing_says(parse_steps(body), names)
    except RuleSetError:
        return ""
    return f"{said[:1].upper()}{said[1:]}."


def sharing_says(steps: tuple[Step, ...], names: Names) -> str:
    """How a group shares, the way of sharing first: “by turns among those on duty, below their limit”."""
    if not steps:
        return _("by turns")
    clauses = {step: clause_of(step, names) for step in steps}
    ways = [clauses[step] for step in steps if shelf()[step.strategy].part is Part.SHARE]
    ends = [clauses[step] for step in steps if shelf()[step.strategy].part is Part.END]
    others = [clauses[step] for step in steps if shelf()[step.strategy].part < Part.SHARE]
    if not ways and not {"pool", "manual"} & {step.strategy for step in steps}:
        ways = [_("by turns")]
    said = [*ways, *ends]
    return ", ".join([f"{said[0]} {others[0]}", *said[1:], *others[1:]] if others else said)
