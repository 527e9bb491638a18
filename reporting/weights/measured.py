"""What weights bring: results per lead of those shared by weight, beside those of the same time shared evenly.

Which of the two a lead was stands in its decision; it stays so whoever works it afterwards. Only leads that have had
their time are counted, returned ones too, each once.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from reporting import lead_quality
from reporting.models import WeightPlan
from reporting.scope import Scope
from reporting.spells import keep
from reporting.statistics.lift import Lift, lift

_LOOKED_AT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Measured:
    """Leads and results of both, of leads assigned from `since` until `until`."""

    since: datetime
    until: datetime
    won: int
    leads: int
    even_won: int
    even_leads: int

    @property
    def lift(self) -> Lift | None:
        """The gain of weights per lead, with its 90 % interval."""
        return lift(self.won, self.leads, self.even_won, self.even_leads)

    @property
    def all_leads(self) -> int:
        return self.leads + self.even_leads

    @property
    def all_won(self) -> int:
        return self.won + self.even_won

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "since": self.since.isoformat(), "until": self.until.isoformat()}

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Measured | None":
        """Back from JSON; nothing where nothing was kept."""
        if not body:
            return None
        instants = {name: datetime.fromisoformat(body[name]) for name in ("since", "until")}
        return cls(**{**body, **instants})


def measure(plan: WeightPlan, *, now: datetime) -> Measured | None:
    """Since the comparison began; None where no weights are applied."""
    since = plan.compared_from
    if since is None:
        return None
    keep.refresh_all()
    result = lead_quality.RESULTS[plan.result]
    took = lead_quality.takes(
        scope=Scope(groups=(plan.group_id,)), since=now - _LOOKED_AT, until=now, now=now, result=result
    )
    return counted(plan, since=since, until=max(since, now - took))


def counted(plan: WeightPlan, *, since: datetime, until: datetime) -> Measured:
    """Both shares over the leads assigned in the span."""
    came_at = lead_quality.RESULTS[plan.result].at
    with connection.cursor() as cursor:
        first = min(plan.since or since, since)
        asked: dict[str, Any] = {"group": plan.group_id, "first": first, "since": since, "until": until}
        cursor.execute(_BOTH.format(came_at=came_at), asked)
        rows = {even: (leads, won) for even, leads, won in cursor.fetchall()}
    (leads, won), (even_leads, even_won) = rows.get(False, (0, 0)), rows.get(True, (0, 0))
    return Measured(since, until, won, leads, even_won, even_leads)


# The first decision that says which it was counts, even where it is of before the span: such a lead is not of the span.
# Its result is that of any spell in the group from there on.
_BOTH = """
WITH said AS (
    SELECT DISTINCT ON (a.lead_id) a.lead_id, a.starts_at, (d.record #>> '{{asked,even}}')::boolean AS even
    FROM routing_assignment a JOIN routing_decision d ON d.id = a.decision_id
    WHERE a.group_id = %(group)s AND a.starts_at >= %(first)s AND a.starts_at < %(until)s
        AND d.record #> '{{asked,even}}' IS NOT NULL
    ORDER BY a.lead_id, a.starts_at, a.id
),
each AS (
    SELECT s.lead_id, s.even, bool_or(({came_at}) IS NOT NULL) AS came
    FROM said s JOIN reporting_spell x
        ON x.lead_id = s.lead_id AND x.group_id = %(group)s AND x.starts_at >= s.starts_at
    WHERE s.starts_at >= %(since)s
    GROUP BY s.lead_id, s.even
)
SELECT even, count(*), count(*) FILTER (WHERE came) FROM each GROUP BY even
"""
