"""What a person's pages would show, boiled down to a few marks by one question: a mark that stays means nothing new."""

from django.db import connection
from django.utils.crypto import salted_hmac

from reps.models import Rep, User

# What changes, each in a mark of its own; a page draws again only what its part is about. Of pools it is what members
# see before a claim: which wait, and in what band.
_ASKED = """
SELECT
    (SELECT string_agg(concat_ws('.', l.id, l.hop, l.stage_id, l.responded_at, l.wrote_again_at, l.due_at), ' '
        ORDER BY l.id) FROM leads_lead l WHERE l.owner_id = %(rep)s AND l.state = 'assigned'),
    (SELECT string_agg(concat_ws('.', t.id, t.due_at), ' ' ORDER BY t.id) FROM leads_task t
        WHERE t.rep_id = %(rep)s AND t.done_at IS NULL AND t.stopped_at IS NULL),
    (SELECT string_agg(o.id::text, ' ' ORDER BY o.id) FROM routing_offer o
        WHERE o.rep_id = %(rep)s AND o.answered_at IS NULL AND o.due_at > now()),
    (SELECT string_agg(concat_ws('.', p.id, p.band), ' ' ORDER BY p.id) FROM leads_lead p
        WHERE p.state = 'pooled' AND p.group_id IN (SELECT m.group_id FROM reps_membership m
            WHERE m.rep_id = %(rep)s AND m.starts_at <= now() AND (m.ends_at IS NULL OR m.ends_at > now()))),
    (SELECT max(d.id) FROM leads_delivery d WHERE d.channel = 'in_app' AND d.seen_at IS NULL
        AND (d.rep_id = %(rep)s OR d.user_id = %(user)s)),
    (SELECT count(*) FROM leads_lead w WHERE w.state IN ('desk', 'set_aside')
        AND (%(all)s OR EXISTS (SELECT FROM reps_group_managers g WHERE g.user_id = %(user)s)))
"""
PARTS = ("leads", "steps", "offers", "pool", "news", "desk")


def marks(*, user: User, rep: Rep | None) -> dict[str, str]:
    """Part -> its mark, 8 letters that tell nothing; another one where something of the part changed."""
    with connection.cursor() as cursor:
        asked = {"user": user.pk, "rep": rep.pk if rep else None, "all": user.is_ops or user.is_superuser}
        cursor.execute(_ASKED, asked)
        found = cursor.fetchone()
    return {
        part: salted_hmac(f"pulse.{part}.{user.pk}", str(value)).hexdigest()[:8]
        for part, value in zip(PARTS, found, strict=True)
    }
