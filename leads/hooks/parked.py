"""Tells ops and admins of hooks that take nothing any more, once a day each."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from leads import dispatch
from leads.models import Hook, HookDelivery
from reps.models import User


def tell(*, hook: Hook, rows: Sequence[HookDelivery], now: datetime) -> None:
    """Its deliveries were given up after the last try; they wait to be sent again by hand."""
    overseers = User.objects.filter(Q(is_ops=True) | Q(is_superuser=True), is_active=True)
    payload = {"hook": str(hook.uid), "hook_name": hook.name, "n": len(rows)}
    words = [
        dispatch.Word(None, 0, user=pk, event="hook_parked", ref=f"{hook.pk}-{now:%Y%m%d}", payload=payload)
        for pk in overseers.order_by("pk").values_list("pk", flat=True)
    ]
    with transaction.atomic():
        if dispatch.plan(words, now=now):
            transaction.on_commit(dispatch.ring)
