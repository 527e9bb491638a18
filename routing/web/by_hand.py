"""Time by hand: what assigning costs by person and week, and the rules that would have done it."""

from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.lib.enough import ENOUGH_FOR_MEDIAN
from config.lib.typed import instant
from leads.conditions import Catalogue
from leads.qualify.freeze import catalogue_of
from reps import access
from reps.models import User
from reps.models.division import SEEDED
from reps.web import reader
from routing import desk_time, hand_rules
from routing.engine.ruleset import RuleSetError
from routing.models import Baseline, DeskTime, HandRule

_QUIET, _WEEK = "by-hand-quiet", timedelta(days=7)
_WEEKS = 6
_FULL = 2 * desk_time.MUCH  # of a week: the whole bar, so that the mark is at its middle


@login_required
@require_POST
def quiet(request: HttpRequest) -> HttpResponse:
    """The Board has said it; to this person it says nothing more of it for a week."""
    _manager(request)
    request.session[_QUIET] = (timezone.now() + _WEEK).isoformat()
    return redirect("board")


def is_quiet(request: HttpRequest, now: datetime) -> bool:
    """Whether the reader was told within the week, and has said so."""
    until = instant(str(request.session.get(_QUIET, "")))
    return until is not None and now < until


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Whoever answers for all groups sees everybody, others themselves; rules are offered to who writes them."""
    user, now = _manager(request), timezone.now()
    edits = access.edits_rules(user)
    if edits:
        hand_rules.find(division=SEEDED, now=now)
    took = desk_time.typical(_measured(user))
    context = {
        "now": now,
        "hours": Baseline.of(SEEDED).week_hours,
        "much": desk_time.MUCH,
        "full": _FULL,
        "everybody": access.oversees_all(user),
        "weeks": _weeks(user, now),
        "typical": median(took) if len(took) >= ENOUGH_FOR_MEDIAN else None,
        "enough": ENOUGH_FOR_MEDIAN,
        "decided": len(took),
        "idle": int(desk_time.IDLE.total_seconds()),
        "edits": edits,
        "offers": _offers(aside=False) if edits else [],
        "aside": _offers(aside=True) if edits else [],
    }
    return render(request, "routing/by_hand.html", context)


@login_required
@require_POST
def rule(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Put what was found into the draft, or aside, or offer it again."""
    user, now = _manager(request), timezone.now()
    if not access.edits_rules(user):
        raise PermissionDenied
    offer = get_object_or_404(HandRule, uid=uid)
    try:
        match request.POST.get("do", ""):
            case "put":
                rule_set, key = hand_rules.put(offer=offer, by=user, now=now)
                messages.success(request, _("The rule stands in the draft. It decides nothing until you publish it."))
                return redirect(f"{reverse('rules-draft', args=[rule_set.uid])}?saved={key}#rule-{key}")
            case "aside":
                hand_rules.put_aside(offer=offer, by=user, now=now)
                messages.success(request, _("Put aside. It will not be offered again unless you bring it back."))
            case "back":
                hand_rules.bring_back(offer=offer)
            case _:
                messages.error(request, _("Choose what to do with it."))
    except hand_rules.GoneError:
        messages.error(request, _("It is not offered any more: somebody has dealt with it."))
    except RuleSetError:
        messages.error(request, _("It cannot be put into the draft: a field or a rep it names is not there any more."))
    return redirect("by-hand")


def _manager(request: HttpRequest) -> User:
    if not access.is_manager(request.user):
        raise PermissionDenied
    return reader.user(request)


def _measured(user: User) -> "QuerySet[DeskTime]":
    """The same as in the table by week: of everybody for who answers for all groups, else the reader's own."""
    return DeskTime.objects.all() if access.oversees_all(user) else DeskTime.objects.filter(user=user)


def _weeks(user: User, now: datetime) -> list[dict[str, Any]]:
    """By week, the latest first."""
    zone = timezone.get_current_timezone()
    hours = Baseline.of(SEEDED).week_hours
    local = now.astimezone(zone)
    monday = (local - timedelta(days=local.weekday(), weeks=_WEEKS - 1)).replace(hour=0, minute=0, second=0)
    rows = desk_time.weeks(users=None if access.oversees_all(user) else [user.pk], since=monday, zone=zone)
    return [
        {
            "name": row.name,
            "monday": row.monday,
            "seconds": row.seconds,
            "decided": row.decided,
            "share": row.share(hours),
            "bar": min(row.share(hours), _FULL),
            "much": row.share(hours) >= desk_time.MUCH,
        }
        for row in rows
    ]


def _offers(*, aside: bool) -> list[dict[str, Any]]:
    rows = HandRule.objects.filter(division=SEEDED, put_at=None, aside_at__isnull=not aside)
    catalogue = catalogue_of(SEEDED)
    return [offer_of(row, catalogue) for row in rows.select_related("rep__user", "group").order_by("-given", "pk")]


def offer_of(row: HandRule, catalogue: Catalogue) -> dict[str, Any]:
    """One as the page shows it."""
    to = row.rep.name if row.rep else row.group.name if row.group else ""
    return {
        "uid": row.uid,
        "says": hand_rules.told(tree=row.condition, to=to, given=row.given, leads=row.leads, catalogue=catalogue),
        "which": hand_rules.which(row.condition, catalogue),
        "to": to,
        "others": row.leads - row.given,
        "also": row.also,
    }
