"""What My availability shows: the switch, the week, time off, holidays, places in line, and who changed what."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reps import availability, hours
from reps.models import Group, Membership, Rep, TimeOff
from reps.templatetags.face import ordinal
from reps.web.nav import duty_of
from routing import standing
from routing.engine.ruleset import RuleSetError, parse_steps
from routing.web.hours import week
from routing.web.hours.asked import HoursForm
from routing.web.hours.forms import QUICK, off_says
from routing.web.hours.words import idle_says, since_says

_PAST = timedelta(days=366)
_MOST_PAST = 12


def context(rep: Rep, *, now: datetime, own: bool) -> dict[str, Any]:
    """All but the forms."""
    duty = duty_of(rep, now=now)
    return {
        "rep": rep,
        "own": own,
        "zone": rep.time_zone.replace("_", " "),
        "duty": duty,
        "works_now": rep.pk in availability.on_duty([rep.pk], now),
        "quick": QUICK,
        "coming": [_off(row, now) for row in rep.time_off.filter(ends_at__gt=now).order_by("starts_at")],
        "past": [
            _off(row, now)
            for row in rep.time_off.filter(ends_at__lte=now, ends_at__gt=now - _PAST).order_by("-starts_at")[
                :_MOST_PAST
            ]
        ],
        "holidays": _holidays(rep, now),
        "turns": _turns(rep, now),
        "idle": idle_says(_idle(rep, now)),
    }


def grid(rep: Rep, form: HoursForm, *, now: datetime, go: str | None) -> dict[str, Any]:
    """The week as typed, copied, or kept."""
    following = hours.next_week_from(rep, now)
    if isinstance(form, week.WeekForm) and form.is_bound:
        pairs = form.copied() if go == "copy" else {day: form.pairs(day) for day in range(7)}
        errors = form.day_errors
    else:
        pairs, errors = week.typed(hours.week_at(rep, now)), {}
    blocks = hours.week_at(rep, now)
    return {
        "rows": week.rows(pairs, errors, more=go == "more"),
        "total": f"{hours.weekly_hours(blocks):.1f}".removesuffix(".0"),
        "following": since_says(following, now) if following else "",
        "following_total": f"{hours.weekly_hours(hours.week_at(rep, following)):.1f}".removesuffix(".0")
        if following
        else "",
    }


def _off(row: TimeOff, now: datetime) -> dict[str, Any]:
    start, end = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    whole = end.time().isoformat() == "00:00:00"
    last = end - timedelta(days=1) if whole else end
    return {
        "pk": row.pk,
        "says": off_says(row.starts_at, row.ends_at),
        "kind": row.get_kind_display(),
        "kind_value": row.kind,
        "now": hours.in_force(row, now),
        "first": start.date().isoformat(),
        "last": last.date().isoformat(),
        "begins": start.strftime("%H:%M") if start.time().isoformat() != "00:00:00" else "",
        "ends": "" if whole else end.strftime("%H:%M"),
    }


def _holidays(rep: Rep, now: datetime) -> list[dict[str, Any]]:
    today = timezone.localtime(now).date()
    worked = set(rep.holidays_worked.filter(day__gte=today).values_list("day", flat=True))
    return [
        {"day": day.isoformat(), "says": date_format(day, "D j M"), "name": name, "works": day in worked}
        for day, name in availability.next_holidays(rep, after=today)
    ]


def _turns(rep: Rep, now: datetime) -> list[dict[str, str]]:
    """Place in line and what is owed, per group that shares by turns."""
    rows = Membership.objects.at(now).filter(rep=rep, group__active=True).select_related("group")
    return [
        {"group": group.name, "place": _("%s in line") % ordinal(place.rank), "owed": _owed(place.owed)}
        for group, place in standing.places_of([row.group for row in rows], rep, now=now)
    ]


def _owed(owed: float) -> str:
    """What the group owes the rep, or the other way round."""
    amount = f"{abs(owed):.2f}"
    if amount == "0.00":
        return _("even: nothing is owed either way")
    says = _("owed %s of a lead") if owed > 0 else _("%s of a lead ahead of the fair share")
    if abs(owed) >= 1:
        says = _("owed %s leads") if owed > 0 else _("%s leads ahead of the fair share")
    return says % amount


def _idle(rep: Rep, now: datetime) -> list[tuple[str, str, int]]:
    """The groups that ask whether a rep is at work on a page."""
    found = []
    groups = Membership.objects.at(now).filter(rep=rep, group__active=True).values("group")
    for group in Group.objects.filter(pk__in=groups).order_by("name"):
        try:
            steps = parse_steps(group.steps)
        except RuleSetError:
            continue
        found += [
            (group.name, step.options.there, step.options.active_minutes)
            for step in steps
            if step.strategy == "availability" and step.options.there != "shift"
        ]
    return found
