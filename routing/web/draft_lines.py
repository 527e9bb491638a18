"""The draft as a page shows it: one sentence a rule, what changed, what is wrong, and how many leads it would fit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from routing import rulesets, wording
from routing.engine.ruleset import RuleSetError
from routing.models import RuleSet
from routing.rulesets import Matches, Problem, compare, diff
from routing.web.hits import SAMPLE, hits_of
from routing.web.rule_form import Choices


def told(rule_set: RuleSet, choices: Choices, *, now: datetime) -> dict[str, Any]:
    """Rules, problems of the whole, and of how many leads the shares are."""
    body = rulesets.body_of(rule_set)
    names = wording.Names.load(rule_set.division_id, rules=body["rules"])
    hits = hits_of(rule_set, body, choices, now=now)
    found = rulesets.problems_of(rule_set, now=now, body=body)
    marks = _marks(rule_set, body)
    last = len(body["rules"]) - 1
    return {
        "rules": [
            {
                "number": n + 1,
                "key": rule["key"],
                "name": rule["name"],
                "says": says(rule, choices, names),
                "mark": marks.get(rule["key"], ""),
                "share": hits.share(rule["key"]),
                "leads": hits.rules.get(rule["key"], 0),
                "problems": [problem(p, body["rules"]) for p in found if p.rule == n],
                "first": n == 0,
                "last": n == last,
            }
            for n, rule in enumerate(body["rules"])
        ],
        "order": ",".join(rule["key"] for rule in body["rules"]),
        "problems": [problem(p) for p in found if p.rule is None],
        "blocked": any(p.blocks for p in found),
        "shares_of": shares_of(hits),
        "revision": rule_set.revision,
    }


def says(rule: Mapping[str, Any], choices: Choices, names: wording.Names) -> Any:
    """The rule as a sentence; nothing where it cannot be read yet."""
    try:
        return wording.rule_says(rulesets.read_alone(rule, choices.catalogue), names)
    except RuleSetError:
        return ""


def shares_of(hits: Matches) -> str:
    """What the percentages are of, honest where there is nothing, or only a part."""
    if not hits.total:
        return _("No lead came in the last 30 days, so nothing can be counted yet.")
    total = number_format(hits.total, force_grouping=True)
    if hits.sampled:
        return _("Shares are of the newest %s leads of the last 30 days.") % number_format(SAMPLE, force_grouping=True)
    return ngettext(
        "Shares are of the one lead of the last 30 days.",
        "Shares are of the %(n)s leads of the last 30 days.",
        hits.total,
    ) % {"n": total}


def _marks(rule_set: RuleSet, body: Mapping[str, Any]) -> dict[str, str]:
    """Which rules are not as they were published."""
    if rule_set.published is None:
        return {}
    words = {diff.Kind.ADDED: _("new"), diff.Kind.CHANGED: _("changed"), diff.Kind.MOVED: _("moved")}
    changes = diff.diff(rule_set.published.body, body)
    return {str(c.after["key"]): words[c.kind] for c in changes if c.after is not None and c.kind in words}


def problem(problem: Problem, rules: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Without the place where it stands beside the rule; with `rules`, what would mend it where a move does."""
    text = problem.text
    if problem.rule is not None and problem.path:
        text = text.partition(": ")[2] or text
    told: dict[str, Any] = {"tone": "late" if problem.blocks else "due", "text": f"{text[:1].upper()}{text[1:]}"}
    if problem.above is not None and problem.above < len(rules):
        told["above"] = {"key": rules[problem.above]["key"], "n": problem.above + 1}
    return told


def whole_problem(problem: Problem) -> dict[str, str]:
    """With the place: of a list that stands apart from the rules."""
    return {"tone": "late" if problem.blocks else "due", "text": problem.text}


def bar(rule_set: RuleSet) -> dict[str, Any]:
    """What the draft is against the version in force, and who saved it last."""
    live = rule_set.published
    saved = rulesets.saved_since(rule_set, rule_set.revision - 1)
    changes = (
        len(compare.compare(compare.Text.version(live), compare.Text.draft(rule_set), division_id=rule_set.division_id))
        if live
        else 0
    )
    return {
        "version": live.n if live else 0,
        "next": (rule_set.versions.order_by("-n").values_list("n", flat=True).first() or 0) + 1,
        "changes": changes,
        "by": saved[-1].by if saved else "",
        "at": saved[-1].at if saved else None,
    }
