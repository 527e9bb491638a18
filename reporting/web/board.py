"""The board, a manager's home: one sentence, what needs a person, today's flow, who is on duty; refreshes itself."""

import hashlib
import json
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.lib import heartbeat
from leads.models import Lead
from reporting import cohort, on_duty, today
from reporting.demo.build import is_demo
from reporting.period import midnight
from reporting.web import alert_words, by_hand, weights_words
from reporting.web import board_words as words
from reps import access
from reps.models import Group
from routing.models import RuleSet
from routing.web import by_hand as by_hand_page
from routing.web import pausing


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
    if by_hand_page.is_quiet(request, now):
        context["by_hand"] = None
    mark = _mark(context, now)
    query = {"group": str(chosen.uid), "seen": mark} if chosen else {"seen": mark}
    context |= {"now": now, "refresh_url": f"{reverse('board')}?{urlencode(query)}"}
    if request.htmx and not request.htmx.boosted:  # type: ignore[attr-defined]  # set by django-htmx
        if request.GET.get("seen") == mark:
            return HttpResponse(status=204)
        return render(request, "reporting/_board.html", context)
    context["invented"] = request.user.is_superuser and is_demo()
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
    ages = heartbeat.ages(now=time.time())
    silent = {name: age for name, age in ages.items() if not heartbeat.is_alive(name, age)}
    link = words.Links(since, str(chosen.uid) if chosen else "")
    return {
        "headline": words.headline(sum(a.n for a in arrived), usual, overdue),
        "stopped": pausing.standing(user),
        "again_url": _again_url(user),
        "groups": _choices(groups, chosen),
        "group": str(chosen.uid) if chosen else "",
        "needs": words.needs(waits, today.due_soon_by_rep(rows, now=now), groups, link, now=now),
        "by_hand": by_hand.line(user, scope, now=now),
        "flow": words.flow(arrived, dropped, waits, link),
        "duty": [words.on_duty_row(row, now=now) for row in duty.reps],
        "duty_note": words.duty_note(duty),
        "speed": today.speed(rows, since=since, now=now),
        "alerts": [
            *words.alerts(today.stuck(rows, now=now, silent=silent), link, now=now),
            *alert_words.lines(scope, now=now),
            *weights_words.lines(shown, now=now),
        ],
        "by_group": words.by_group(shown, arrived, waits, answers, link, now=now),
    }


def _again_url(user: Any) -> str:
    """Where leads are routed again, for whoever may."""
    rules = RuleSet.objects.exclude(published=None).order_by("runs_on", "pk").first()
    return reverse("rules-again", args=[rules.uid]) if rules and access.edits_rules(user) else ""


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
