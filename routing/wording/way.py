"""The whole way a group shares its leads in at most three sentences, where the rules allow it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from routing.engine.check import MOST_SENTENCES, ways
from routing.engine.ruleset import Place, Rule, RuleSet, To, on_the_ledger
from routing.engine.strategies import shelf
from routing.engine.strategy import Part
from routing.engine.world import Step
from routing.wording.conditions import condition_says
from routing.wording.names import Names
from routing.wording.rules import chain_says
from routing.wording.steps import duration, sharing_says

# A condition that takes longer to read than this goes by the name of its rule.
_MOST_LETTERS = 110


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds in a group where a rule says nothing else."""

    group: int
    name: str
    steps: tuple[Step, ...]
    respond_within: int  # seconds
    clock: str
    territories: bool  # whether some of its own could cover a lead


@dataclass(frozen=True, slots=True)
class Way:
    """The sentences, and the rules with which they are more than three."""

    sentences: tuple[SafeString, ...]
    long: tuple[str, ...] = field(default=())  # names of rules


def way_says(rules: RuleSet, usual: Usual, names: Names) -> Way:
    """The way of one group. The same rules make it long as `check` names."""
    found = ways(rules, usual.group, territories=usual.territories)
    told = {rule.key for way in found for rule in way}
    rest = [rule for rule in rules.rules if rule.key not in told]
    if not found:
        return Way((format_html(_("No rule brings new leads to <b>{}</b> by itself."), usual.name),))
    if len(found) == 1:
        said = _at_length(found[0], usual, names, alone=not rest)
    else:
        said = [_in_one(way, usual, names) for way in found]
    if rest:
        said.append(_rest(rest))
    fit = MOST_SENTENCES - bool(rest)
    return Way(tuple(said), tuple(way[0].name for way in found[fit:]))


def _at_length(way: Sequence[Rule], usual: Usual, names: Names, *, alone: bool) -> list[SafeString]:
    """Who and how; then how long, and what if nobody can."""
    rule = way[0]
    first = format_html(
        "{} {} <b>{}</b>, {}.", _who(way, alone=alone), _("go to"), usual.name, _how(rule, usual, names)
    )
    time = format_html("<b>{}</b>", _time(rule, usual))
    if _decides(rule, usual):
        said = format_html(_("Whoever is <b>owed most</b> gets the next one and has {} to make contact"), time)
    else:
        said = format_html(_("Whoever gets one has {} to make contact"), time)
    otherwise = _otherwise(rule, usual, names)
    return [first, format_html("{}; {}.", said, otherwise) if otherwise else format_html("{}.", said)]


def _in_one(way: Sequence[Rule], usual: Usual, names: Names) -> SafeString:
    rule = way[0]
    said = format_html(
        _("{} go to <b>{}</b>, {}, with <b>{}</b> to make contact"),
        _who(way, alone=False), usual.name, _how(rule, usual, names), _time(rule, usual),
    )  # fmt: skip
    otherwise = _otherwise(rule, usual, names)
    return format_html("{}; {}.", said, otherwise) if otherwise else format_html("{}.", said)


def _who(way: Sequence[Rule], *, alone: bool) -> SafeString:
    """Which leads: “Leads where Country is Germany, or Score is at least 80”."""
    if any(not rule.condition.asks and rule.destination.to is To.GROUP for rule in way):
        return format_html("{}", _("All leads") if alone else _("All other leads"))
    parts = [_which(rule) for rule in way]
    said = parts[0]
    for part in parts[1:]:
        said = format_html("{}, {} {}", said, _("or"), part)
    return format_html("{} {}", _("Leads"), said)


def _which(rule: Rule) -> SafeString:
    says = condition_says(rule.condition)
    if len(strip_tags(says)) > _MOST_LETTERS:
        return format_html(_("of the rule <b>{}</b>"), rule.name)
    if rule.destination.to is To.TERRITORY:
        if not says:
            return format_html("{}", _("from its territories"))
        return format_html(_("from its territories where {}"), says)
    return format_html(_("where {}"), says)


def _steps(rule: Rule, usual: Usual) -> tuple[Step, ...]:
    return usual.steps if rule.steps is None else rule.steps


def _how(rule: Rule, usual: Usual, names: Names) -> str:
    steps = _steps(rule, usual)
    said = sharing_says(steps, names)
    ends = {step.strategy for step in steps} & {"pool", "manual"}
    shares = not ends or any(shelf()[step.strategy].part is Part.SHARE for step in steps)
    return _("shared %s") % said if shares else said


def _decides(rule: Rule, usual: Usual) -> bool:
    return on_the_ledger(_steps(rule, usual))


def _time(rule: Rule, usual: Usual) -> str:
    seconds = usual.respond_within if rule.respond_within is None else rule.respond_within
    said = duration(seconds)
    return _("%s by the wall clock") % said if (rule.clock or usual.clock) == "wall" else said


def _otherwise(rule: Rule, usual: Usual, names: Names) -> SafeString | str:
    if {step.strategy for step in _steps(rule, usual)} & {"pool", "manual"} and not rule.otherwise:
        return ""
    chain = rule.otherwise or (Place(To.DESK),)
    return format_html("{}, {}", _("if nobody can take it"), chain_says(chain, names))


def _rest(rest: Sequence[Rule]) -> SafeString:
    """Where all others go, without a word of which."""
    goes = list(dict.fromkeys(word for rule in rest if (word := _place(rule))))
    said = _either(goes)
    if not goes:
        return format_html("{}", _("Other leads are turned away."))
    if any(rule.destination.to is To.REJECT for rule in rest):
        return format_html(_("Other leads go to {}, or are turned away."), said)
    return format_html(_("Other leads go to {}."), said)


def _place(rule: Rule) -> str:
    return {
        To.GROUP: _("other groups"),
        To.TERRITORY: _("the group of their territory"),
        To.ACCOUNT: _("the owner of their account"),
        To.REP: _("a named rep"),
        To.DESK: _("To assign, where a manager decides"),
    }.get(rule.destination.to, "")


def _either(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {_('or')} {words[-1]}"
