"""Wakes the router when a lead is ready."""

from django.dispatch import receiver

from config.lib import doorbell
from leads.signals import lead_ready


@receiver(lead_ready)
def ring(division_id: int, **_: object) -> bool:
    """Whether the bell was heard."""
    return doorbell.ring("routing.tasks.route", division_id)
