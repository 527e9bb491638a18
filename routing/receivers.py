"""Wakes the router when a lead is ready; sets off again what ran out while a contact or an ending stood."""

from datetime import datetime

from django.dispatch import receiver

from config.lib import doorbell
from leads.signals import lead_ready, look_again
from routing.models import Timer


@receiver(lead_ready)
def ring(division_id: int, **_: object) -> bool:
    """Whether the bell was heard."""
    return doorbell.ring("routing.tasks.route", division_id)


@receiver(look_again)
def set_off_again(lead: int, hop: int, since: datetime, **_: object) -> None:
    """Timers that ran out since found nothing to do; the sweeper looks at them now."""
    silenced = Timer.objects.filter(lead=lead, hop=hop, fired_at__gte=since, confirmed_at=None)
    silenced.exclude(kind=Timer.Kind.WAITING).update(fired_at=None)
