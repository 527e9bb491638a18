"""Tasks of leads: send what is due, forget what is kept for a time only."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from config.lib import doorbell
from leads import dispatch, retention


@shared_task
def deliver(**_: object) -> int:
    """Send until nothing is due."""
    doorbell.answered("leads.tasks.deliver")
    total = 0
    while count := dispatch.drain(now=timezone.now()):
        total += count
    return total


@shared_task
def forget_expired(**_: object) -> None:
    """Drop raw bodies, keys and deliveries past their time."""
    now = timezone.now()
    retention.forget(
        raw_before=now - timedelta(days=settings.RAW_BODY_DAYS),
        sent_before=now - timedelta(days=settings.DELIVERY_DAYS),
    )
