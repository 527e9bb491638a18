"""Brings batches of rows in from a file: new leads to be routed, or leads of the past with their owners."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from leads import timeline
from leads.arrival import Arrival
from leads.capture import Captured, capture
from leads.life import CallOutcome, EventKind, State, TouchKind, is_two_way
from leads.models import Connection, ContactKey, Intake, Lead, Stage, Touch
from leads.qualify import ready
from leads.respond import won_worth
from leads.rows import CONTACTS, Incoming
from reps.exchange import NO_RATES, Rates
from reps.models import Division, Group, Membership, Rep
from routing import history
from routing.assign import Turn, turn
from routing.models import Assignment

_TEN_TO_12 = Decimal(10) ** 12


class BusyError(Exception):
    """Somebody else holds the turn; nothing of the batch was written."""


@dataclass(slots=True)
class Counts:
    """What became of the rows."""

    rows: int = 0
    new: int = 0
    known: int = 0
    enquiries: int = 0
    refused: int = 0

    def add(self, outcomes: Counter[str]) -> None:
        """Add one batch."""
        self.new += outcomes[Intake.Outcome.NEW]
        self.known += outcomes[Intake.Outcome.REPEATED]
        self.enquiries += outcomes[Intake.Outcome.ENQUIRY]


# Written with the batch, in its transaction: who keeps a place in a file moves it here.
Along = Callable[[Counter[str]], None]


@transaction.atomic
def bring_new(
    connection: Connection, rows: Sequence[Incoming], *, now: datetime, along: Along | None = None
) -> Counter[str]:
    """One batch of new leads in its own transaction; those known already leave no trace."""
    fresh = _fresh(connection, rows)
    found = capture(connection=connection, arrivals=[r.arrival for r in fresh if r.arrival], now=now) if fresh else []
    outcomes = _outcomes(found, len(rows) - len(fresh))
    if along is not None:
        along(outcomes)
    return outcomes


def bring_past(
    connection: Connection, rows: Sequence[Incoming], people: "People", *, now: datetime, along: Along | None = None
) -> Counter[str]:
    """One batch of leads of the past, under the turn: captured and given their owner, stage and touches at once."""
    with turn(connection.division_id) as held:
        if held is None:
            raise BusyError
        fresh = _fresh(connection, rows)
        arrivals = [r.arrival for r in fresh if r.arrival]
        found = capture(connection=connection, arrivals=arrivals, now=now) if fresh else []
        written = [(c.lead, r.past) for c, r in zip(found, fresh, strict=True) if c.outcome is Intake.Outcome.NEW]
        _write_past(held, written, people)
        outcomes = _outcomes(found, len(rows) - len(fresh))
        if along is not None:
            along(outcomes)
    return outcomes


def foretold(connection: Connection, rows: Sequence[Incoming], *, past: bool) -> Counter[str]:
    """What would become of the rows; nothing is written. Who is twice in the file is told apart only by the run."""
    fresh = _fresh(connection, rows)
    enquiries = 0 if past else _of_people_with_open_leads(connection, [row.arrival for row in fresh if row.arrival])
    return Counter(
        {
            Intake.Outcome.REPEATED.value: sum(row.arrival is not None for row in rows) - len(fresh),
            Intake.Outcome.ENQUIRY.value: enquiries,
            Intake.Outcome.NEW.value: len(fresh) - enquiries,
        }
    )


def _of_people_with_open_leads(connection: Connection, arrivals: Sequence[Arrival]) -> int:
    """How many would be enquiries: the division keeps one open lead a person."""
    division = connection.division
    if not division.enquiries or not arrivals:
        return 0
    for arrival in arrivals:
        ready.tidy(arrival, division)
    values = {value for arrival in arrivals for _kind, value in arrival.contact_keys()}
    keys = ContactKey.objects.filter(division=division, value__in=values)
    people = {(kind, value): contact for kind, value, contact in keys.values_list("kind", "value", "contact")}
    open_ = Lead.objects.open().filter(contact__in=set(people.values()), sole=True)
    waiting = set(open_.values_list("contact", flat=True))
    return sum(any(people.get(key) in waiting for key in arrival.contact_keys()) for arrival in arrivals)


def _fresh(connection: Connection, rows: Sequence[Incoming]) -> list[Incoming]:
    """Without those that came through this connection before, as a lead or as an enquiry on one."""
    ids = {row.arrival.external_id for row in rows if row.arrival}
    known = set(Lead.objects.filter(connection=connection, external_id__in=ids).values_list("external_id", flat=True))
    if Intake.objects.filter(connection=connection, outcome=Intake.Outcome.ENQUIRY).exists():
        asked = Intake.objects.filter(connection=connection, outcome=Intake.Outcome.ENQUIRY)
        known.update(asked.filter(external_id__in=ids).values_list("external_id", flat=True))
    return [row for row in rows if row.arrival and row.arrival.external_id not in known]


def _outcomes(found: Sequence[Captured], known: int) -> Counter[str]:
    counted = Counter(str(c.outcome.value) for c in found)
    counted[Intake.Outcome.REPEATED] += known
    return counted


@dataclass(slots=True)
class People:
    """Whom and what the rows of the past may name: reps by address, groups and stages by name."""

    reps: Mapping[str, Rep]
    groups: Mapping[str, Group]
    stages: Mapping[str, Stage]
    first_stage: Stage
    division: Division
    only_group: Mapping[int, int] = field(default_factory=dict)
    rates: Rates = NO_RATES

    @classmethod
    def load(cls, connection: Connection, *, now: datetime) -> "People":
        """All of the division; who left is named in the past too."""
        division = connection.division
        stages = list(Stage.objects.filter(division=division))
        named = {s.name.casefold(): s for s in stages} | {s.key: s for s in stages}
        groups: dict[int, set[int]] = {}
        for rep, group in Membership.objects.at(now).values_list("rep_id", "group_id"):
            groups.setdefault(rep, set()).add(group)
        return cls(
            reps={r.user.email: r for r in Rep.objects.filter(division=division).select_related("user")},
            groups={g.name.casefold(): g for g in Group.objects.filter(division=division).order_by("active")},
            stages={str(s.metric): s for s in stages if s.metric != Stage.Metric.NONE} | named,
            first_stage=min(stages, key=lambda s: s.position),
            only_group={rep: next(iter(found)) for rep, found in groups.items() if len(found) == 1},
            division=division,
            rates=Rates.load(division.pk),
        )

    def check(self, row: Incoming) -> None:
        """Replace names by what they name; note what nobody here knows."""
        past, problems = row.past, row.problems
        for name in ("owner", "sourced_by"):
            self._look_up(row, name, self.reps, _("No rep has the address “%s”."))
        self._look_up(row, "group", self.groups, _("There is no group “%s”."))
        for name in ("stage", "outcome"):
            self._look_up(row, name, self.stages, _("There is no stage “%s”."))
        outcome = past.get("outcome")
        if isinstance(outcome, Stage) and not outcome.closes:
            problems["outcome"] = _("An outcome is won, lost or unqualified.")
        if "won_amount" in past:
            past["won_amount"] = self._amount(row)
        if len(past.get("lost_reason", "")) > 200:
            problems["lost_reason"] = _("At most 200 characters.")
        currency = past.get("won_currency", "")
        if currency and not (len(currency) == 3 and currency.isalpha()):
            problems["won_currency"] = _("The currency is three letters, like EUR.")

    @staticmethod
    def _look_up(row: Incoming, name: str, known: Mapping[str, Any], problem: str) -> None:
        text = row.past.get(name)
        if text is not None:
            row.past[name] = known.get(text.casefold())
            if row.past[name] is None:
                row.problems[name] = problem % text[:80]

    @staticmethod
    def _amount(row: Incoming) -> Decimal | None:
        try:
            amount = Decimal(row.past["won_amount"])
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or not 0 <= amount < _TEN_TO_12:
            row.problems["won_amount"] = _("This is not an amount.")
            return None
        return round(amount, 2)


def _write_past(held: Turn, rows: Sequence[tuple[Lead, dict[str, Any]]], people: People) -> None:
    if not rows:
        return
    history.write(held, [_past(lead, told, people) for lead, told in rows])


def _past(lead: Lead, told: dict[str, Any], people: People) -> history.Past:
    """Where the lead stood at the end, and who had it. No clock: nothing falls due in the past."""
    rep: Rep | None = told.get("owner")
    touches = _touches(told)
    reached = min((at for at, _kind, _outcome, two_way in touches if two_way), default=None)
    contact = min((at for at, *_rest in touches), default=None)
    assigned = told.get("assigned_at") or lead.arrived_at
    stage: Stage = told.get("outcome") or told.get("stage") or people.first_stage
    # Open leads stay with their owner; what nobody owned is over, or To assign would fill with the past.
    over = stage.closes or rep is None
    won = told.get("won_amount") if stage.metric == Stage.Metric.WON else None
    currency = told.get("won_currency", "").upper() or people.division.base_currency
    group: Group | None = told.get("group")
    last = max([lead.arrived_at, *(at for at, *_rest in touches)])
    standing = history.Standing(
        lead=lead.pk,
        state=(State.CLOSED if over else State.ASSIGNED).value,
        stage=stage.pk,
        group=group.pk if group else people.only_group.get(rep.pk) if rep else None,
        owner=rep.pk if rep else None,
        sourced_by=told["sourced_by"].pk if told.get("sourced_by") else None,
        hop=1 if rep else 0,
        reason="imported",
        assigned_at=assigned if rep else None,
        responded_at=contact,
        reached_at=reached,
        stage_at=told.get("closed_at") or last,
        closed_at=(told.get("closed_at") or last) if over else None,
        lost_reason=told.get("lost_reason", "") if stage.closes and stage.metric != Stage.Metric.WON else "",
        won_amount=won,
        won_currency=currency if won is not None else "",
    )
    if won is not None:
        worth = won_worth(won, currency, division=people.division, rates=people.rates, at=standing.stage_at or last)
        standing.won_base, standing.won_base_currency = worth.base, worth.currency
    past = history.Past(standing)
    if rep:
        past.spells.append(
            Assignment(
                lead_id=lead.pk,
                hop=1,
                rep=rep,
                group_id=standing.group,
                how=Assignment.How.HISTORY,
                starts_at=assigned,
            )
        )
        past.news.append(_news(EventKind.ASSIGNED, standing, assigned, {"reason": "imported", "rule": ""}))
    for at, kind, outcome, two_way in touches:
        _touch(past, at, kind=kind, outcome=outcome, two_way=two_way)
    if over and stage.closes:
        moved = {"from": people.first_stage.key, "to": stage.key, "to_name": stage.name}
        past.news.append(_news(EventKind.CLOSED, standing, standing.closed_at or last, moved))
    return past


Touched = tuple[datetime, TouchKind, CallOutcome | None, bool]
_KINDS: dict[str, tuple[TouchKind, CallOutcome | None]] = {
    "calls": (TouchKind.CALL, CallOutcome.CONNECTED),
    "call_attempts": (TouchKind.CALL, CallOutcome.NO_ANSWER),
    "mails": (TouchKind.EMAIL, None),
    "meetings": (TouchKind.MEETING, None),
}


def _touches(told: Mapping[str, Any]) -> list[Touched]:
    """All contacts in order of time.

    Of first contact and reached the file does not say what kind they were: a conversation is kept as a call, a mere
    contact as a mail, unless a contact of a told kind stands at that very instant.
    """
    found: list[Touched] = []
    for name in CONTACTS:
        kind, outcome = _KINDS[name]
        found += [(at, kind, outcome, is_two_way(kind, outcome)) for at in told.get(name, ())]
    contact, reached = told.get("first_contact"), told.get("reached")
    if reached and not any(at == reached and two_way for at, _k, _o, two_way in found):
        found.append((reached, TouchKind.CALL, CallOutcome.CONNECTED, True))
    if contact and not any(at == contact for at, *_rest in found):
        found.append((contact, TouchKind.EMAIL, None, False))
    return sorted(found, key=lambda touch: (touch[0], touch[1], touch[2] or ""))


def _touch(past: history.Past, at: datetime, *, kind: TouchKind, outcome: CallOutcome | None, two_way: bool) -> None:
    standing = past.standing
    text = outcome.value if outcome else ""
    past.touches.append(
        Touch(
            lead_id=standing.lead,
            rep_id=standing.owner,
            hop=standing.hop,
            kind=kind.value,
            outcome=text,
            two_way=two_way,
            at=at,
        )
    )
    payload = {"touch": kind.value, "outcome": text, "seconds": None, "two_way": two_way}
    past.news.append(_news(EventKind.TOUCHED, standing, at, payload))


def _news(kind: EventKind, standing: history.Standing, at: datetime, payload: dict[str, Any]) -> timeline.News:
    return timeline.News(standing.lead, kind, at, rep=standing.owner, hop=standing.hop, payload=payload)
