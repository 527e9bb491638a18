"""Tasks of leads: send what is due, ask providers, forget what is kept for a time only."""

import time
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from config.lib import doorbell
from leads import dispatch, hook_plan, inbound, lookup, mailboxes, morning, retention, sending
from leads.hooks import held
from leads.hooks import sending as hook_sending
from reps import installation, sessions

# Seconds; the next is rung for, so that no task comes near its limit.
_IN_ONE_GO = 20


@shared_task
def deliver(**_: object) -> int:
    """Send until nothing is due; what is left after a while is rung for again."""
    doorbell.answered("leads.tasks.deliver")
    total = sending.send_due(clock=timezone.now)
    if dispatch.overdue(now=timezone.now()):
        dispatch.ring()
    return total


@shared_task(name=hook_plan.TASK)
def send_hooks(**_: object) -> int:
    """Tell hooks what is due; what is left after a while is rung for again."""
    doorbell.answered(hook_plan.TASK)
    total = hook_sending.send_due(clock=timezone.now)
    # Who found another at it does not ring, or the two would wake each other all the time. The other looks here once
    # more when it is done: whatever was rung for meanwhile is seen.
    if total is not None and hook_sending.due(now=timezone.now()):
        hook_plan.ring()
    return total or 0


# One that does not end is killed; its try is counted already, and the next finds it when its lease is over.
@shared_task(name=inbound.TASK, soft_time_limit=60, time_limit=90)
def handle_inbound(**_: object) -> int:
    """Handle deliveries until nothing is due."""
    doorbell.answered(inbound.TASK)
    total, until = 0, time.monotonic() + _IN_ONE_GO
    while count := inbound.handle_due(now=timezone.now(), most=1):
        total += count
        if time.monotonic() > until:
            inbound.ring()
            break
    return total


@shared_task
def poll_mailboxes(**_: object) -> int:
    """Have each mailbox looked into that is due; one that is slow keeps no other waiting."""
    waiting = mailboxes.due(now=timezone.now())
    for connection in waiting:
        doorbell.ring(mailboxes.TASK, connection)
    return len(waiting)


@shared_task(name=mailboxes.TASK, soft_time_limit=mailboxes.SECONDS + 20, time_limit=mailboxes.SECONDS + 30)
def poll_mailbox(connection: int, **_: object) -> int:
    """Look into one mailbox."""
    doorbell.answered(mailboxes.TASK, connection)
    return mailboxes.poll(connection=connection, clock=timezone.now)


@shared_task
def qualify(**_: object) -> int:
    """Ask providers about new leads until none waits."""
    doorbell.answered("leads.tasks.qualify")
    return lookup.drain(clock=timezone.now)


@shared_task
def forget_expired(**_: object) -> None:
    """Drop raw bodies, keys, deliveries and sessions past their time."""
    now, kept = timezone.now(), installation.the()
    held.give_up(before=now - timedelta(days=kept.sent_days), now=now)
    retention.forget(
        raw_before=now - timedelta(days=kept.raw_days),
        sent_before=now - timedelta(days=kept.sent_days),
        told_before=now - timedelta(days=settings.ENRICHMENT_DAYS),
    )
    sessions.forget_old(now=now)


@shared_task
def tell_mornings(**_: object) -> int:
    """Tell each person how their day begins, when it does."""
    return morning.tell(now=timezone.now())
