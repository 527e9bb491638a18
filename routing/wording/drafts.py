"""What is said of a draft: what its leads would meet, which examples it breaks, and what changed in it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from leads.conditions import Condition
from routing.engine.ruleset import Rule
from routing.wording.conditions import condition_says
from routing.wording.names import Names
from routing.wording.rules import otherwise_says, place_says, rule_says
from routing.wording.steps import sharing_says

OUTCOMES = {
    "assigned": gettext_noop("assigned"),
    "offered": gettext_noop("offered"),
    "pooled": gettext_noop("in the pool"),
    "held": gettext_noop("waiting"),
    "desk": gettext_noop("To assign"),
    "rejected": gettext_noop("rejected"),
}
PARTS = {
    "name": gettext_noop("Name"),
    "condition": gettext_noop("When"),
    "destination": gettext_noop("Goes to"),
    "sharing": gettext_noop("How it is shared"),
    "otherwise": gettext_noop("If nobody can take it"),
    "response": gettext_noop("Response time"),
    "escalation": gettext_noop("If nobody answers"),
    "priority": gettext_noop("Priority"),
}
_STAGES = {
    "remind": gettext_noop("the rep is reminded"),
    "warn": gettext_noop("the manager is told"),
    "release": gettext_noop("it is taken back and assigned again"),
    "pause": gettext_noop("the rep is switched off duty"),
}


def no_lead_matched(rule: str, total: int) -> str:
    """A rule that was of no use for a month."""
    said = ngettext(
        "“%(rule)s” would have fitted no lead: there was %(n)s in the last 30 days.",
        "“%(rule)s” would have fitted none of the %(n)s leads of the last 30 days.",
        total,
    )
    return said % {"rule": rule, "n": number_format(total, force_grouping=True)}


def no_rate(rule: str, currency: str, base: str, count: int) -> str:
    """A rule about money, and leads whose money it cannot compare."""
    said = ngettext(
        "“%(rule)s” asks about money, and %(n)s lead of the last 30 days came in %(currency)s: there is no exchange"
        " rate to %(base)s, so the rule does not see its amount. Rates stand under Settings.",
        "“%(rule)s” asks about money, and %(n)s leads of the last 30 days came in %(currency)s: there is no exchange"
        " rate to %(base)s, so the rule does not see their amounts. Rates stand under Settings.",
        count,
    )
    return said % {
        "rule": rule,
        "currency": currency,
        "base": base,
        "n": number_format(count, force_grouping=True),
    }


def falls_to_the_rest(count: int, total: int, rule: str) -> str:
    """How many no other rule wanted."""
    said = ngettext(
        "%(share)s of the leads of the last 30 days, %(n)s lead, would have fitted no rule but “%(rule)s”.",
        "%(share)s of the leads of the last 30 days, %(n)s leads, would have fitted no rule but “%(rule)s”.",
        count,
    )
    return said % {"share": _percent(count, total), "n": number_format(count, force_grouping=True), "rule": rule}


def broken_example(name: str, says: str) -> str:
    """What blocks publishing."""
    return _("The example “%(name)s” is broken. %(says)s") % {"name": name, "says": says}


def example_says(expected: Mapping[str, Any], got: Mapping[str, Any], wrong: Sequence[str], names: Names) -> str:
    """What an example expects, and where the draft goes another way."""
    if not got:
        return _("The draft cannot be read, so nothing can be decided by it.")
    if not wrong:
        return _("As expected: %s.") % _where(expected, tuple(expected), names)
    return _("Expected %(expected)s; it would be %(got)s.") % {
        "expected": _where(expected, wrong, names),
        "got": _where(got, wrong, names),
    }


def _where(found: Mapping[str, Any], keys: Sequence[str], names: Names) -> str:
    said = {
        "outcome": lambda value: _(OUTCOMES.get(value) or str(value)),
        "group": lambda value: names.group(value) if value else _("no group"),
        "rep": lambda value: names.rep(value) if value else _("no rep"),
        "rule": lambda value: (
            _("rule “%s”") % (names.rule(value) or _("a rule that no longer exists")) if value else _("no rule")
        ),
    }
    return ", ".join(str(said[key](found[key])) for key in said if key in keys and key in found) or _("nothing")


def rule_text(rule: Rule, names: Names) -> str:
    """The whole rule as plain text."""
    return strip_tags(rule_says(rule, names))


def condition_text(condition: Condition) -> str:
    """A condition as plain text."""
    return strip_tags(condition_says(condition))


def part_says(part: str, rule: Rule, names: Names) -> str:  # noqa: PLR0911 - one line a part
    """One part of a rule as plain text."""
    match part:
        case "name":
            return rule.name
        case "condition":
            return strip_tags(condition_says(rule.condition)) if rule.condition.asks else _("every lead")
        case "destination":
            return strip_tags(place_says(rule.destination, names))
        case "sharing":
            return _("as the group shares") if rule.steps is None else sharing_says(rule.steps, names)
        case "otherwise":
            chain = [strip_tags(otherwise_says(place, names)) for place in rule.otherwise]
            return _(", then ").join(chain) or _("it goes to To assign")
        case "response":
            return response_says(rule.respond_within, getattr(rule, "clock", None))
        case "escalation":
            return escalation_says(getattr(rule, "escalation", None))
        case _:
            return _("as the lead came") if rule.priority is None else str(rule.priority)


def response_says(seconds: int | None, clock: str | None) -> str:
    """How soon, and by which clock."""
    counted = {"working": _("working minutes"), "wall": _("minutes by the wall clock")}.get(clock or "", "")
    if seconds is None:
        return _("as the group's, in %s") % counted if counted else _("as the group's")
    return f"{minutes_says(seconds)}, {_('in %s') % counted}" if counted else minutes_says(seconds)


def escalation_says(stages: Sequence[Any] | None) -> str:
    """What follows when nobody answers, in order."""
    if stages is None:
        return _("as the group's")
    said = [
        _("after %(minutes)s %(what)s")
        % {"minutes": minutes_says(stage.after), "what": _(_STAGES.get(stage.do, stage.do))}
        for stage in stages
    ]
    return ", ".join(said) or _("nothing")


def minutes_says(seconds: int) -> str:
    """Seconds as whole minutes."""
    minutes = max(1, seconds // 60)
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def _percent(count: int, total: int) -> str:
    share = 100 * count / total
    return _("%s %%") % number_format(share, decimal_pos=0 if share >= 1 else 1)
