"""Shifts and time off: everybody's duty for a week, and arrivals against duty, by the reader's clock."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reps import availability, schedule
from reps.availability import Calendar
from reps.models import Group, Rep
from routing.web.team import heat, scope
from routing.web.team.scope import Scope

_PER_PAGE = 50
_DAY = timedelta(days=1)
_FARTHEST = timedelta(days=731)
_MINUTES = 1440  # the width of a day's bar
AWAY = {
    availability.PAUSED: gettext_lazy("paused"),
    availability.LEAVE: gettext_lazy("time off"),
    availability.HOLIDAY: gettext_lazy("public holiday"),
    availability.BUSY: gettext_lazy("busy"),
}


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """A week that may be chosen, and the heat map of the weeks before now."""
    mine = scope.of(request)
    shown = [group for group in mine.groups if str(group.uid) == request.GET.get("group")]
    q = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    context = {
        **_week(mine, shown, q, request.GET),
        "now": mine.now,
        "tabs": scope.tabs("team-week"),
        "groups": mine.groups,
        "chosen": request.GET.get("group", "") if shown else "",
        "q": q,
        "zone": timezone.get_current_timezone_name().replace("_", " "),
        "heat": heat.context(shown or mine.groups, ungrouped=not shown, now=mine.now),
    }
    return render(request, "routing/team_week.html", context)


def _week(mine: Scope, shown: Sequence[Group], q: str, asked: Mapping[str, str]) -> dict[str, Any]:
    monday = _monday(asked.get("from", ""), mine.now)
    days = [monday + n * _DAY for n in range(7)]
    rows = mine.reps(shown or None)
    if q:
        rows = rows.filter(Q(user__name__icontains=q) | Q(user__email__icontains=q))
    paged = Paginator(rows, _PER_PAGE).get_page(asked.get("page"))
    table = rows_of(list(paged.object_list), days)
    today = timezone.localtime(mine.now).date()
    kept = {name: asked[name] for name in ("group", "q") if asked.get(name)}
    return {
        "page": paged,
        "days": [
            {"label": date_format(day, "D"), "day": date_format(day, "j M"), "today": day == today} for day in days
        ],
        "rows": table,
        "there": [
            {"label": date_format(day, "D"), "n": sum(bool(row["days"][n]["bars"]) for row in table)}
            for n, day in enumerate(days)
        ],
        "title": _("%(first)s to %(last)s")
        % {"first": date_format(days[0], "j M"), "last": date_format(days[6], "j M Y")},
        "monday": monday.isoformat(),
        "before_url": _url(kept, monday - 7 * _DAY),
        "after_url": _url(kept, monday + 7 * _DAY),
        "now_url": "" if days[0] <= today <= days[6] else _url(kept, None),
    }


def rows_of(reps: Sequence[Rep], days: Sequence[date]) -> list[dict[str, Any]]:
    """Each rep's days; the number of queries does not grow with the reps."""
    zone = _zone()
    edges = [schedule.instant(day, zone) for day in (*days, days[-1] + _DAY)]
    calendars = availability.calendars([rep.pk for rep in reps], since=edges[0], until=edges[-1])
    return [
        {
            "rep": rep,
            "days": [
                {"label": date_format(day, "D"), **_day(calendars[rep.pk], edges[n], edges[n + 1])}
                for n, day in enumerate(days)
            ],
        }
        for rep in reps
    ]


def _day(calendar: Calendar, start: datetime, end: datetime) -> dict[str, Any]:
    """Duty as bars and in words; planned hours that fall away, and why."""
    duty = list(schedule.clip(calendar.duty, (start, end)))
    gone = list(schedule.clip(schedule.subtract(calendar.shifts, calendar.duty), (start, end)))
    kinds = dict.fromkeys(
        one.kind for one in calendar.absences for first, last in gone if one.start < last and (one.end or end) > first
    )
    return {
        "bars": [_bar(span, start, end) for span in duty],
        "away": [_bar(span, start, end) for span in gone],
        "says": ", ".join(_hours(span, start, end) for span in duty),
        "why": ", ".join(str(AWAY[kind]) for kind in AWAY if kind in kinds),
    }


def _bar(span: schedule.Span, start: datetime, end: datetime) -> dict[str, int]:
    whole = (end - start).total_seconds()
    x, stop = (round(_MINUTES * (at - start).total_seconds() / whole) for at in span)
    return {"x": x, "width": max(stop - x, 1)}


def _hours(span: schedule.Span, start: datetime, end: datetime) -> str:
    if span == (start, end):
        return _("all day")
    first, last = (timezone.localtime(at) for at in span)
    return f"{_clock(first)}-{_('24') if span[1] == end else _clock(last)}"


def _clock(at: datetime) -> str:
    return date_format(at, "G:i").removesuffix(":00")


def _monday(text: str, now: datetime) -> date:
    """Of the week that holds the day; this week where there is none, or one too far away."""
    today = timezone.localtime(now).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    if abs(day - today) > _FARTHEST:
        day = today
    return day - day.weekday() * _DAY


def _url(kept: Mapping[str, str], monday: date | None) -> str:
    asked = {**kept, **({"from": monday.isoformat()} if monday else {})}
    return reverse("team-week") + (f"?{urlencode(asked)}" if asked else "")


def _zone() -> ZoneInfo:
    """The reader's."""
    return ZoneInfo(timezone.get_current_timezone_name())
