"""Weights by output in words: what is proposed and why, in leads; what weights bring; and why they went back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reporting import weights
from reporting.models import WeightPlan, WeightProposal
from reporting.pictures.intervals import Interval, Intervals
from reporting.statistics.shrunk import ENOUGH_LEADS, PAR
from reporting.statistics.thompson import WHOLE
from reporting.weights import Measured
from reps.models import Group, Rep

_ERRORS = {
    "off": gettext_lazy("Weights by output are switched off for this group."),
    "not_weighed": gettext_lazy("This group does not share by weight, so weights would change nothing."),
    "too_early": gettext_lazy(
        "Too early: at least two reps need 30 leads each that are old enough to have come to something."
    ),
    "applied": gettext_lazy("Already applied by %s."),
    "dismissed": gettext_lazy("This proposal was dismissed, or a newer one took its place."),
    "closed_went_back": gettext_lazy("This proposal was closed when the weights went back by themselves."),
    "closed_off": gettext_lazy("This proposal was closed when weights by output were switched off."),
    "went_back": gettext_lazy("Nothing was undone: the weights went back by themselves to what they were before."),
    "stale": gettext_lazy("Nothing was applied: since the proposal was made, something changed for %s. Propose anew."),
    "stale_undo": gettext_lazy("Nothing was undone: since then somebody changed the weight of %s. Set it on Team."),
    "not_the_last": gettext_lazy("Only the weights that were applied last can be undone."),
}
_PER_LEAD = {
    "wins": gettext_lazy("%s wins per lead than even sharing"),
    "meetings": gettext_lazy("%s meetings per lead than even sharing"),
    "opportunities": gettext_lazy("%s opportunities per lead than even sharing"),
}
_SHOWN = timedelta(days=28)


def error_says(error: weights.WeightsError) -> str:
    """What was refused, and what to do."""
    said = str(_ERRORS[error.code])
    return said % (error.names or _("somebody else")) if "%s" in said else said


def proposal(row: WeightProposal, names: Mapping[int, Rep]) -> dict[str, Any]:
    """An open proposal, line by line, who gets more first."""
    known = [each for each in row.lines if each["rep"] in names]
    total = sum(each["got"] for each in row.lines)
    count = ngettext("%(n)s lead", "%(n)s leads", total) % {"n": number_format(total, force_grouping=True)}
    days = ngettext("%(n)d day", "%(n)d days", row.days) % {"n": row.days}
    ordered = sorted(known, key=lambda each: (-each["share"], names[each["rep"]].name))
    return {
        "uid": row.uid,
        "made_at": row.made_at,
        "made_by": row.made_by.name if row.made_by else "",
        "span": _("as many leads as in the last %(days)s: %(leads)s") % {"days": days, "leads": count},
        "lines": [_line(each, row, names[each["rep"]].name) for each in ordered],
        "picture": picture(row, names),
    }


def _line(each: Mapping[str, Any], row: WeightProposal, name: str) -> dict[str, Any]:
    weight = row.before.get(str(each["rep"]), 0)
    weighed = [one for one in row.before.values() if one > 0]
    would, got = round(each["would"]), each["got"]
    return {
        "name": name,
        "now": number_format(weight * len(weighed) / sum(weighed) if weighed else 1, 2),
        "weight": _("weight %d") % weight,
        "proposed": number_format(each["share"], 2),
        "weight_proposed": _("weight %d") % row.weights[str(each["rep"])],
        "got": number_format(got, 0, force_grouping=True),
        "would": number_format(would, 0, force_grouping=True),
        "leads": _("about %(would)d instead of %(got)d") % {"would": would, "got": got}
        if would != got
        else _("as now"),
        "tone": "" if would == got else ("more" if would > got else "less"),
        "why": why(each),
    }


def why(each: Mapping[str, Any]) -> str:
    """Why a rep's share is what it is."""
    if each["early"]:
        said = {"n": each["leads"], "least": ENOUGH_LEADS}
        return _("too early: %(n)d of %(least)d leads are old enough; an even share") % said
    said = {name: number_format(round(each[name]), 0) for name in ("score", "low", "high")}
    return _("adjusted score %(score)s, between %(low)s and %(high)s") % said


def picture(row: WeightProposal, names: Mapping[int, Rep]) -> Intervals:
    """The scores the shares come from, each with what chance leaves open."""
    rows = tuple(
        Interval(
            names[each["rep"]].name,
            None if each["early"] else round(each["score"]),
            None if each["early"] else each["low"],
            None if each["early"] else each["high"],
            n=each["leads"],
            note=_("too early") if each["early"] else "",
            quiet=each["low"] <= PAR <= each["high"],
        )
        for each in sorted(row.lines, key=lambda one: -one["score"])
        if each["rep"] in names
    )
    return Intervals(
        name="weights-scores",
        title=_("Adjusted for lead quality, older weeks counting less"),
        unit="count",
        rows=rows,
        label_is=_("Rep"),
        value_is=_("Adjusted"),
        mark=PAR,
        mark_is=_("what others reach"),
        level=_("90 % interval"),
    )


def measured(plan: WeightPlan) -> dict[str, Any] | None:
    """What the weights brought so far; nothing before the first look."""
    found = Measured.read(plan.measured)
    if found is None or plan.since is None:
        return None
    return {
        "says": lift_says(found, plan.result),
        "at": plan.looked_at,
        "until": found.until,
        "rows": [
            _side(_("Shared by weight"), found.leads, found.won),
            _side(_("Shared evenly"), found.even_leads, found.even_won),
        ],
        "below": plan.below,
        "result": capfirst(WeightPlan.Result(plan.result).label),
    }


def lift_says(found: Measured, result: str) -> str:
    """The gain with its interval, and whether anything may be said of it."""
    gain = found.lift
    if gain is None or gain.value is None or found.all_won < 1:
        return _("Nothing to compare yet: leads shared evenly have had too little time to come to something.")
    said = str(_PER_LEAD[result]) % _signed(gain.value)
    span = {"low": _signed(gain.low), "high": _signed(gain.high)}
    if gain.low > 0:
        verdict = _("more than chance would make it")
    elif gain.high < 0:
        verdict = _("less than even sharing")
    else:
        verdict = _("too early to say")
    return _("%(gain)s, between %(low)s and %(high)s: %(verdict)s.") % {"gain": said, **span, "verdict": verdict}


def _side(label: str, leads: int, won: int) -> dict[str, str]:
    return {
        "label": label,
        "leads": number_format(leads, force_grouping=True),
        "won": number_format(won, force_grouping=True),
        "per_100": number_format(won / leads * WHOLE, 1) if leads else "-",
    }


def _signed(value: float) -> str:
    n = round(value * WHOLE)
    sign = "+" if n > 0 else "\N{MINUS SIGN}" if n < 0 else ""
    return _("%(sign)s%(n)s %%") % {"sign": sign, "n": number_format(abs(n), 0, force_grouping=True)}


def rule_says() -> str:
    """When weights go back by themselves, and how often that is mere chance."""
    return _(
        "Weights go back by themselves to what they were before, and this is switched off, when the whole range is"
        " below 0 at %(looks)d weekly looks in a row, from %(even)d leads shared evenly and %(results)d results on; or"
        " when fewer than %(least)d leads were shared so in 13 weeks. Where weights neither help nor harm, chance alone"
        " does the first in about %(false)d of 100 groups within a year."
    ) % {
        "looks": weights.LOOKS,
        "even": weights.LEAST_EVEN,
        "results": weights.LEAST_RESULTS,
        "least": weights.LEAST_LEADS,
        "false": weights.FALSE_STOPS,
    }


def past(rows: Sequence[WeightProposal]) -> list[dict[str, Any]]:
    """Proposals that were answered, newest first."""
    return [{"made_at": row.made_at, "says": _answered(row), "at": _answered_at(row)} for row in rows]


def _answered(row: WeightProposal) -> str:
    if row.applied_at and row.closed_why:
        by = row.applied_by.name if row.applied_by else _("somebody")
        return _("applied by %(by)s; %(closed)s") % {"by": by, "closed": _closed(row)}
    if row.closed_why:
        return _closed(row)
    if row.undone_at:
        return _("applied, and undone by %s") % (row.undone_by.name if row.undone_by else _("somebody"))
    if row.applied_at:
        return _("applied by %s") % (row.applied_by.name if row.applied_by else _("somebody"))
    return _("dismissed by %s") % (row.dismissed_by.name if row.dismissed_by else _("somebody"))


def _closed(row: WeightProposal) -> str:
    return str(WeightProposal.Closed(row.closed_why).label)


def _answered_at(row: WeightProposal) -> datetime | None:
    return row.undone_at or row.applied_at or row.dismissed_at


def lines(groups: Sequence[Group], *, now: datetime) -> list[dict[str, str]]:
    """What waits for a manager, and what went back lately, in a line each for the board."""
    waiting = WeightProposal.objects.filter(group__in=groups, applied_at=None, dismissed_at=None)
    stopped = WeightPlan.objects.filter(group__in=groups, stopped_at__gt=now - _SHOWN)
    return [
        *(
            _board_line(
                row.group,
                _("New weights are proposed for %s") % row.group.name,
                _("Nothing changes until you apply them."),
            )
            for row in waiting.select_related("group").order_by("made_at")
        ),
        *(
            _board_line(plan.group, _("The weights of %s went back") % plan.group.name, stopped_says(plan), tone="due")
            for plan in stopped.select_related("group").order_by("-stopped_at")
        ),
    ]


def stopped_says(plan: WeightPlan) -> str:
    """Why it was stopped."""
    return _("Stopped: %s.") % WeightPlan.Why(plan.stopped_why).label if plan.stopped_why else ""


def _board_line(group: Group, title: str, says: str, *, tone: str = "") -> dict[str, str]:
    url = f"{reverse('weights')}?group={group.uid}"
    return {"tone": tone, "title": title, "says": says, "url": url, "action": _("Weights")}
