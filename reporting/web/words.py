"""What people read on the reports: names of figures, periods, and how leads came and went."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.period import DAYS, Period
from routing.models import Assignment

PERIODS = [
    ("today", gettext_lazy("Today")),
    ("7", gettext_lazy("Last 7 days")),
    ("30", gettext_lazy("Last 30 days")),
    ("90", gettext_lazy("Last 90 days")),
    ("month", gettext_lazy("This month")),
]
FIGURES = {
    "leads": gettext_lazy("Leads"),
    "speed_to_lead": gettext_lazy("Speed to lead"),
    "response_time": gettext_lazy("Rep response time"),
    "response_sla": gettext_lazy("Within response time"),
    "reached": gettext_lazy("Reached"),
    "meetings": gettext_lazy("Meetings per 100"),
    "close_rate": gettext_lazy("Close rate"),
}
STEPS = {
    "leads": gettext_lazy("Assigned"),
    "contacted": gettext_lazy("Contacted"),
    "reached": gettext_lazy("Reached"),
    "meetings": gettext_lazy("Meeting"),
    "won": gettext_lazy("Won"),
}
CAME = {
    Assignment.How.RULE.value: gettext_lazy("by a rule"),
    Assignment.How.CLAIM.value: gettext_lazy("claimed from the pool"),
    Assignment.How.MANUAL.value: gettext_lazy("assigned by hand"),
    Assignment.How.HAND_OVER.value: gettext_lazy("reassigned by hand"),
    Assignment.How.HISTORY.value: gettext_lazy("imported"),
}
WENT = {
    "won": gettext_lazy("won"),
    "lost": gettext_lazy("lost"),
    "unqualified": gettext_lazy("unqualified"),
    Assignment.End.RETURNED.value: gettext_lazy("returned"),
    Assignment.End.PUT_BACK.value: gettext_lazy("put back into the pool"),
    Assignment.End.HAND_OVER.value: gettext_lazy("reassigned to others"),
    Assignment.End.RELEASED.value: gettext_lazy("unassigned"),
    Assignment.End.MERGED.value: gettext_lazy("merged with another"),
    Assignment.End.CLOSED.value: gettext_lazy("closed"),
}


def told(period: Period) -> str:
    """The period in words, with what it is compared with."""
    since, until = timezone.localtime(period.since), timezone.localtime(period.until)
    if period.key == "today":
        clock = date_format(until, "H:i")
        return _("Today until %s, against yesterday until then") % clock
    days = {"since": date_format(since, "j F"), "until": date_format(until, "j F")}
    if period.key in DAYS:
        return _("%(since)s to %(until)s, against the %(n)s days before") % {**days, "n": DAYS[period.key]}
    return _("%(since)s to %(until)s, against as much of the month before") % days
