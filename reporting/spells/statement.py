"""What a spell in figures is, as one statement over the rows of leads and of routing; docs: metrics/*.py.

The same text makes one lead's spells anew, makes all of them at night, and is what the audit compares with.
"""

COLUMNS = (
    "assignment_id", "lead_id", "hop", "first", "division_id", "rep_id", "group_id", "sourced_by_id", "how",
    "source", "channel", "campaign", "rule", "territory_id", "band", "score", "arrived_at", "starts_at", "due_at",
    "ended_at", "end", "touches", "first_touch_at", "response_seconds", "within_sla", "touches_to_reach",
    "first_call", "talks", "reached", "furthest", "booked_at", "held_at", "opportunity_at", "ending", "closed_at",
    "won_base", "won_base_currency", "responded_at", "lead_closed_at",
)  # fmt: skip

# `held` says that the spell is the present or the closing one, so that what the lead came to is its own.
#   pipeline  the position from which on a meeting counts as booked, held, and the lead as an opportunity; where no
#             stage feeds one, the next that is fed
#   g         where the lead belonged when it was last decided before the spell began, whatever rule it was
#   t         the contacts of the spell (the same hand-over number)
#   e         its stage changes, lost and unqualified left out
#   n         where the lead stands, if it came there in this spell: all that imports know
MADE = """
WITH pipeline AS (
    SELECT division_id,
        COALESCE(booked, held, opportunity, won) AS booked, COALESCE(held, opportunity, won) AS held,
        COALESCE(opportunity, won) AS opportunity
    FROM (
        SELECT division_id, min(position) FILTER (WHERE metric = 'meeting_booked') AS booked,
            min(position) FILTER (WHERE metric = 'meeting_held') AS held,
            min(position) FILTER (WHERE metric = 'opportunity') AS opportunity,
            min(position) FILTER (WHERE metric = 'won') AS won
        FROM leads_stage GROUP BY division_id
    ) s
)
SELECT a.id AS assignment_id, a.lead_id, a.hop,
    NOT EXISTS (SELECT FROM routing_assignment b WHERE b.lead_id = a.lead_id AND b.hop < a.hop) AS first,
    l.division_id, a.rep_id, a.group_id, l.sourced_by_id, a.how, l.source, l.channel, l.campaign,
    COALESCE(d.rule, '') AS rule, g.territory_id, l.band, p.score, l.arrived_at, a.starts_at, a.due_at,
    LEAST(a.ends_at, CASE WHEN h.held THEN l.closed_at END) AS ended_at,
    CASE WHEN h.held AND l.state = 'closed' THEN 'closed' ELSE a."end" END AS "end",
    t.touches, t.first_touch_at, t.response_seconds, t.within_sla, t.touches_to_reach, t.first_call, t.talks,
    t.two_way OR COALESCE(
        l.reached_at >= a.starts_at AND l.reached_at <= COALESCE(a.ends_at, l.reached_at), false
    ) AS reached,
    GREATEST(e.furthest, n.position) AS furthest,
    LEAST(e.booked_at, t.met_at, CASE WHEN n.position >= m.booked THEN n.at END) AS booked_at,
    LEAST(e.held_at, t.met_at, CASE WHEN n.position >= m.held THEN n.at END) AS held_at,
    LEAST(e.opportunity_at, CASE WHEN n.position >= m.opportunity THEN n.at END) AS opportunity_at,
    CASE WHEN h.held AND l.state = 'closed' THEN s.metric ELSE '' END AS ending,
    CASE WHEN h.held AND l.state = 'closed' THEN l.closed_at END AS closed_at,
    CASE WHEN h.held AND l.state = 'closed' THEN l.won_base END AS won_base,
    CASE WHEN h.held AND l.state = 'closed' THEN l.won_base_currency ELSE '' END AS won_base_currency,
    l.responded_at, l.closed_at AS lead_closed_at
FROM routing_assignment a
JOIN leads_lead l ON l.id = a.lead_id AND l.kind <> 'test' AND l.merged_into_id IS NULL
JOIN leads_stage s ON s.id = l.stage_id
LEFT JOIN leads_leadprivate p ON p.lead_id = l.id
LEFT JOIN pipeline m ON m.division_id = l.division_id
CROSS JOIN LATERAL (
    SELECT l.owner_id IS NOT DISTINCT FROM a.rep_id AND (a.ends_at IS NULL OR a."end" = 'closed') AS held
) h
LEFT JOIN LATERAL (
    SELECT s.position, COALESCE(l.stage_at, l.closed_at, a.starts_at) AS at
    WHERE h.held AND s.metric NOT IN ('lost', 'unqualified') AND COALESCE(l.stage_at >= a.starts_at, true)
) n ON true
LEFT JOIN LATERAL (
    SELECT rule FROM routing_decision
    WHERE lead_id = a.lead_id AND at <= a.starts_at AND rule <> '' ORDER BY at DESC, id DESC LIMIT 1
) d ON true
LEFT JOIN LATERAL (
    SELECT territory_id FROM routing_decision
    WHERE lead_id = a.lead_id AND at <= a.starts_at ORDER BY at DESC, id DESC LIMIT 1
) g ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS touches, min(at) AS first_touch_at, max(response_seconds) AS response_seconds,
        bool_or(within_sla) AS within_sla, COALESCE(bool_or(two_way), false) AS two_way,
        CASE WHEN bool_or(two_way) THEN count(*) FILTER (WHERE (at, id) <= reach) END AS touches_to_reach,
        (array_agg(two_way ORDER BY at, id) FILTER (WHERE kind = 'call'))[1] AS first_call,
        COALESCE(array_agg(duration_seconds ORDER BY at, id) FILTER (
            WHERE two_way AND duration_seconds > 0 AND kind IN ('call', 'inbound_call')), '{{}}') AS talks,
        min(at) FILTER (WHERE kind = 'meeting') AS met_at
    FROM (
        SELECT x.*, first_value(CASE WHEN x.two_way THEN (x.at, x.id) END) OVER (
            ORDER BY NOT x.two_way, x.at, x.id) AS reach
        FROM leads_touch x WHERE x.lead_id = a.lead_id AND x.hop = a.hop
    ) c
) t
CROSS JOIN LATERAL (
    SELECT max(x.position) AS furthest, min(v.occurred_at) FILTER (WHERE x.position >= m.booked) AS booked_at,
        min(v.occurred_at) FILTER (WHERE x.position >= m.held) AS held_at,
        min(v.occurred_at) FILTER (WHERE x.position >= m.opportunity) AS opportunity_at
    FROM leads_leadevent v
    JOIN leads_stage x ON x.division_id = l.division_id AND x.key = v.payload->>'to'
    WHERE v.lead_id = a.lead_id AND v.hop = a.hop AND v.kind IN ('stage_changed', 'closed')
        AND x.metric NOT IN ('lost', 'unqualified')
) e
{which}
"""
SOME = "WHERE a.lead_id = ANY(%(leads)s::bigint[])"
SPAN = "WHERE a.id > %(after)s AND a.id <= %(last)s"
