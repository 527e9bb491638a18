"""Rule hits: how many leads each rule decided.

Formula: distinct leads with a decision by the rule in the period, and their share of all leads decided then.

Caveats: a lead decided twice (sent through the rules again) counts for each rule that decided it, so shares may sum to
over one. A rule is told by its key, under the name it had last; leads no rule fitted stand under an empty key.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Hits:
    """One rule's leads."""

    rule: str
    name: str
    leads: int
    share: float


def rule_hits(*, since: datetime, until: datetime, groups: tuple[int, ...] | None) -> list[Hits]:
    """The rules that decided leads in the span, most first; of the groups that leads went to (None: all)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH d AS (
                SELECT d.lead_id, d.rule, d.rule_name, d.at FROM routing_decision d
                JOIN leads_lead l ON l.id = d.lead_id AND l.kind <> 'test' AND l.merged_into_id IS NULL
                WHERE d.at >= %(since)s AND d.at < %(until)s
                    AND (%(all)s OR d.group_id = ANY(%(groups)s::bigint[]))
            )
            SELECT rule, (array_agg(rule_name ORDER BY at DESC))[1], count(DISTINCT lead_id),
                (SELECT count(DISTINCT lead_id) FROM d)
            FROM d GROUP BY rule ORDER BY 3 DESC, 2
            """,
            {"since": since, "until": until, "all": groups is None, "groups": list(groups or ())},
        )
        return [Hits(rule, name, leads, leads / whole) for rule, name, leads, whole in cursor.fetchall()]
