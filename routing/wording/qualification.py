"""What qualification said of a lead, in words: the rule or answer that decided, and the condition."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leads.conditions import ConditionError, parse
from leads.conditions.fields import Catalogue
from routing.wording.conditions import condition_says

_BY_RULE = {
    "disqualified": gettext_noop("The qualification rule <b>{}</b> turns it away"),
    "look": gettext_noop("The qualification rule <b>{}</b> asks for a person to look first"),
    "qualified": gettext_noop("The qualification rule <b>{}</b> lets it through"),
}
_BY_ANSWERS = {
    "disqualified": gettext_noop("An answer in the form turns it away"),
    "look": gettext_noop("An answer in the form asks for a person to look first"),
    "qualified": gettext_noop("An answer in the form qualifies it"),
}


def verdict_says(judged: Mapping[str, Any], catalogue: Catalogue) -> SafeString | str:
    """Who said what of the lead, why, and on which condition; empty where nobody said anything."""
    told = judged.get("verdict") or {}
    by, says, reason = told.get("by"), told.get("says", ""), told.get("reason", "")
    if by == "person":
        said: SafeString | str = _("Somebody let it through by hand")
    elif by == "answers":
        said = _(_BY_ANSWERS[says])
    elif told.get("rule"):
        said = format_html(_(_BY_RULE[says]), told["rule"])
    else:
        return ""
    if reason and reason != told.get("rule"):
        said = format_html("{}: {}", said, reason)
    when = condition_of(told.get("when"), catalogue)
    return format_html("{}, {} {}.", said, _("as"), when) if when else format_html("{}.", said)


def condition_of(tree: object, catalogue: Catalogue) -> SafeString | str:
    """A condition in words; empty where it asks nothing, or for a field that is gone."""
    try:
        return condition_says(parse(tree, catalogue))
    except ConditionError:
        return ""


def qualification_json(judged: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same for programs; None where nothing was said."""
    verdict, score = judged.get("verdict") or {}, judged.get("score")
    if not verdict and not score and not judged.get("sources"):
        return None
    return {
        "verdict": verdict.get("says"),
        "by": verdict.get("by"),
        "rule": verdict.get("rule"),
        "reason": verdict.get("reason"),
        "condition": verdict.get("when"),
        "score": {
            "given": score["given"],
            "rows": [{"label": label, "points": points} for label, points in score["rows"]],
        }
        if score
        else None,
        "sources": judged.get("sources") or {},
    }
