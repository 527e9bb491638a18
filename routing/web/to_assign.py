"""To assign: what no rule could give away, one lead after another, by keyboard or form, with somebody suggested."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

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

from config.lib import typed
from leads.life import State
from leads.models import Lead
from leads.web import show
from reps import access
from reps.models import Group, Membership, Rep, User
from reps.web import reader
from routing import desk, desk_time, hand, rulings
from routing.assign import NotYoursError
from routing.models import DeskTime
from routing.web import desk_words as words

_MOST = 100
_LAST = "desk-last"  # where a session keeps what was decided last
_FOR = timedelta(minutes=10)  # so long it is offered to be taken back
_LONGEST = 86_400  # seconds a page may say somebody was active on it


def _desk(request: HttpRequest) -> "QuerySet[Lead]":
    """What waits for this manager, oldest first."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    seen = Lead.objects.visible_to(request.user, now=timezone.now()).values("pk")
    rows = Lead.objects.overseen_by(request.user).filter(pk__in=seen).select_related("group", "private", "stage")
    return rows.filter(state__in=[State.DESK, State.SET_ASIDE]).order_by("band", "arrived_at", "pk")


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The line-up and the current lead, whose time runs from now on."""
    now, user = timezone.now(), reader.user(request)
    rows, position = _line_up(request)
    last = _last(request, now)
    context: dict[str, Any] = {
        "now": now,
        "waiting": [words.row(lead, url=_url(lead), current=n == position) for n, lead in enumerate(rows)],
        "oldest_at": min((lead.waiting_since for lead in rows), default=None),
        "reject_reasons": words.REJECT_REASONS,
        "returned": rulings.overseen_by(user).filter(ruling="").count(),
        "last": last["says"] if last else "",
    }
    if rows:
        lead = rows[position]
        desk_time.open_lead(lead=lead, by=user, now=now)
        context |= {
            "lead": words.lead(lead),
            "position": position + 1,
            "before_url": _url(rows[position - 1]) if position else "",
            "after_url": _url(rows[position + 1]) if position + 1 < len(rows) else "",
            **words.table(desk.table(lead, _groups_for(lead, user), now=now), now),
        }
    else:
        desk_time.leave(by=user, now=now)
    return render(request, "routing/to_assign.html", context)


def _line_up(request: HttpRequest) -> tuple[list[Lead], int]:
    """The first that wait, and the place among them of the one asked for, which may wait far behind."""
    rows = list(_desk(request)[:_MOST])
    chosen = request.GET.get("lead", "")
    place = next((n for n, lead in enumerate(rows) if str(lead.uid) == chosen), None)
    if place is not None or not chosen:
        return rows, place or 0
    asked = _desk(request).filter(uid=typed.uid_sought(chosen)).first()
    if asked is None:
        messages.info(request, _("The lead you asked for does not wait here any more: it has been dealt with."))
    return ([asked, *rows] if asked else rows), 0


def _groups_for(lead: Lead, user: User) -> list[Group]:
    """The lead's own group, where the reader manages it, else all of theirs."""
    managed = access.groups_managed(user).filter(division=lead.division_id).order_by("name", "pk")
    own = [group for group in managed if group.pk == lead.group_id]
    return own or list(managed)


@login_required
@require_POST
def assign(request: HttpRequest, uid: str) -> HttpResponse:
    """Give it to the chosen rep; the next lead comes."""
    rows = _desk(request)
    lead, user, now = get_object_or_404(rows, uid=uid), reader.user(request), timezone.now()
    reps = Rep.objects.filter(active=True, division=lead.division_id, pk__in=_reps_of(user, now))
    rep = reps.filter(uid=typed.uid_sought(request.POST.get("rep", ""))).first()
    if rep is None:
        messages.error(request, _("Choose who gets it."))
        return redirect(_url(lead))
    following = _after(rows, lead)
    try:
        hand.give(lead=lead, rep=rep, group=_group_for(lead, rep, user, now=now), by=user)
    except NotYoursError:
        return _too_late(request, following)
    says = _("%(lead)s went to %(rep)s.") % {"lead": show.title_of(lead, lead.private), "rep": rep.name}
    return _decided(request, lead, DeskTime.What.ASSIGNED, says, following)


@login_required
@require_POST
def reject(request: HttpRequest, uid: str) -> HttpResponse:
    """Not a lead: out, with the reason; the next lead comes."""
    rows = _desk(request)
    lead = get_object_or_404(rows, uid=uid)
    reason = request.POST.get("reason", "")
    if reason not in {str(r["value"]) for r in words.REJECT_REASONS}:
        messages.error(request, _("Choose a reason."))
        return redirect(_url(lead))
    following = _after(rows, lead)
    try:
        hand.reject(lead=lead, reason=reason, by=reader.user(request))
    except NotYoursError:
        return _too_late(request, following)
    says = _("%s was rejected.") % show.title_of(lead, lead.private)
    return _decided(request, lead, DeskTime.What.REJECTED, says, following)


@login_required
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """What was decided last was a mistake: it is here again, as it was."""
    user, last = reader.user(request), _last(request, timezone.now())
    request.session.pop(_LAST, None)
    if not access.is_manager(user):
        raise PermissionDenied
    uid = typed.uid_sought(last["lead"] if last else "")
    lead = Lead.objects.overseen_by(user).filter(uid=uid).first()
    if lead is None or last is None:
        messages.error(request, _("There is nothing to take back any more."))
        return redirect("to-assign")
    try:
        hand.to_desk(lead=lead, by=user, stood=hand.Stood(**last["stood"]))
    except NotYoursError:
        messages.error(request, _("It cannot be taken back: the rep has been in touch, or somebody has moved it."))
        return redirect("to-assign")
    desk_time.take_back(lead=lead, by=user)
    messages.success(request, _("It is back here; nobody has it."))
    return redirect(_url(lead))


def _decided(request: HttpRequest, lead: Lead, what: DeskTime.What, says: str, following: str) -> HttpResponse:
    """Its time ends; until the next decision it can be taken back."""
    user, now = reader.user(request), timezone.now()
    desk_time.decide(lead=lead, by=user, what=what, now=now, active=_active(request))
    stood = asdict(hand.Stood.of(lead))
    request.session[_LAST] = {"lead": str(lead.uid), "stood": stood, "says": says, "at": now.isoformat()}
    return redirect(following)


def _last(request: HttpRequest, now: datetime) -> dict[str, Any] | None:
    """What was decided a moment ago."""
    kept: dict[str, Any] | None = request.session.get(_LAST)
    # An older version of this page kept less; what it kept is not taken back.
    return kept if kept and "stood" in kept and datetime.fromisoformat(kept["at"]) > now - _FOR else None


def _too_late(request: HttpRequest, following: str) -> HttpResponse:
    messages.error(request, _("Somebody else has dealt with this lead by now."))
    return redirect(following)


def _active(request: HttpRequest) -> float | None:
    """How long the page says that somebody was active on it; nothing where it says none, or nonsense."""
    found = typed.whole(request.POST.get("active", ""), most=_LONGEST)
    return None if found is None else float(found)


def _after(rows: "QuerySet[Lead]", lead: Lead) -> str:
    """Where to go once it is decided: the lead behind it, so that what was passed over stays passed over."""
    uids = list(rows.values_list("uid", flat=True)[:_MOST])
    place = uids.index(lead.uid) if lead.uid in uids else len(uids)
    return f"{reverse('to-assign')}?lead={uids[place + 1]}" if place + 1 < len(uids) else reverse("to-assign")


def _url(lead: Lead) -> str:
    return f"{reverse('to-assign')}?lead={lead.uid}"


def _reps_of(user: Any, now: datetime) -> "QuerySet[Membership, int]":
    """The members of the groups the user manages."""
    managed = access.groups_managed(user).values("pk")
    return Membership.objects.at(now).filter(group__in=managed).values_list("rep", flat=True)


def _group_for(lead: Lead, rep: Rep, user: Any, *, now: datetime) -> Group | None:
    """The lead's group where the rep is in it, else one of theirs, so that it counts in a fair share."""
    mine = (
        access.groups_managed(user)
        .filter(pk__in=Membership.objects.at(now).filter(rep=rep).values("group"))
        .order_by("pk")
    )
    own = mine.filter(pk=lead.group_id).first() if lead.group_id else None
    return own or mine.first()
