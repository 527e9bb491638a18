"""A rep's own calendar, for their calendar program: hours, time off and next steps, behind a secret address."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from leads.life import State
from leads.models import StepKind, Task
from leads.web.show import title_of
from reps import availability, own_calendar, schedule
from reps.models import CalendarAddress, Rep

PAST, AHEAD = timedelta(days=7), timedelta(days=60)
STEP = timedelta(minutes=15)
_DAY = timedelta(days=1)
_LONGEST_TOKEN = 100


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar as it is now; 304 where the program has it, 404 for an address that is not (any more)."""
    # Of a wrong address nothing is said; its length is looked at so that nobody makes us digest megabytes.
    row = own_calendar.found_by(token) if len(token) <= _LONGEST_TOKEN else None
    if row is None:
        raise Http404
    now = timezone.now()
    own_calendar.note_read(row, now=now)
    body = written(row, now=now)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    answer = HttpResponse(status=304) if etag in known else HttpResponse(body, content_type="text/calendar")
    answer.headers["ETag"] = etag
    # Asked for again each time: who is signed off or renews the address is obeyed at once.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def written(row: CalendarAddress, *, now: datetime) -> bytes:
    """The whole calendar; the same bytes as long as nothing of it changes and the day is the same."""
    rep = row.rep
    start = availability.day_start(rep, now) - PAST
    until = start + PAST + AHEAD
    calendar = icalendar.Calendar()
    for name, value in (
        ("prodid", "-//Fairlead//Availability//EN"),
        ("version", "2.0"),
        ("calscale", "GREGORIAN"),
        ("method", "PUBLISH"),
        ("x-wr-calname", f"Fairlead: {rep.name}"),
        ("x-published-ttl", "PT15M"),
    ):
        calendar.add(name, value)
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    for event in (*_shifts(row, start, until), *_off(row, start), *_steps(row, start)):
        calendar.add_component(event)
    return calendar.to_ical()


def _shifts(row: CalendarAddress, start: datetime, until: datetime) -> Iterator[icalendar.Event]:
    """Hours on duty; they take no place in the calendar."""
    duty = availability.calendar(row.rep, since=start, until=until).duty
    for begins, ends in _by_days(row.rep, duty):
        yield _event(row, f"duty {begins:%Y%m%dT%H%M%SZ}", _("On duty"), (begins, ends), stamp=row.made_at)


def _by_days(rep: Rep, spans: Iterable[schedule.Span]) -> Iterator[schedule.Span]:
    """Spans of a day at most: whoever works around the clock has an entry a day, the same one whenever it is asked."""
    place = ZoneInfo(rep.time_zone)
    for first, last in spans:
        begins = first
        while last - begins > _DAY:
            midnight = schedule.instant(begins.astimezone(place).date() + _DAY, place)
            yield begins.astimezone(UTC), midnight
            begins = midnight
        yield begins.astimezone(UTC), last


def _off(row: CalendarAddress, start: datetime) -> Iterator[icalendar.Event]:
    """Time off, without its kind: calendars are shown to others."""
    place = ZoneInfo(row.rep.time_zone)
    for one in row.rep.time_off.filter(ends_at__gt=start).order_by("starts_at"):
        begins, ends = one.starts_at.astimezone(place), one.ends_at.astimezone(place)
        whole = begins.time() == ends.time() == time()
        first, last = (begins.date(), ends.date()) if whole else (one.starts_at, one.ends_at)
        yield _event(row, f"off {one.pk}", _("Time off"), (first, last), stamp=row.made_at, busy=True)


def _steps(row: CalendarAddress, start: datetime) -> Iterator[icalendar.Event]:
    """Next steps of the rep's own open leads; whose lead it is only where the rep wants it named."""
    rows = Task.objects.filter(rep=row.rep, done_at=None, stopped_at=None, due_at__gte=start)
    mine = rows.filter(lead__owner=row.rep, lead__state=State.ASSIGNED.value).select_related("lead__private")
    for task in mine.order_by("due_at", "pk"):
        if task.hop != task.lead.hop:
            continue
        says = _("Follow-up due")
        if row.titles:
            kind = StepKind(task.kind).label
            says = pgettext("next step and lead", "%(step)s: %(lead)s") % {
                "step": kind,
                "lead": title_of(task.lead, task.lead.private),
            }
        event = _event(row, f"step {task.uid}", says, (task.due_at, task.due_at + STEP), stamp=task.created_at)
        event.add("url", settings.PUBLIC_URL + reverse("lead-show", args=[task.lead.uid]))
        yield event


def _event(
    row: CalendarAddress, what: str, says: str, span: tuple[Any, Any], *, stamp: datetime, busy: bool = False
) -> icalendar.Event:
    """One entry. Instants are written in UTC; the id is the same for the same thing, and says nothing of it."""
    begins, ends = span
    event = icalendar.Event()
    event.add("uid", f"{uuid.uuid5(row.rep.uid, what)}@fairlead")
    event.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", begins.astimezone(UTC) if isinstance(begins, datetime) else begins)
    event.add("dtend", ends.astimezone(UTC) if isinstance(ends, datetime) else ends)
    event.add("summary", says)
    event.add("transp", "OPAQUE" if busy else "TRANSPARENT")
    return event
