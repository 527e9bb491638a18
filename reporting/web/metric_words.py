"""What people read of each metric: its name, its figure in words, what it is of, and how it moved."""

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reporting.metric import ENOUGH, Answer
from reporting.metrics import own_shelf, shelf
from reps.templatetags.face import EMPTY, duration, percent

# In the order in which a lead goes.
SECTIONS = (
    (gettext_lazy("How fast"), ("arrived", "speed_to_lead", "leads", "response_time", "response_sla")),
    (gettext_lazy("Contact"), ("responded", "reached", "first_call", "call_duration", "touches_to_reach")),
    (
        gettext_lazy("What came of it"),
        ("meetings", "meetings_held", "opportunities", "close_rate", "assigned_to_close", "time_to_close", "won_money"),
    ),
    (
        gettext_lazy("Waiting, load and returns"),
        ("pool_wait", "hold_wait", "load", "hours_on_duty", "leads_per_hour", "return_rate"),
    ),
)
LABELS = {
    "arrived": gettext_lazy("Leads in"),
    "speed_to_lead": gettext_lazy("Speed to lead"),
    "leads": gettext_lazy("Leads assigned"),
    "response_time": gettext_lazy("Rep response time"),
    "response_sla": gettext_lazy("Within response time"),
    "responded": gettext_lazy("Contacted"),
    "reached": gettext_lazy("Reached"),
    "first_call": gettext_lazy("Reached at first call"),
    "call_duration": gettext_lazy("Call duration"),
    "touches_to_reach": gettext_lazy("Contacts until reached"),
    "meetings": gettext_lazy("Meetings booked"),
    "meetings_held": gettext_lazy("Meetings held"),
    "opportunities": gettext_lazy("Opportunities"),
    "close_rate": gettext_lazy("Close rate"),
    "assigned_to_close": gettext_lazy("Assigned to close"),
    "time_to_close": gettext_lazy("Time to close"),
    "won_money": gettext_lazy("Money won"),
    "pool_wait": gettext_lazy("Wait in a pool"),
    "hold_wait": gettext_lazy("Wait on hold"),
    "load": gettext_lazy("Load against capacity"),
    "hours_on_duty": gettext_lazy("Hours on duty"),
    "leads_per_hour": gettext_lazy("Leads an hour on duty"),
    "return_rate": gettext_lazy("Returned"),
}
# Beside the section that begins with the metric.
NOTES = {"meetings": gettext_lazy("the leads of the period before have had more time")}
_WAIT = gettext_lazy("%s still wait")
# Of a duration: what ended, and what did not.
_ENDED = {
    "speed_to_lead": (gettext_lazy("%s contacted"), _WAIT),
    "response_time": (gettext_lazy("%s contacted"), gettext_lazy("%s not")),
    "touches_to_reach": (gettext_lazy("%s reached"), gettext_lazy("%s not")),
    "call_duration": (gettext_lazy("%s calls"),),
    "time_to_close": (gettext_lazy("%s won"),),
    "pool_wait": (gettext_lazy("%s claimed"), gettext_lazy("%s not")),
    "hold_wait": (gettext_lazy("%s went on"), _WAIT),
}
# Where less is better.
_LESS = {"speed_to_lead", "response_time", "touches_to_reach", "pool_wait", "hold_wait"}
# Of these a difference is told in colour. What comes of leads takes time, and the leads of the period before had more.
_PROMPT = {"speed_to_lead", "response_time", "response_sla", "first_call", "touches_to_reach", "pool_wait", "hold_wait"}


def unit_of(name: str) -> str:
    """share, seconds, count, number, rate, money or hours."""
    return (shelf().get(name) or own_shelf()[name]).unit


def value(name: str, answer: Answer, *, currency: str = "") -> str:
    """The figure in words; of a middle not reached, longer than what."""
    unit = unit_of(name)
    if answer.beyond is not None:
        return _("over %s") % _amount(unit, answer.beyond, currency)
    if answer.value is None or is_too_early(name, answer):
        return EMPTY
    return _amount(unit, answer.value, currency)


def is_too_early(name: str, answer: Answer) -> bool:
    """A close rate of a few leads is luck."""
    return name == "close_rate" and answer.n + answer.open < ENOUGH


def interval(name: str, answer: Answer) -> str:
    """From where to where, 95 %."""
    if answer.low is None or is_too_early(name, answer) or (answer.value is None and answer.beyond is None):
        return ""
    unit = unit_of(name)
    if answer.high is None:
        return _("from %s") % _amount(unit, answer.low, "")
    return _("%(low)s to %(high)s") % {"low": _amount(unit, answer.low, ""), "high": _amount(unit, answer.high, "")}


def of(name: str, answer: Answer) -> str:
    """What the figure was made of."""
    unit = unit_of(name)
    if is_too_early(name, answer):
        n = answer.n + answer.open
        early = ngettext(
            "too early: %(n)d lead, shown from %(enough)d", "too early: %(n)d leads, shown from %(enough)d", n
        )
        return early % {"n": n, "enough": ENOUGH}
    if unit == "share":
        told = {"count": _n(answer.count), "n": _n(answer.n)}
        return _("%(count)s of %(n)s") % told if answer.n else ""
    if name in _ENDED:
        parts = zip(_ENDED[name], (answer.n, answer.open), strict=False)
        return ", ".join(str(words) % _n(n) for words, n in parts if n)
    if unit == "money" and answer.open:
        return _("%s won without a worth") % _n(answer.open)
    return ""


def moved(name: str, answer: Answer, before: Answer, *, currency: str = "") -> tuple[str, str]:
    """What it was in the period before, and "good" or "bad" where the difference is clear of both intervals."""
    if before.value is None and before.beyond is None:
        return "", ""
    was = _("was %s") % value(name, before, currency=currency)
    if name not in _PROMPT or None in {answer.low, answer.high, before.low, before.high}:
        return was, ""
    if answer.low > before.high:  # type: ignore[operator]  # none is None
        return was, "late" if name in _LESS else "good"
    if answer.high < before.low:  # type: ignore[operator]  # none is None
        return was, "good" if name in _LESS else "late"
    return was, ""


def _amount(unit: str, amount: float, currency: str) -> str:
    if unit == "seconds":
        return duration(round(amount))
    if unit == "share":
        return percent(amount)
    if unit == "money":
        return f"{number_format(round(amount), force_grouping=True)} {currency}".strip()
    if unit == "hours":
        return _("%s h") % number_format(round(amount), force_grouping=True)
    if unit == "rate":
        return number_format(round(amount, 2), 2)
    return number_format(int(amount) if amount == int(amount) else round(amount, 1), force_grouping=True)


def _n(count: int) -> Any:
    return number_format(count, force_grouping=True)
