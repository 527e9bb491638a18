"""Deleting test leads: truly, with all that hangs on them. A real lead is never deleted here."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from leads.life import Kind
from leads.models import Contact, Inbound, Intake, Lead
from reps.models import User
from routing.assign import turn
from routing.hand.acts import noted
from routing.hand.moved import Moved, chunks, locked
from routing.models import Act, Decision, LedgerEntry, Merge


def clear_tests(*, leads: Sequence[Lead], by: User | None, now: datetime) -> Moved:
    """Delete those that are tests, 200 in a turn; nothing of them stays but how many there were.

    What is no test stays, and so does one whose entry stands in the fair share, which is kept for ever.
    """
    if not leads:
        return Moved()
    asked = {"leads": len(leads)}
    with noted(Act.Kind.CLEAR_TESTS, division_id=leads[0].division_id, by=by, why="", asked=asked, now=now) as done:
        for division, pks in chunks(leads):
            done.add(_clear(division, pks))
    return done


def _clear(division: int, pks: Sequence[int]) -> Moved:
    with turn(division) as held:
        if held is None:
            return Moved()
        rows = locked(pks)
        counted = set(LedgerEntry.objects.filter(lead__in=pks).values_list("lead_id", flat=True))
        going = [row.pk for row in rows if row.kind == Kind.TEST and row.pk not in counted]
        _delete(going, {row.contact_id for row in rows if row.pk in going and row.contact_id})
    return Moved(going, Counter("no_test" for row in rows if row.pk not in going))


def _delete(leads: Sequence[int], people: set[int]) -> None:
    """Rows that point to a lead without the database's knowing, or would only forget it, first."""
    intakes = Intake.objects.filter(lead__in=leads)
    kept = set(intakes.exclude(inbound=None).values_list("inbound", flat=True))
    intakes.delete()
    # One delivery may have brought others, too.
    Inbound.objects.filter(pk__in=kept).exclude(intakes__isnull=False).delete()
    Decision.objects.filter(lead__in=leads).delete()
    Merge.objects.filter(lead__in=leads).delete()
    Lead.objects.filter(pk__in=leads).delete()
    Contact.objects.filter(pk__in=people, leads=None).delete()
