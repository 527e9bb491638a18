"""Events that are held back until somebody has their lead: who lets them go, and what becomes of those that stay."""

from datetime import datetime

from django.db import connection, transaction

from leads import hook_plan
from leads.hooks.hook import OVER
from leads.models import HookDelivery
from reps.models import Group

MOST = 1000


@transaction.atomic
def let_go(*, now: datetime) -> int:
    """What may go out by now, though no line of a lead's timeline said so to a hook that was on; at most so many.

    The pool is blind no more, the hook was marked as one that reps cannot see, it was off when somebody got the lead,
    or the lead came to its end with nobody. Where nothing is held that costs a look into an empty index.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LET_GO, {"now": now, "over": sorted(OVER), "blind": Group.Pool.BLIND.value, "most": MOST})
        found = int(cursor.rowcount)
    if found:
        transaction.on_commit(hook_plan.ring)
    return found


_LET_GO = """
    UPDATE leads_hookdelivery SET held = false, due_at = %(now)s WHERE held AND id IN (
        SELECT d.id FROM leads_hookdelivery d
            JOIN leads_hook h ON h.id = d.hook_id JOIN leads_lead l ON l.id = d.lead_id
        WHERE d.held AND d.sent_at IS NULL AND d.failed_at IS NULL AND h.active AND (
            h.unseen_by_reps OR l.owner_id IS NOT NULL OR l.state = ANY(%(over)s)
            OR l.division_id NOT IN (SELECT division_id FROM reps_group WHERE pool = %(blind)s))
        ORDER BY d.id LIMIT %(most)s FOR UPDATE OF d SKIP LOCKED)
"""


def give_up(*, before: datetime, now: datetime) -> int:
    """What is held for longer than deliveries are kept: it stands among the given up for as long again."""
    rows = HookDelivery.objects.filter(held=True, sent_at=None, failed_at=None, created_at__lt=before)
    return rows.update(held=False, failed_at=now, why="held")
