"""What a hook was told, in the browser: all of it, one with its payload and tries, sending it again."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.lib import http, typed
from leads.hook_kinds import HookEvent
from leads.hooks import again as replay
from leads.hooks import hook as hooks
from leads.hooks.content import content, example, told_of
from leads.hooks.sending import digest_of, is_hidden
from leads.life import State
from leads.models import Hook, HookDelivery, Lead
from leads.web import counts
from leads.web.hook_words import EVENTS, said, state_of, why_of
from leads.web.hooks import delivery_row, found, head
from leads.web.ops import ops_only

_PAGE = 50
_COUNTED = 999
_MOST_AGAIN = 5000
_FURTHEST = timedelta(days=90)
_STATES = {
    "sent": Q(sent_at__isnull=False),
    "waits": Q(sent_at=None, failed_at=None, held=False),
    "held": Q(sent_at=None, failed_at=None, held=True),
    "parked": Q(failed_at__isnull=False),
}


@ops_only
@never_cache
@require_safe
def index(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Newest first, by how far they are."""
    hook = found(uid)
    chosen = request.GET.get("state", "")
    rows = hook.deliveries.order_by("-pk")
    labels = {
        "": _("All"),
        "sent": _("Taken"),
        "waits": _("On its way"),
        "held": _("Held back"),
        "parked": _("Given up"),
    }
    tabs = [
        {
            "label": label,
            "count": counts.up_to(rows.filter(_STATES.get(key, Q())), most=_COUNTED),
            "url": f"?state={key}",
            "active": key == chosen,
        }
        for key, label in labels.items()
    ]
    page = Paginator(rows.filter(_STATES.get(chosen, Q())).select_related("lead"), _PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        **head(hook),
        "page": page,
        "rows": [delivery_row(hook, row) for row in page.object_list],
        "tabs": tabs,
        "chosen": chosen,
        "again": chosen in {"sent", "waits", "parked"} and bool(page.object_list),
    }
    return render(request, "leads/hook_deliveries.html", context)


@ops_only
@never_cache
@require_safe
def show(request: HttpRequest, uid: UUID, delivery: UUID) -> HttpResponse:
    """One, as it would go out now, and what came of each try."""
    hook = found(uid)
    row = _row(hook, delivery)
    key, says, chip = state_of(row)
    body, hidden = _payload(request, row)
    context = {
        **head(hook),
        "row": row,
        "event": EVENTS[HookEvent(row.kind)],
        "test": row.event_id is None,
        "state": key,
        "says": says,
        "chip": chip,
        "why": why_of(row),
        "tries": [{"at": parse_datetime(one["at"]), "says": said(one)} for one in row.tried],
        "body": json.dumps(json.loads(body), indent=2, ensure_ascii=False) if body else "",
        "hidden": hidden,
        "erased": row.lead is not None and row.lead.state == State.ERASED,
        "changed": bool(body and row.digest and row.digest != digest_of(body)),
        "message_id": f"msg_{row.uid.hex}",
    }
    return render(request, "leads/hook_delivery.html", context)


def _payload(request: HttpRequest, row: HookDelivery) -> tuple[bytes, bool]:
    """(what would be sent now, whether it is kept from the reader).

    Who pulls from a blind pool must not look behind it here, whatever other role they have.
    """
    kind = HookEvent(row.kind)
    if row.event is None or row.lead is None:
        return http.encoded(example(kind)), False
    if is_hidden(row, hooks.with_blind_pools()):
        return b"", True
    if not Lead.objects.visible_to(request.user, now=timezone.now()).filter(pk=row.lead.pk).exists():
        return b"", True
    (told,) = told_of([(kind, row.event, row.lead)])
    return http.encoded(content(told)), False


@ops_only
@require_POST
def again(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One, all of a state, or all since an instant, with what it missed."""
    hook, now = found(uid), timezone.now()
    given = request.POST
    if not hook.active:
        messages.error(request, _("It is off: switch it on first."))
        return redirect("hook-deliveries", hook.uid)
    one = _row(hook, given["delivery"]) if given.get("delivery") else None
    if one:
        done = replay.again(rows=[one.pk], now=now)
    elif "since" in given:
        at = _instant(given["since"])
        if at is None or not now - _FURTHEST <= at <= now:
            messages.error(request, _("Choose a day and time within the last 90 days."))
            return redirect("hook-deliveries", hook.uid)
        done = replay.since(hook=hook, at=at, now=now)
    else:
        rows: QuerySet[HookDelivery] = hook.deliveries.filter(_STATES.get(given.get("state", ""), Q(pk__in=[])))
        done = replay.again(rows=list(rows.order_by("pk").values_list("pk", flat=True)[:_MOST_AGAIN]), now=now)
    told = ngettext("%(n)d event is sent again.", "%(n)d events are sent again.", done) % {"n": done}
    messages.success(request, told if done else _("There is nothing to send again."))
    if one:
        return redirect("hook-delivery", hook.uid, one.uid)
    return redirect(f"{reverse('hook-deliveries', args=[hook.uid])}?state=waits")


def _instant(text: str) -> Any:
    """As a browser's field has it: a day and a clock time in the reader's zone."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    if at is None or not 1970 <= at.year <= 9000:
        return None
    return at if at.tzinfo else timezone.make_aware(at)


def _row(hook: Hook, delivery: object) -> HookDelivery:
    rows = HookDelivery.objects.select_related(
        "hook", "lead__stage", "lead__group", "lead__owner__user", "lead__account", "event__rep__user", "event__user"
    )
    return get_object_or_404(rows, hook=hook, uid=typed.uid_sought(str(delivery)))
