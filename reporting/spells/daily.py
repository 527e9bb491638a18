"""Counts of days beside the spells: what they count, whether they are what the spells say, and making them anew.

The database keeps them with every change of a spell (the triggers of migration 0006 have this statement, too).
"""

from django.db import connection, transaction

# Of rows `x` of spells, with `sign`: event, instant, whose it is, and whether it counts. Days are the company's, so
# that everybody reads the same; who sourced what another won counts apart.
HAPPENED = """
SELECT d.id AS division_id, (v.at AT TIME ZONE d.time_zone)::date AS day, v.rep_id, x.group_id, v.event,
    sum(x.sign)::integer AS n
FROM ({rows}) x JOIN reps_division d ON d.id = x.division_id
CROSS JOIN LATERAL (VALUES
    ('arrived', x.arrived_at, x.rep_id, x.first),
    ('assigned', x.starts_at, x.rep_id, true),
    ('responded', x.first_touch_at, x.rep_id, true),
    ('meetings', x.booked_at, x.rep_id, true),
    ('opportunities', x.opportunity_at, x.rep_id, true),
    ('won', x.closed_at, x.rep_id, x.ending = 'won'),
    ('sourced', x.closed_at, x.sourced_by_id, x.ending = 'won' AND x.sourced_by_id <> x.rep_id)
) v(event, at, rep_id, counts)
WHERE v.counts AND v.at IS NOT NULL
GROUP BY 1, 2, 3, 4, 5 HAVING sum(x.sign) <> 0
"""
_ALL = HAPPENED.format(rows="SELECT 1 AS sign, s.* FROM reporting_spell s")


def differing() -> int:
    """How many counts are not what the spells say."""
    with connection.cursor() as cursor:
        cursor.execute(f"""
            SELECT count(*) FROM ({_ALL}) a
            FULL JOIN (SELECT * FROM reporting_daily WHERE n <> 0) b
                ON (a.division_id, a.day, a.rep_id, a.event) = (b.division_id, b.day, b.rep_id, b.event)
                AND a.group_id IS NOT DISTINCT FROM b.group_id
            WHERE a.n IS DISTINCT FROM b.n""")  # noqa: S608 - our own text
        return int(cursor.fetchone()[0])


def remake() -> int:
    """Make all of them anew, where one is wrong; how many were."""
    with transaction.atomic(), connection.cursor() as cursor:
        # No spell changes meanwhile.
        cursor.execute("LOCK TABLE reporting_spell IN SHARE ROW EXCLUSIVE MODE")
        wrong = differing()
        if wrong:
            cursor.execute("DELETE FROM reporting_daily")
            cursor.execute(f"INSERT INTO reporting_daily (division_id, day, rep_id, group_id, event, n) {_ALL}")
    return wrong
