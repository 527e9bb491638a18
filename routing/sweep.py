"""One round of the sweeper: finds within a second what a lost doorbell missed."""

import logging

from django.db import OperationalError, connection
from django.utils import timezone

from leads import dispatch
from leads.models import Lead
from reps.models import Division, RosterVersion
from routing import hand, leavers, live, offers, sla

log = logging.getLogger(__name__)

_MOST_STRANDED = 200


class Sweep:
    """Remembers the roster it has seen, so that held leads are tried again when somebody comes back."""

    def __init__(self) -> None:
        self._rosters: dict[int, int] = {}

    def once(self) -> int:
        """Wake held leads, route what is ready, send what is due; returns how many leads were routed."""
        routed = 0
        for division in Division.objects.values_list("pk", flat=True):
            if self._held(division):
                live.wake_held(division, everybody=self._roster_changed(division))
            if stranded := list(Lead.objects.stranded().filter(division=division)[:_MOST_STRANDED]):
                hand.route_again(leads=stranded, by=None)
            hand.rescue(division)
            self._time_out(division)
            leavers.settle_leavers(division)
            live.hand_off(division)
            while self._ready(division):
                done = live.route_ready(division)
                routed += done.count
                if done.busy or not done.count:
                    break
        while dispatch.overdue(now=timezone.now()) and dispatch.drain(now=timezone.now()):
            pass
        return routed

    def _time_out(self, division: int) -> None:
        """Offers and response times that ran out."""
        now = timezone.now()
        try:
            while offers.overdue(division, now=now) and offers.lapse(division):
                pass
            while sla.overdue(division, now=now) and sla.fire(division):
                pass
        except OperationalError:
            # The turn was not to be had in time: the next round finds the same, and routing goes on meanwhile.
            log.warning("Offers and response times wait for the next round")

    def _roster_changed(self, division: int) -> bool:
        n = RosterVersion.objects.values_list("n", flat=True).get(division=division)
        seen, self._rosters[division] = self._rosters.get(division), n
        return seen != n

    def _held(self, division: int) -> bool:
        """Somebody waits; whether for an instant that has come is looked at under the turn."""
        return _exists("SELECT 1 FROM leads_lead WHERE division_id = %s AND state = 'held' LIMIT 1", division)

    def _ready(self, division: int) -> bool:
        return _exists("SELECT 1 FROM leads_lead WHERE division_id = %s AND state = 'ready' LIMIT 1", division)


def _exists(sql: str, *params: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone() is not None
