"""What a person's pages would show, boiled down to a few marks by one question: a mark that stays means nothing new."""

from collections.abc import Sequence

from django.db import connection
from django.utils.crypto import salted_hmac

from reps import sessions
from reps.models import Rep, User

# What changes, each in a mark of its own; a page draws again only what its part is about. Of pools it is what members
# see before a claim: which wait, and in what band.
_MARKS = """
    (SELECT string_agg(concat_ws('.', l.id, l.hop, l.stage_id, l.responded_at, l.wrote_again_at, l.due_at), ' '
        ORDER BY l.id) FROM leads_lead l WHERE l.owner_id = me.rep_id AND l.state = 'assigned'),
    (SELECT string_agg(concat_ws('.', t.id, t.due_at), ' ' ORDER BY t.id) FROM leads_task t
        WHERE t.rep_id = me.rep_id AND t.done_at IS NULL AND t.stopped_at IS NULL),
    (SELECT string_agg(o.id::text, ' ' ORDER BY o.id) FROM routing_offer o
        WHERE o.rep_id = me.rep_id AND o.answered_at IS NULL AND o.due_at > now()),
    (SELECT string_agg(concat_ws('.', p.id, p.band), ' ' ORDER BY p.id) FROM leads_lead p
        WHERE p.state = 'pooled' AND p.group_id IN (SELECT m.group_id FROM reps_membership m
            WHERE m.rep_id = me.rep_id AND m.starts_at <= now() AND (m.ends_at IS NULL OR m.ends_at > now()))),
    GREATEST((SELECT max(d.id) FROM leads_delivery d WHERE d.channel = 'in_app' AND d.seen_at IS NULL
            AND d.rep_id = me.rep_id),
        (SELECT max(d.id) FROM leads_delivery d WHERE d.channel = 'in_app' AND d.seen_at IS NULL
            AND d.user_id = me.user_id)),
    (SELECT count(*) FROM leads_lead w WHERE w.state IN ('desk', 'set_aside')
        AND (me.sees_all OR EXISTS (SELECT FROM reps_group_managers g WHERE g.user_id = me.user_id)))
"""
_NAMED = "SELECT %s::bigint AS user_id, %s::bigint AS rep_id, %s::boolean AS sees_all"
_OF_USER = f"SELECT {_MARKS} FROM ({_NAMED}) me"  # noqa: S608 - put together of what stands here
_OF_SESSION = f"SELECT me.*, {_MARKS} FROM ({sessions.WHOSE}) me"  # noqa: S608 - as above
PARTS = ("leads", "steps", "offers", "pool", "news", "desk")


def marks(*, user: User, rep: Rep | None) -> dict[str, str]:
    """Part -> its mark, 8 letters that tell nothing; another one where something of the part changed."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_USER, [user.pk, rep.pk if rep else None, user.is_ops or user.is_superuser])
        return _marks(user.pk, cursor.fetchone())


def marks_of(session: str) -> dict[str, str] | None:
    """The same for whoever the session's key belongs to, by the one question alone; None where it opens nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_SESSION, [session])
        row = cursor.fetchone()
    if row is None:
        return None
    whose = sessions.Whose(*row[: -len(PARTS)])
    return _marks(whose.user, row[-len(PARTS) :]) if whose.opens() else None


def _marks(user: int, row: Sequence[object]) -> dict[str, str]:
    return {
        part: salted_hmac(f"pulse.{part}.{user}", str(value)).hexdigest()[:8]
        for part, value in zip(PARTS, row, strict=True)
    }
