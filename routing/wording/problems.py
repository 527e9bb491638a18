"""Problems of a draft in words: what is wrong, in which rule, and what is allowed there."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leads.conditions import Problem
from leads.conditions.values import MESSAGES, Fault
from routing.engine.check import Finding
from routing.engine.ruleset import RuleProblem
from routing.wording.names import Names

_READING = {
    "not_an_object": gettext_noop("must be an object in braces"),
    "not_a_list": gettext_noop("must be a list"),
    "unknown_key": gettext_noop("has an unknown entry “%(key)s”"),
    "too_many": gettext_noop("has more than %(most)s entries"),
    "no_name": gettext_noop("needs a name"),
    "bad_key": gettext_noop("is no usable key"),
    "bad_text": gettext_noop("holds a character that cannot be stored"),
    "too_long": gettext_noop("is longer than %(most)s characters"),
    "missing": gettext_noop("is missing"),
    "wrong_type": gettext_noop("must be a %(expected)s"),
    "wrong_choice": gettext_noop("must be one of: %(expected)s"),
    "out_of_bounds": gettext_noop("must be between %(low)s and %(high)s"),
    "unknown_destination": gettext_noop("must be one of: %(expected)s"),
    "unknown_option": gettext_noop("is no option of this step"),
    "missing_option": gettext_noop("is missing"),
    "unknown_group": gettext_noop("names a group that does not exist"),
    "unknown_rep": gettext_noop("names a rep who does not exist"),
    "no_reason": gettext_noop("needs a reason to tell people"),
    "unknown_strategy": gettext_noop("must be one of: %(expected)s"),
    "nothing_after_end": gettext_noop("stands behind %(before)s, which is the last step"),
    "too_late": gettext_noop("comes too late: whom to leave out or prefer must be said before %(before)s"),
    "step_twice": gettext_noop("stands there twice"),
    "shares_twice": gettext_noop("is a second way to share beside %(first)s: only one can decide"),
    "pool_shares_nothing": gettext_noop("chooses nobody, so %(strategy)s before it does nothing"),
    "needs_group": gettext_noop("needs a group to share among, and this rule goes to one rep"),
    "field_or_value": gettext_noop("is missing: say either a field of the lead or one fixed value"),
    "not_in_order": gettext_noop("must not be earlier than the step before"),
    "after_release": gettext_noop("can never happen: the lead was taken back before"),
    "stage_twice": gettext_noop("stands there twice: %(do)s happens once"),
    "after_the_end": gettext_noop("can never be reached: the chain has ended before"),
    "loop": gettext_noop("comes back to a group that was asked before"),
    "no_next_rule": gettext_noop("asks for a next rule, but this is the last"),
    "last_rule_asks": gettext_noop("must be empty: the last rule takes everything else"),
    "name_twice": gettext_noop("is the same name as rule %(first)s"),
    "key_twice": gettext_noop("is the same key as rule %(first)s"),
}
_CHECK = {
    "no_rules": gettext_noop("There is no rule yet."),
    "no_default_rule": gettext_noop("The last rule must take everything else: leave its condition empty."),
    "name_twice": gettext_noop("“%(name)s” is also the name of rule %(first)s."),
    "never_matches": gettext_noop("No lead can fit: its conditions contradict each other."),
    "never_reached": gettext_noop("Never reached: rule %(by)s, %(name)s, takes every such lead first."),
    "loop": gettext_noop("If nobody can take it, it comes back to %(group)s, which was asked before."),
    "unknown_rep": gettext_noop("It names a rep who does not exist."),
    "unknown_group": gettext_noop("It names a group that does not exist."),
    "group_without_members": gettext_noop("%(group)s has no members."),
    "all_weights_zero": gettext_noop("All weights in %(group)s are zero, so nobody there gets a lead."),
    "rep_without_shifts": gettext_noop("%(rep)s in %(group)s has no shifts, so never is on duty."),
    "no_territories": gettext_noop("There are no territories yet."),
    "all_limits_zero": gettext_noop("Everybody in %(group)s has a limit of 0, so nobody there gets a lead."),
    "nobody_comes": gettext_noop("Nobody in %(group)s is on duty in the next four weeks."),
    "nobody_covers_anything": gettext_noop("Nobody in %(group)s covers a territory."),
    "nobody_has_skill": gettext_noop("Nobody in %(group)s has a skill of the kind “%(kind)s”."),
    "taken_back_to_the_same": gettext_noop(
        "%(group)s has one member: a lead that is taken back goes to the same rep again."
    ),
    "taken_back_to_the_named_rep": gettext_noop("A lead that is taken back from %(rep)s goes to the same rep again."),
    "may_come_back": gettext_noop(
        "A lead that is taken back in %(group)s may go to the same rep again: add the step “not again”."
    ),
    "group_paused": gettext_noop("Routing to %(group)s is paused: its leads wait."),
    "long_way": gettext_noop(
        "How %(group)s shares takes %(sentences)s sentences to tell, and three is what people remember. Each rule"
        " with a way of its own adds one: sharing, response time and what follows as in another rule would shorten it."
    ),
    "territories_overlap": gettext_noop("%(first)s and %(second)s cover the same area; leads there go to %(first)s."),
    "territory_without_reps": gettext_noop("Nobody covers %(territory)s."),
    "territories_leave_out": gettext_noop("Leads outside of all territories go to To assign."),
}


_CONDITION = "condition_"
# (code, type): said to people who fill in a form, where the engine's own sentence speaks of its text.
_BESIDE = {
    ("no_name", ""): gettext_noop("Give the rule a name"),
    ("missing", ""): gettext_noop("Choose one"),
    ("missing_option", ""): gettext_noop("This is needed"),
    ("unknown_destination", ""): gettext_noop("Choose where its leads go"),
    ("no_reason", ""): gettext_noop("Say why: people are told"),
    ("wrong_choice", ""): gettext_noop("Choose one of those offered"),
    ("unknown_strategy", ""): gettext_noop("Choose a step"),
    ("wrong_type", ""): gettext_noop("Write a %(expected)s"),
    ("field_or_value", ""): gettext_noop("Say either a field of the lead or one fixed skill"),
    ("condition_empty", ""): gettext_noop("Fill this in, or take it out"),
    ("condition_missing_key", ""): gettext_noop("Fill this in, or take it out"),
    ("condition_wrong_type", "number"): gettext_noop("Write a number, like 10000 or 0.5"),
    ("condition_wrong_type", "yes_no"): gettext_noop("Choose yes or no"),
    ("condition_wrong_type", "date (YYYY-MM-DD)"): gettext_noop("Write a day, like 2026-01-31"),
    ("condition_wrong_type", ""): gettext_noop("This value does not fit here"),
    ("condition_wrong_country", ""): gettext_noop("Choose a country"),
    ("condition_wrong_region", ""): gettext_noop("Choose a region"),
    ("condition_unknown_field", ""): gettext_noop("There is no such field any more: choose another"),
    ("condition_unknown_operator", ""): gettext_noop("Choose how to compare"),
    ("condition_wrong_operator", ""): gettext_noop("This field cannot be compared so: choose another way"),
    ("condition_too_deep", ""): gettext_noop("Groups of conditions stand at most %(most)s deep"),
    ("condition_too_many", ""): gettext_noop("At most %(most)s here"),
}


def reading_problem(problem: RuleProblem, names: Names) -> str:
    """Where and what: “Rule 2, DACH, condition.all[1].value: compares with a value of the wrong type”."""
    text = _READING.get(problem.code) or problem.code.replace("_", " ")
    if problem.code.startswith(_CONDITION):
        text = MESSAGES[Fault(problem.code.removeprefix(_CONDITION))]
    return f"{_place(problem.path, names)}: {_(text) % _Filled(problem.numbers)}"


def bare_problem(problem: RuleProblem) -> str:
    """What is wrong, for the field it stands beside: a sentence without the place."""
    text = _BESIDE.get((problem.code, str(dict(problem.numbers).get("type", "")))) or _BESIDE.get((problem.code, ""))
    if text is None:
        text = _READING.get(problem.code) or problem.code.replace("_", " ")
        if problem.code.startswith(_CONDITION):
            text = MESSAGES[Fault(problem.code.removeprefix(_CONDITION))]
    said = str(_(text)) % _Filled(problem.numbers)
    return f"{said[:1].upper()}{said[1:].rstrip('.')}."


def own_problem(problem: RuleProblem) -> str:
    """The same inside one rule's own form: without the number of the rule."""
    return reading_problem(replace(problem, path=problem.path.partition("].")[2]), Names())


def condition_problem(problem: Problem) -> str:
    """Which leaf, and what is wrong with it."""
    return f"{problem.path or _('the condition')}: {_(problem.message) % _Filled(problem.params)}"


def check_problem(finding: Finding, names: Names) -> str:
    """A finding of `check` as a sentence."""
    numbers: dict[str, Any] = dict(finding.numbers)
    if "group" in numbers:
        numbers["group"] = names.group(numbers["group"])
    if "rep" in numbers:
        numbers["rep"] = names.rep(numbers["rep"])
    if finding.code.startswith("territor"):
        for key in {"first", "second", "territory"} & set(numbers):
            numbers[key] = names.territory(numbers[key])
    text = _CHECK.get(finding.code)
    return _(text) % _Filled(numbers) if text else finding.code.replace("_", " ")


def unreadable_steps(group: str) -> str:
    """A group whose own way to share cannot be read."""
    return _("How %s shares cannot be read: mend its steps.") % group


def pool_problem(group: str, *, mode: str, has: str) -> str:
    """A rule that uses another pool than the group has."""
    wanted = {"blind": _("a blind pool"), "broadcast": _("a pool that tells everybody")}.get(mode, _("an open pool"))
    return _("It uses %(wanted)s of %(group)s, which has %(has)s.") % {"wanted": wanted, "group": group, "has": has}


class _Filled(dict[str, Any]):
    """A number that a sentence asks for and a problem lacks reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def _place(path: str, names: Names) -> str:
    if not path.startswith("rules["):
        return path or _("The rules")
    number, _bracket, rest = path.removeprefix("rules[").partition("]")
    position = int(number)
    name = names.rules[position][1] if position < len(names.rules) else ""
    head = _("Rule %(n)d, %(name)s") % {"n": position + 1, "name": name} if name else _("Rule %d") % (position + 1)
    return f"{head}, {rest.lstrip('.')}" if rest else head
