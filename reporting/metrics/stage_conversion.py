"""Conversion per stage: of the leads that came to a stage, the share that went on to the next or beyond.

Formula: for each stage of the pipeline, leads whose furthest stage is a later one / leads whose furthest stage is this
one or a later one; skipped stages count as passed, and every lead assigned came to the first.

Caveats: leads still open may yet go on, so a young period is lower. Lost and unqualified are ends, no stages to come
to. Of several pipelines each is told by itself. The interval is Wilson's, 95 %.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from leads.models import Stage
from reporting.metric import Answer, share
from reporting.scope import Scope


@dataclass(frozen=True, slots=True)
class Conversion:
    """From one stage to the next."""

    stage: str
    to: str
    answer: Answer


def conversions(*, scope: Scope, since: datetime, until: datetime, now: datetime) -> list[Conversion]:
    """In the order of the pipeline."""
    sql = f"""
        SELECT division_id, furthest, count(*) FROM (
            SELECT x.division_id, x.lead_id, max(x.furthest) AS furthest FROM reporting_spell x
            WHERE x.starts_at >= %(since)s AND x.starts_at < %(until)s AND {scope.where}
            GROUP BY x.division_id, x.lead_id
        ) y GROUP BY 1, 2"""  # noqa: S608 - our own text
    with connection.cursor() as cursor:
        cursor.execute(sql, scope.params(since=since, until=until, now=now))
        counted: dict[int, dict[int | None, int]] = {}
        for division, furthest, n in cursor.fetchall():
            counted.setdefault(division, {})[furthest] = n
    stages = Stage.objects.filter(division__in=counted).exclude(
        metric__in=[Stage.Metric.LOST, Stage.Metric.UNQUALIFIED]
    )
    found = []
    for division, counts in counted.items():
        mine = [stage for stage in stages if stage.division_id == division]
        came = [
            sum(n for position, n in counts.items() if not index or (position or 0) >= stage.position)
            for index, stage in enumerate(mine)
        ]
        found += [
            Conversion(here.name, then.name, share(went, n))
            for here, then, n, went in zip(mine, mine[1:], came, came[1:], strict=False)
        ]
    return found
