"""One round of the sweeper: finds within a second what a lost doorbell missed."""

import logging
import math
import time
from collections.abc import Callable
from functools import partial

from django.db import DatabaseError, connection
from django.utils import timezone

from leads import dispatch, hook_plan, inbound, lookup
from leads.hooks import held
from leads.hooks import sending as hook_sending
from leads.models import Lead
from leads.qualify import enrich
from reps.models import Division, RosterVersion
from routing import follow, hand, leavers, live, offers, sla

log = logging.getLogger(__name__)

_MOST_STRANDED = 200
_HELD_EVERY = 60.0


class Sweep:
    """Remembers the roster it has seen, so that held leads are tried again when somebody comes back."""

    def __init__(self) -> None:
        self._rosters: dict[int, int] = {}
        self._routed = 0
        self._held_looked = -math.inf

    def once(self) -> int:
        """Wake held leads, route what is ready, send what is due; returns how many leads were routed.

        Each errand fails by itself: the others go on, and what it left is found in the next round. A failure of the
        database is raised at the end, so that the process takes a fresh connection.
        """
        before = self._routed
        errands = (
            self._wake, self._time_out, self._away, live.hand_off, hand.rescue, self._strand, hand.route_late,
            hand.give_booked, self._route, self._follow, leavers.settle_leavers,
        )  # fmt: skip
        failed: list[Exception] = []
        self._try(_make_ready, failed)
        for division in Division.objects.values_list("pk", flat=True):
            for errand in errands:
                self._try(partial(errand, division), failed)
        self._try(_handle, failed)
        self._try(_deliver, failed)
        self._try(self._let_go, failed)
        self._try(_send_hooks, failed)
        if broken := next((error for error in failed if isinstance(error, DatabaseError)), None):
            raise broken
        return self._routed - before

    def _try(self, errand: Callable[[], object], failed: list[Exception]) -> None:
        try:
            errand()
        except Exception as error:
            log.exception("An errand of this round failed")
            failed.append(error)

    def _wake(self, division: int) -> None:
        """Held leads whose instant has come; all of them where the roster changed."""
        n = RosterVersion.objects.values_list("n", flat=True).get(division=division)
        if self._held(division):
            live.wake_held(division, everybody=self._rosters.get(division) != n)
        self._rosters[division] = n

    def _route(self, division: int) -> None:
        while self._ready(division):
            done = live.route_ready(division)
            self._routed += done.count
            if done.busy or not done.count:
                break

    def _let_go(self) -> None:
        """What hooks may be told by now: once a minute, as it looks at all that is held, or until nothing is left."""
        if time.monotonic() - self._held_looked > _HELD_EVERY and held.let_go(now=timezone.now()) < held.MOST:
            self._held_looked = time.monotonic()

    def _strand(self, division: int) -> None:
        """Leads in a pool that their group no longer has."""
        if stranded := list(Lead.objects.stranded().filter(division=division)[:_MOST_STRANDED]):
            hand.route_again(leads=stranded, by=None)

    def _time_out(self, division: int) -> None:
        """Offers and response times that ran out."""
        now = timezone.now()
        while offers.overdue(division, now=now) and offers.lapse(division):
            pass
        while sla.overdue(division, now=now) and sla.fire(division):
            pass
        while sla.note_breaches(division, now=now) == sla.MOST:
            pass

    def _away(self, division: int) -> None:
        """Leads of those whose time off began."""
        hand.release_away(division, now=timezone.now())

    def _follow(self, division: int) -> None:
        """Steps and clocks of leads that were just given."""
        while follow.follow(division, now=timezone.now()) == follow.MOST:
            pass

    def _held(self, division: int) -> bool:
        """Somebody waits; whether for an instant that has come is looked at under the turn."""
        return _exists("SELECT 1 FROM leads_lead WHERE division_id = %s AND state = 'held' LIMIT 1", division)

    def _ready(self, division: int) -> bool:
        return _exists(
            "SELECT 1 FROM leads_lead WHERE division_id = %s AND state = 'ready' AND booked_with_id IS NULL LIMIT 1",
            division,
        )


def _handle() -> None:
    """Deliveries whose ring was lost; this process reads them itself only where nobody else can be woken."""
    now = timezone.now()
    if inbound.overdue(now=now) and not inbound.ring():
        inbound.handle_due(now=now)


def _make_ready() -> None:
    """Leads that waited for providers long enough; and the asking, where its ring was lost."""
    now = timezone.now()
    lookup.promote(now=now)
    if lookup.unheard(now=now):
        enrich.ring()


def _deliver() -> None:
    """Word whose ring was lost; this process sends it itself only where nobody else can be woken."""
    if dispatch.overdue(now=timezone.now()) and not dispatch.ring():
        dispatch.drain(now=timezone.now())


def _send_hooks() -> None:
    """The same for hooks."""
    if hook_sending.overdue(now=timezone.now()) and not hook_plan.ring():
        hook_sending.send_due(clock=timezone.now)


def _exists(sql: str, *params: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone() is not None
