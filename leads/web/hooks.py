"""Hooks in the browser: the list, a new one, its events and secret, trying it out, off and on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.lib import sealed
from leads.hook_kinds import HookEvent
from leads.hooks import again, held
from leads.hooks import hook as hooks
from leads.hooks.sending import LEASE
from leads.models import Hook, HookDelivery
from leads.web import counts
from leads.web.counts import CountUpTo
from leads.web.hook_form import HookForm
from leads.web.hook_words import EVENTS, off_says, state_of, why_of
from leads.web.ops import ops_only
from reps.models.division import SEEDED

_LAST = 10


@ops_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Who is told what, and which of them need a look."""
    parked = HookDelivery.objects.filter(hook=OuterRef("pk"), failed_at__isnull=False, why="tries").order_by()
    rows = Hook.objects.exclude(why_off=Hook.WhyOff.REMOVED).select_related("group")
    rows = rows.annotate(parked=CountUpTo(parked.values("pk")[: counts.MOST + 1])).order_by("name", "pk")
    listed = [
        {
            "name": row.name,
            "url": reverse("hook", args=[row.uid]),
            "shown": row.shown,
            "group": row.group.name if row.group else "",
            "events": len(row.events),
            "active": row.active,
            "parked": row.parked,
            "parked_shown": counts.shown(row.parked),
            "reached": row.reached_at,
            "open": _is_open(row),
        }
        for row in rows
    ]
    return render(request, "leads/hook_list.html", {"hooks": listed, "blind": bool(hooks.with_blind_pools())})


@ops_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """What it is told and where; then its secret, which is shown once."""
    form = HookForm(request.POST or None, initial={"events": [HookEvent.ASSIGNED.value, HookEvent.REASSIGNED.value]})
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = hooks.subscribe(
                asked=form.asked(),
                division=SEEDED,
                now=timezone.now(),
                by=request.user,  # type: ignore[arg-type]
            )
        except hooks.NotSubscribedError as error:
            form.add_error(error.field, str(error))
        else:
            return _secret(request, made, secret)
    return render(request, "leads/hook_edit.html", {"form": form}, status=400 if form.errors else 200)


@ops_only
@never_cache
@require_safe
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What it is told, what it was told last, its secret."""
    row = found(uid)
    now = timezone.now()
    last = list(row.deliveries.order_by("-pk").select_related("lead")[: _LAST + 1])
    context = {
        **head(row),
        "events": [{"name": event, "says": EVENTS[HookEvent(event)]} for event in row.events],
        "rows": [delivery_row(row, one) for one in last[:_LAST]],
        "more": len(last) > _LAST,
        **_counted(row),
        "old_until": hooks.old_until(row, now=now),
    }
    return render(request, "leads/hook_show.html", context)


@ops_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What it is told, and where."""
    row = found(uid)
    form = HookForm(request.POST or None, hook=row)
    if request.method == "POST" and form.is_valid():
        try:
            hooks.change(hook=row, asked=form.asked())
        except hooks.RemovedError as error:
            return _removed(request, error)
        except hooks.NotSubscribedError as error:
            form.add_error(error.field, str(error))
        except sealed.UnsealedError:
            form.add_error("url", _("Its secret was sealed with another SECRET_KEY: remove it and add it anew."))
        else:
            held.let_go(now=timezone.now())
            messages.success(request, _("Saved."))
            return redirect("hook", row.uid)
    return render(request, "leads/hook_edit.html", {**head(row), "form": form}, status=400 if form.errors else 200)


@ops_only
@require_POST
def switch(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Off and on; what happens while it is off can be sent afterwards."""
    row, on = found(uid), bool(request.POST.get("on"))
    hooks.switch(hook=row, on=on)
    held.let_go(now=timezone.now())
    said = _("%s is told again. What it missed can be sent under Deliveries.") if on else _("%s is told nothing more.")
    messages.success(request, said % row.name)
    return redirect("hook", row.uid)


@ops_only
@never_cache
@require_POST
def rotate(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A new secret, shown once; the old one signs beside it for a day."""
    row = found(uid)
    try:
        secret = hooks.rotate(hook=row, now=timezone.now())
    except hooks.RemovedError as error:
        return _removed(request, error)
    except sealed.UnsealedError:
        messages.error(request, _("Its secret was sealed with another SECRET_KEY: remove it and add it anew."))
        return redirect("hook", row.uid)
    return _secret(request, row, secret)


@ops_only
@require_POST
def try_out(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send a made-up event; it stands among the deliveries with what came of it."""
    row = found(uid)
    event = request.POST.get("event", "")
    kind = HookEvent(event if event in row.events else row.events[0])
    if not row.active:
        messages.error(request, _("It is off: switch it on first."))
        return redirect("hook", row.uid)
    sent = again.try_out(hook=row, kind=kind, now=timezone.now())
    messages.success(request, _("A test is on its way. Load this page again in a moment to see what came of it."))
    return redirect("hook-delivery", row.uid, sent.uid)


@ops_only
@require_POST
def remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    """For good; its address and secret are forgotten."""
    row = found(uid)
    hooks.remove(hook=row)
    messages.success(request, _("%s is removed.") % row.name)
    return redirect("hooks")


def found(uid: UUID) -> Hook:
    """The hook, else 404; one that was removed cannot be opened."""
    rows = Hook.objects.exclude(why_off=Hook.WhyOff.REMOVED).select_related("group", "made_by", "made_with")
    return get_object_or_404(rows, uid=uid)


def head(row: Hook) -> dict[str, Any]:
    """What stands on top of each of its pages."""
    return {"hook": row, "off": off_says(row), "open": _is_open(row), "rests": _rests(row)}


def delivery_row(hook: Hook, row: HookDelivery) -> dict[str, Any]:
    """One delivery in a list."""
    key, says, chip = state_of(row)
    return {
        "url": reverse("hook-delivery", args=[hook.uid, row.uid]),
        "at": row.created_at,
        "event": EVENTS[HookEvent(row.kind)],
        "test": row.event_id is None,
        "lead": row.lead,
        "state": key,
        "says": says,
        "chip": chip,
        "tries": len(row.tried),
        "why": why_of(row),
        "due": row.due_at if key == "waits" and row.tried else None,
    }


def _counted(row: Hook) -> dict[str, Any]:
    """How many are held back and given up, not beyond a bound: the number picks the words, the text is shown."""
    held = row.deliveries.filter(held=True, sent_at=None, failed_at=None)[: counts.MOST + 1].count()
    parked = row.deliveries.filter(failed_at__isnull=False, why="tries")[: counts.MOST + 1].count()
    return {"held": held, "held_shown": counts.shown(held), "parked": parked, "parked_shown": counts.shown(parked)}


def _rests(row: Hook) -> datetime | None:
    """Until when it is left alone; who is spoken to just now is not, and is held for no longer than a lease."""
    rests = row.rests_until
    return rests if row.active and rests and rests > timezone.now() + LEASE else None


def _is_open(row: Hook) -> bool:
    """Whether leads of a blind pool go there before anybody pulled them."""
    return row.active and row.unseen_by_reps and bool(hooks.with_blind_pools())


def _removed(request: HttpRequest, error: hooks.RemovedError) -> HttpResponse:
    messages.error(request, str(error))
    return redirect("hooks")


def _secret(request: HttpRequest, row: Hook, secret: str) -> HttpResponse:
    return render(request, "leads/hook_secret.html", {**head(row), "secret": secret})
