"""Forgets what is kept for a time only."""

from datetime import datetime

from django.db.models import Q

from leads.models import (
    CopiedMail,
    Delivery,
    EnrichmentAnswer,
    Hook,
    HookDelivery,
    IdempotencyKey,
    Inbound,
    Intake,
    Lookup,
)


def forget(*, raw_before: datetime, sent_before: datetime, told_before: datetime) -> None:
    """Empty raw bodies, drop idempotency keys of the same age, and deliveries and answers of long ago."""
    Intake.objects.filter(received_at__lt=raw_before, body__isnull=False).update(body=None)
    Inbound.objects.filter(received_at__lt=raw_before, body__isnull=False).update(body=None, headers={}, url="")
    nobodys = CopiedMail.objects.filter(received_at__lt=raw_before, state=CopiedMail.State.UNMATCHED)
    nobodys.update(state=CopiedMail.State.IGNORED, people=[], subject="", text="")
    IdempotencyKey.objects.filter(created_at__lt=raw_before).delete()
    Delivery.objects.filter(created_at__lt=sent_before, sent_at__isnull=False).delete()
    # What still waits for its next try, or for somebody to have its lead, is nothing of the past yet.
    told = Q(sent_at__lt=sent_before) | Q(failed_at__lt=sent_before)
    HookDelivery.objects.filter(told, created_at__lt=sent_before).delete()
    Hook.objects.filter(why_off=Hook.WhyOff.REMOVED, created_at__lt=sent_before, deliveries=None).delete()
    EnrichmentAnswer.objects.filter(at__lt=told_before).delete()
    Lookup.objects.filter(done_at__lt=told_before, again=False).delete()
