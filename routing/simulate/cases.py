"""The leads that are decided again: frozen facts of past leads with what really became of them, or rows of a file."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from leads.arrival import Arrival
from leads.models import Stage
from leads.qualify.ready import make_ready
from leads.qualify.said import said_in
from reps.models import Division
from routing.engine.slate import Outcome
from routing.engine.world import Lead
from routing.models import RuleSet

# Numbers of leads out of a file; no lead of the database comes so far.
FILE_NUMBERS = 10**12
# Numbers exact; made once, as making it takes longer than reading a lead's facts.
_EXACT = json.JSONDecoder(parse_float=Decimal)


@dataclass(frozen=True, slots=True)
class Fate:
    """What was decided of one lead: by which rule, where to, and the coded reason."""

    outcome: str
    group: int | None
    rep: int | None
    rule: str
    code: str
    numbers: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, int | None, int | None]:
        """Where to: two fates with the same place are the same to the lead. Whom an offer asks is who gets it."""
        outcome = Outcome.ASSIGNED.value if self.outcome == Outcome.OFFERED else self.outcome
        return outcome, self.group, self.rep


@dataclass(slots=True)
class Case:
    """One lead as it is handed to the engine at an instant, and what is known of how people dealt with it."""

    lead: Lead
    at: datetime
    order: int
    name: str  # the lead's outer number, or the row of the file
    contact: int | None = None
    really: Fate | None = None  # the first decision that did not hold it
    waited: bool = False  # it really was held first
    owner: int | None = None  # who really had it first, by a rule or by pulling it
    owner_group: int | None = None
    by_hand: bool = False  # its first owner got it by hand
    kept: timedelta | None = None  # how long it really was open load; None where nobody had it
    answered: timedelta | None = None  # from its first owner to the first contact
    had: bool = False  # somebody really had it


def past_cases(rule_set: RuleSet, *, since: datetime, until: datetime) -> list[Case]:
    """The leads that came in the period (or reached the stage, for rules of a stage), in the order live had them."""
    if rule_set.runs_on == RuleSet.RunsOn.STAGE:
        rows = _rows(_OF_STAGE, [rule_set.pk, since, until])
    else:
        rows = _rows(_OF_NEW, [rule_set.division_id, since, until])
    return sorted((_case(*row) for row in rows), key=lambda case: (case.at, case.order))


# Tests count for nobody, history was not decided here, and of the erased nothing is known any more.
_KNOWN = "l.kind = 'new' AND l.state <> 'erased'"
_OF_NEW = f"""
    SELECT l.id, l.uid::text, l.account_id, l.contact_id, l.arrived_at, first.at, first.id,
        first.outcome = 'held', '{{}}'::bigint[], f.folded::text,
        d.outcome, d.group_id, d.rep_id, d.rule, d.reason, d.numbers
    FROM leads_lead l
    LEFT JOIN LATERAL (SELECT id, at, outcome, facts_id FROM routing_decision d WHERE d.lead_id = l.id
                       ORDER BY id LIMIT 1) first ON true
    LEFT JOIN LATERAL (SELECT outcome, group_id, rep_id, rule, reason, (record -> 'reason' -> 1)::text AS numbers
                       FROM routing_decision d WHERE d.lead_id = l.id
                       ORDER BY (outcome = 'held'), id LIMIT 1) d ON true
    JOIN LATERAL (SELECT folded FROM leads_leadfacts f WHERE f.lead_id = l.id
                  ORDER BY (f.id = first.facts_id) DESC NULLS LAST, n LIMIT 1) f ON true
    WHERE l.division_id = %s AND {_KNOWN} AND l.arrived_at >= %s AND l.arrived_at < %s
"""  # noqa: S608 - our own text
_OF_STAGE = f"""
    SELECT l.id, l.uid::text, l.account_id, l.contact_id, l.arrived_at, d.at, d.id, d.outcome = 'held',
        ARRAY(SELECT jsonb_array_elements_text(COALESCE(d.record -> 'asked' -> 'barred', '[]'))::bigint),
        f.folded::text, d.outcome, d.group_id, d.rep_id, d.rule, d.reason,
        (d.record -> 'reason' -> 1)::text
    FROM routing_decision d JOIN routing_rulesetversion v ON v.id = d.version_id
    JOIN leads_lead l ON l.id = d.lead_id JOIN leads_leadfacts f ON f.id = d.facts_id
    WHERE v.rule_set_id = %s AND {_KNOWN} AND d.at >= %s AND d.at < %s
        AND NOT EXISTS (SELECT FROM routing_decision e WHERE e.lead_id = d.lead_id AND e.version_id = d.version_id
                        AND e.hop = d.hop AND e.id < d.id)
"""  # noqa: S608 - as above


def _rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _case(  # noqa: PLR0917 - one row of the queries above
    pk: int,
    uid: str,
    account: int | None,
    contact: int | None,
    arrived: datetime,
    decided: datetime | None,
    decision: int | None,
    held: bool | None,  # noqa: FBT001 - as above
    barred: list[int],
    folded: str,
    outcome: str | None,
    group: int | None,
    rep: int | None,
    rule: str,
    code: str,
    numbers: str | None,
) -> Case:
    really = None if outcome is None else Fate(outcome, group, rep, rule, code, json.loads(numbers) if numbers else {})
    # Facts as people read them are asked for by explanations only.
    lead = Lead(pk, {}, read_facts(folded), account, frozenset(barred), arrived)
    return Case(lead, decided or arrived, decision or pk, uid, contact, really, bool(held))


def read_facts(text: str) -> dict[str, Any]:
    """Folded facts as conditions compare them."""
    return dict(_EXACT.decode(text))


def with_last_owners(cases: Iterable[Case]) -> None:
    """Each lead with the rep who really had last worked with its person, on another lead, when it came."""
    by_person: dict[int, list[Case]] = {}
    for case in cases:
        if case.contact is not None:
            by_person.setdefault(case.contact, []).append(case)
    rows = _rows(
        "SELECT l.contact_id, l.id, a.rep_id, a.starts_at FROM leads_lead l JOIN routing_assignment a"
        " ON a.lead_id = l.id WHERE l.contact_id = ANY(%s) ORDER BY a.starts_at, a.id",
        [sorted(by_person)],
    )
    for person, lead, rep, at in rows:
        for case in by_person[person]:
            if lead != case.lead.id and at < case.at:
                case.lead = replace(case.lead, last_owner=rep)


def file_cases(division: Division, arrivals: Sequence[tuple[int, Arrival]], *, now: datetime) -> list[Case]:
    """Rows of a file as leads that came when the file says, else now; (row, arrival). Nothing is written."""
    said, stage = said_in(division.pk), Stage.objects.filter(division=division).earliest("position")
    with transaction.atomic():  # the search by name sets its threshold for the transaction
        rows = [arrival for _row, arrival in arrivals]
        made = make_ready(rows, division=division, stage=stage.name, said=said, now=now)
    found = []
    for (row, arrival), one in zip(arrivals, made, strict=True):
        at = (arrival.arrived_at or now).astimezone(UTC)
        account = one.account.account.pk if one.account.account else None
        lead = Lead(FILE_NUMBERS + row, one.judged.facts, one.judged.folded, account, since=at)
        found.append(Case(lead, at, row, str(row)))
    return sorted(found, key=lambda case: (case.at, case.order))
