"""Makes arrivals ready: tidied, enriched with what is known at once, matched with accounts, judged. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leads import timeline
from leads.arrival import Arrival
from leads.life import EventKind, Kind
from leads.models import Lead
from leads.qualify import enrich, loose, match, normalise
from leads.qualify.judge import Judged, judge
from leads.qualify.said import Said
from reps.models import Division


@dataclass(frozen=True, slots=True)
class Ready:
    """A lead as it would be written; `open` are the providers that should be asked first."""

    arrival: Arrival
    account: match.AccountMatch
    judged: Judged
    open: list[enrich.Configuration] = field(default_factory=list)


def tidy(arrival: Arrival, division: Division) -> None:
    """Bring what people typed into one spelling, in place; what cannot be read stays as it was written."""
    arrival.name = loose.name(arrival.name)
    # The door has read it by the lead's own country already.
    if arrival.phone and not arrival.phone_e164 and not arrival.country and division.default_country:
        arrival.phone_e164 = normalise.phone(arrival.phone, division.default_country)
    if arrival.website:
        try:
            arrival.website = loose.website(arrival.website)
        except normalise.UnusableError:
            return


def make_ready(
    arrivals: Sequence[Arrival], *, division: Division, stage: str, said: Said, now: datetime
) -> list[Ready]:
    """The same for a lead that arrives and for a trial. The number of queries does not grow with the arrivals.

    Leads of the past are neither enriched nor judged: they are kept as they were.
    """
    known = enrich.set_up(said.enrichers, now=now)
    copies = [enrich.copy_of(arrival) for arrival in arrivals] if known else list(arrivals)
    asked = enrich.at_once(copies, division.pk, known, now=now)
    sources = [
        enrich.fill(copy, one.found, said.catalogue) if one.found and copy.kind is not Kind.HISTORY else {}
        for copy, one in zip(copies, asked, strict=True)
    ]
    accounts = match.match_accounts(division, copies)
    return [
        Ready(
            copy,
            account,
            judge(
                arrival=copy,
                account=account.account,
                division=division,
                arrived_at=copy.arrived_at or now,
                stage=stage,
                said=said.past if copy.kind is Kind.HISTORY else said,
                provenance=provenance,
            ),
            [] if copy.kind is Kind.HISTORY else one.open,
        )
        for copy, account, one, provenance in zip(copies, accounts, asked, sources, strict=True)
    ]


def news(lead: Lead, judged: Judged, *, at: datetime, sources: Sequence[str] = (), late: bool = False) -> timeline.News:
    """The line of the timeline that tells what was said of a lead; names of rules and providers only."""
    verdict = judged.verdict if judged.spoken else None
    payload = {
        "verdict": verdict.says if verdict else "",
        "by": verdict.by if verdict else "",
        "rule": verdict.rule if verdict else "",
        "reason": verdict.reason if verdict else "",
        "score": judged.score,
        "sources": sorted(set(sources)),
        "late": late,
    }
    told = {name: value for name, value in payload.items() if value not in ("", None, [], False)}
    return timeline.News(lead=lead.pk, kind=EventKind.QUALIFIED, at=at, rep=lead.owner_id, hop=lead.hop, payload=told)
