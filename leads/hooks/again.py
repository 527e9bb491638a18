"""Sends again what hooks were told: one, many, or all since an instant with what they missed; and tries a hook out."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from leads import hook_plan
from leads.hook_kinds import LINES, HookEvent, told_by
from leads.hooks import hook as hooks
from leads.life import EventKind
from leads.models import Hook, HookDelivery, LeadEvent

MOST = 10_000
_AT_ONCE = 1000


@transaction.atomic
def again(*, rows: Sequence[int], now: datetime) -> int:
    """By the numbers of deliveries; what waits for its turn anyway goes at once. Those of hooks that are off stay."""
    found = HookDelivery.objects.filter(pk__in=rows, hook__active=True)
    asked = set(found.values_list("hook", flat=True))
    done = found.update(due_at=now, tries=0, held=False, sent_at=None, failed_at=None, why="")
    if done:
        hooks.wake(hooks=asked)
        transaction.on_commit(hook_plan.ring)
    return done


def since(*, hook: Hook, at: datetime, now: datetime) -> int:
    """All that happened since then and that the hook chose, also what came while it was off; at most MOST lines."""
    kinds = {line.value for event in hook.events for line in LINES[HookEvent(event)]}
    rows = LeadEvent.objects.filter(recorded_at__gte=at, kind__in=kinds, lead__division=hook.division_id)
    lines = list(rows.order_by("id").values_list("id", "lead_id", "kind", "hop", "rep_id", "payload")[:MOST])
    told = [
        (pk, lead, event)
        for pk, lead, kind, hop, rep, payload in lines
        for event in told_by(EventKind(kind), hop=hop, rep=rep, payload=payload)
    ]
    with transaction.atomic():
        done = sum(
            hook_plan.plan_again(told[n : n + _AT_ONCE], hook=hook.pk, now=now) for n in range(0, len(told), _AT_ONCE)
        )
        if done:
            hooks.wake(hooks=[hook.pk])
            transaction.on_commit(hook_plan.ring)
    return done


@transaction.atomic
def try_out(*, hook: Hook, kind: HookEvent, now: datetime) -> HookDelivery:
    """Send the made-up event, signed like any other."""
    row = HookDelivery.objects.create(hook=hook, kind=kind, created_at=now, due_at=now)
    hooks.wake(hooks=[hook.pk])
    transaction.on_commit(hook_plan.ring)
    return row
