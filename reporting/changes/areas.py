"""Which rows keep a history, by what people call it, and what of them says nothing to people."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from leads import models as leads
from reporting import models as reporting
from reps import models as reps
from routing import models as routing


class Area(NamedTuple):
    """One kind of thing that people change."""

    label: Any
    models: tuple[Any, ...]


AREAS = {
    "rules": Area(_("Rules"), (routing.RuleSet, routing.Rule, routing.Band)),
    "team": Area(
        _("Team"),
        (reps.Rep, reps.Group, reps.Membership, reps.RepSkill, reps.Territory, reps.TerritoryCover, reps.Invitation),
    ),
    "hours": Area(_("Hours"), (reps.Shift, reps.TimeOff, reps.Pause, reps.HolidayWorked, reps.CalendarFeed)),
    "doors": Area(
        _("Connections and forms"),
        (
            leads.Connection,
            leads.Hook,
            leads.WebForm,
            leads.FormItem,
            leads.FormAnswer,
            leads.FormEnding,
            leads.FirstReply,
        ),
    ),
    "qualify": Area(
        _("Qualification"), (leads.QualificationRule, leads.ScoreRow, leads.ScoreBand, leads.CompanyRecord)
    ),
    "work": Area(_("Follow-up"), (leads.WorkPlan, leads.FollowUpStep)),
    "weights": Area(_("Targets and weights by output"), (reporting.Target, reporting.WeightPlan)),
    "settings": Area(_("Settings"), (reps.Installation, reps.Division, reps.ExchangeRate, routing.Baseline)),
}
# Kept, but nothing anybody would read: numbers of rows, marks of saves, what is noted by itself.
SILENT = frozenset({
    "id", "uid", "key", "division", "revision", "updated_at", "address_digest", "places_seen", "starts_at", "used_at",
})  # fmt: skip
# What a row is called by, first found first; else by whom and what it joins.
NAMES = ("name", "title", "label", "shown", "email", "domain", "subject", "text", "currency")
# What nobody sees as a thing of its own is called by where it is changed.
CALLED = {reps.Division: _("Settings"), reps.Installation: _("Settings"), routing.Baseline: _("Worth it?")}
JOINS = ("rep", "group", "skill", "territory", "form", "item", "plan", "rule_set", "connection")
