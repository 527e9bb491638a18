"""A rule as a sentence: generated from what runs, so it cannot drift."""

from collections.abc import Iterable

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from routing.engine.ruleset import Place, Rule, RuleSet, To
from routing.engine.world import Stage
from routing.wording.conditions import condition_says
from routing.wording.names import Names
from routing.wording.steps import duration, sharing_says

_PLAIN = {
    To.TERRITORY: gettext_noop("the group of the territory that covers the lead"),
    To.DESK: gettext_noop("To assign"),
    To.ACCOUNT: gettext_noop("the owner of the account"),
    "account": gettext_noop("the owner of the known account"),
}


def rule_says(rule: Rule, names: Names) -> SafeString:
    """Condition, where to, how it is shared, what if nobody can, and the response time; values and places marked."""
    who = condition_says(rule.condition) if rule.condition.asks else _("All other leads")
    said = format_html("{}: {}", who, place_says(rule.destination, names))
    if rule.steps is not None and rule.destination.to in {To.GROUP, To.TERRITORY}:
        said = format_html("{}, {}", said, sharing_says(rule.steps, names))
    if rule.destination.to is To.ACCOUNT:
        said = format_html("{}{}", said, _account(rule.destination))
    if rule.otherwise:
        said = format_html("{}; {}, {}", said, _("if nobody can take it"), chain_says(rule.otherwise, names))
    if rule.respond_within is not None:
        minutes = max(1, rule.respond_within // 60)
        within = ngettext("answer within %(n)d minute", "answer within %(n)d minutes", minutes) % {"n": minutes}
        if rule.clock == "wall":
            within = _("%s by the wall clock") % within
        said = format_html("{}, {}", said, within)
    if rule.escalation:
        said = format_html("{}; {}", said, escalation_says(rule.escalation))
    if rule.priority is not None:
        said = format_html("{}; {}", said, _("priority %d") % rule.priority)
    return format_html("{}.", said)


_AWAY = {
    "wait": gettext_noop("; if the owner is off duty it waits for them"),
    "backup": gettext_noop("; if the owner is off duty it goes to their backup"),
    "rotate": gettext_noop("; if the owner is off duty their group shares it"),
}


def _account(place: Place) -> str:
    said = _(" or who last worked with this person") if place.returning else ""
    return said + (_(_AWAY[place.away]) if place.away in _AWAY else "")


_DOES = {
    "remind": gettext_noop("the rep is reminded"),
    "warn": gettext_noop("the manager is told"),
    "release": gettext_noop("it is taken back and goes to the next"),
    "pause": gettext_noop("the rep is switched off"),
}


def escalation_says(stages: Iterable[Stage]) -> str:
    """What follows silence, in order: “without contact: after 10 minutes the rep is reminded, ...”."""
    said = [_("after %(time)s %(does)s") % {"time": duration(s.after), "does": _(_DOES[s.do])} for s in stages]
    return _("without contact: %s") % ", ".join(said)


def rule_set_words(rules: RuleSet, names: Names) -> list[str]:
    """The whole set as plain text, one sentence a rule."""
    return [f"{rule.name}: {strip_tags(rule_says(rule, names))}" for rule in rules.rules]


def place_says(place: Place, names: Names) -> SafeString:
    """A destination."""
    if place.to is To.GROUP:
        text = names.group(place.id)
    elif place.to is To.REP:
        text = names.rep(place.id)
    elif place.to is To.REJECT:
        return format_html("{} <b>{}</b>", _("rejected, because"), place.reason or "")
    else:
        text = _(_PLAIN[place.to])
    return format_html('<span class="to">{}</span>', text)


def otherwise_says(place: Place, names: Names) -> SafeString:
    """A link of the chain when nobody can take it."""
    if place.to is To.NEXT_RULE:
        return format_html("{}", _("the next rule is asked"))
    if place.to is To.HOLD:
        return format_html("{}", _("it waits until somebody is on duty"))
    if place.to is To.POOL:
        pool = format_html('<span class="to">{}</span>', names.group(place.id))
        return format_html("{} {}", _("it goes to the pool of"), pool)
    return format_html("{} {}", _("it goes to"), place_says(place, names))


def chain_says(places: Iterable[Place], names: Names) -> SafeString:
    """All links, at least one."""
    chain = [otherwise_says(place, names) for place in places]
    said = chain[0]
    for link in chain[1:]:
        said = format_html("{}, {} {}", said, _("then"), link)
    return said
