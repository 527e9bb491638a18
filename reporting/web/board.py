"""The board, a manager's home: one sentence, what needs a person, today's flow, who is on duty; refreshes itself."""

import hashlib
import json
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leads.models import Lead
from reporting import cohort, on_duty, today
from reporting.period import midnight
from reporting.web import board_words as words
from reps import access
from reps.models import Group

# A process that has not said so for longer gives no sign of life (seconds).
_OLDEST = {"worker": 60.0, "beat": 60.0, "sweeper": 10.0}


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page, or its inside alone for htmx: 204 while nothing has changed."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    now = timezone.now()
    groups = list(access.groups_managed(request.user).order_by("name"))
    if not groups and access.oversees_all(request.user):
        return redirect("start")
    chosen = _chosen(request, groups)
    context = board(request.user, groups, chosen, now=now)
    mark = _mark(context, now)
    query = {"group": str(chosen.uid), "seen": mark} if chosen else {"seen": mark}
    context |= {"now": now, "refresh_url": f"{reverse('board')}?{urlencode(query)}"}
    if request.htmx and not request.htmx.boosted:  # type: ignore[attr-defined]  # set by django-htmx
        if request.GET.get("seen") == mark:
            return HttpResponse(status=204)
        return render(request, "reporting/_board.html", context)
    return render(request, "reporting/board.html", context)


def board(user: Any, groups: Sequence[Group], chosen: Group | None, *, now: datetime) -> dict[str, Any]:
    """Everything on the board but the instant."""
    rows = Lead.objects.overseen_by(user).reported()
    rows = rows.filter(group=chosen) if chosen else rows
    shown = [chosen] if chosen else list(groups)
    zone = timezone.get_current_timezone()
    since = midnight(now, zone)
    waits = today.waiting(rows, now=now)
    arrived = today.arrived(rows, since=since, now=now)
    dropped = today.dropped_why(rows, since=since, now=now)
    duty = on_duty.duty(shown, since=since, now=now)
    scope = cohort.overseen(user, chosen, now=now)
    answers = cohort.ask(scope=scope, since=since, until=now, now=now, cut="group")
    overdue = sum(w.overdue for w in waits)
    usual = today.usual(rows, now=now, zone=zone)
    link = words.Links(since, str(chosen.uid) if chosen else "")
    return {
        "headline": words.headline(sum(a.n for a in arrived), usual, overdue),
        "groups": _choices(groups, chosen),
        "group": str(chosen.uid) if chosen else "",
        "needs": words.needs(waits, today.due_soon_by_rep(rows, now=now), groups, link, now=now),
        "flow": words.flow(arrived, dropped, waits, link),
        "duty": [words.on_duty_row(row, now=now) for row in duty.reps],
        "duty_note": words.duty_note(duty),
        "speed": today.speed(rows, since=since, now=now),
        "alerts": words.alerts(today.stuck(rows, now=now, silent=silent_processes(time.time())), link, now=now),
        "by_group": words.by_group(shown, arrived, waits, answers, link, now=now),
    }


def silent_processes(at: float) -> dict[str, float | None]:
    """Processes without a recent sign of life, with the age of the last (None: none is known)."""
    try:
        beats = cache.get_many([f"heartbeat:{name}" for name in _OLDEST])
    except Exception:  # noqa: BLE001 - without the cache nothing is known, which is worth telling
        beats = {}
    ages = {name: at - float(beats[f"heartbeat:{name}"]) if f"heartbeat:{name}" in beats else None for name in _OLDEST}
    return {name: age for name, age in ages.items() if age is None or age > _OLDEST[name]}


def _chosen(request: HttpRequest, groups: Sequence[Group]) -> Group | None:
    wanted = request.GET.get("group", "")
    if not wanted:
        return None
    found = next((group for group in groups if str(group.uid) == wanted), None)
    if found is None:
        raise Http404
    return found


def _choices(groups: Sequence[Group], chosen: Group | None) -> list[dict[str, Any]]:
    whole = {"value": "", "label": _("All groups"), "chosen": chosen is None}
    return (
        [whole, *({"value": str(g.uid), "label": g.name, "chosen": g == chosen} for g in groups)] if groups[1:] else []
    )


def _mark(context: dict[str, Any], now: datetime) -> str:
    """Of all that is shown; the minute too, so that the clock on the page is right."""
    text = json.dumps(context, default=str, sort_keys=True) + now.strftime("%H:%M")
    return hashlib.sha256(text.encode()).hexdigest()[:16]
