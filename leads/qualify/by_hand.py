"""What a person decides about a lead's qualification: it goes before rules and answers, and outlasts new facts."""

from collections.abc import Sequence
from datetime import datetime

from leads.models import Lead, LeadFacts
from leads.qualify.judge import QUALIFIED, Verdict


def let_through(leads: Sequence[Lead], *, now: datetime, why: str = "") -> None:
    """From now on they are qualified: new facts that say so; whoever moves them does it in the same transaction."""
    rows = {row.lead_id: row for row in LeadFacts.objects.filter(lead__in=leads).order_by("n")}
    verdict = Verdict(QUALIFIED, "person", why)
    told = {"verdict": QUALIFIED, "verdict_reason": why, "verdict_rule": ""}
    LeadFacts.objects.bulk_create(
        LeadFacts(
            lead_id=row.lead_id,
            n=row.n + 1,
            at=now,
            facts={**row.facts, **told},
            folded={**row.folded, **told},
            judged={**row.judged, "verdict": verdict.kept()},
        )
        for row in rows.values()
    )
