"""What people read on the reports: names of figures, periods, and how leads came and went."""

from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.period import BETWEEN, DAYS, Period
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
# A rep's own: what they can do something about, in the order in which a lead goes.
OWN = {
    "speed_to_lead": gettext_lazy("Speed to lead, median"),
    "response_sla": gettext_lazy("Within response time"),
    "first_call": gettext_lazy("Reached at first call"),
    "call_duration": gettext_lazy("Call, median"),
    "meetings": gettext_lazy("Meetings"),
    "close_rate": gettext_lazy("Close rate"),
}
# With those that stand one click down.
RANGES = {
    "speed_to_lead": OWN["speed_to_lead"],
    "response_time": gettext_lazy("Rep response time, median"),
    "response_sla": OWN["response_sla"],
    "first_call": OWN["first_call"],
    "call_duration": OWN["call_duration"],
    "responded": gettext_lazy("Contacted"),
    "reached": gettext_lazy("Reached"),
    "meetings": gettext_lazy("Came to a meeting"),
    "close_rate": OWN["close_rate"],
}
STEPS = {
    "leads": gettext_lazy("Assigned"),
    "responded": gettext_lazy("Contacted"),
    "reached": gettext_lazy("Reached"),
    "meetings": gettext_lazy("Meeting booked"),
    "meetings_held": gettext_lazy("Meeting held"),
    "opportunities": gettext_lazy("Opportunity"),
    "won": gettext_lazy("Won"),
}
CAME = {
    Assignment.How.RULE.value: gettext_lazy("by a rule"),
    Assignment.How.CLAIM.value: gettext_lazy("claimed from the pool"),
    Assignment.How.MANUAL.value: gettext_lazy("assigned by hand"),
    Assignment.How.HAND_OVER.value: gettext_lazy("reassigned by hand"),
    Assignment.How.HISTORY.value: gettext_lazy("imported"),
}
CAME |= {
    Assignment.How.OFFER.value: gettext_lazy("offer accepted"),
    Assignment.How.HANDOFF.value: gettext_lazy("a stage was reached"),
}
# What an entry of the fair share is where no spell of ownership began with it.
ENTRIES = {
    "share": gettext_lazy("shared by the rules"),
    "forced": gettext_lazy("given or pulled"),
    "reversed": gettext_lazy("taken back: everybody's part is returned"),
    "left": gettext_lazy("left the group"),
    "forgiven": gettext_lazy("forgiven after time off"),
    "earned": gettext_lazy("earned during time off"),
    "repaid": gettext_lazy("made up for after time off"),
    "borne": gettext_lazy("borne for somebody back from time off"),
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
    if period.key == BETWEEN:
        last = timezone.localtime(period.until - timedelta(seconds=1))
        days = {"since": date_format(since, "j F Y"), "until": date_format(last, "j F Y")}
        return _("%(since)s to %(until)s, against as many days before") % days
    if period.key in DAYS:
        return _("%(since)s to %(until)s, against the %(n)s days before") % {**days, "n": DAYS[period.key]}
    return _("%(since)s to %(until)s, against as much of the month before") % days
