"""Events that are held back until somebody has their lead: who lets them go, and what becomes of those that stay."""

from datetime import datetime

from leads.models import HookDelivery


def give_up(*, before: datetime, now: datetime) -> int:
    """What is held for longer than deliveries are kept: it stands among the given up for as long again."""
    rows = HookDelivery.objects.filter(held=True, sent_at=None, failed_at=None, created_at__lt=before)
    return rows.update(held=False, failed_at=now, why="held")
