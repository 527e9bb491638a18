"""Adding one lead by hand: kept by who adds it, given to a rep, routed by the rules, or an enquiry on one there is."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from leads import capture, dispatch, seeds, taken
from leads.arrival import Arrival
from leads.life import Kind, State
from leads.models import Connection, Intake, Lead
from reps import access
from reps.models import Division, Group, Membership, Rep, User
from routing import rulesets
from routing.assign import NotYoursError, Turn, turn
from routing.hand.give import give_all, groups_for, may_get
from routing.trial import try_lead


class Way(StrEnum):
    """What becomes of what is added."""

    KEEP = "keep"
    GIVE = "give"
    ROUTE = "route"
    ENQUIRY = "enquiry"


@dataclass(frozen=True, slots=True)
class Added:
    """The lead it is, or went to, and what it was: new, an enquiry, or repeated (the same form sent twice)."""

    lead: Lead
    outcome: Intake.Outcome


class TakenError(Exception):
    """Somebody has the person or company, and who adds it has not been told so, or cannot have a second lead of it."""

    def __init__(self, found: list[taken.Taken]) -> None:
        super().__init__("taken")
        self.found = found


def add(
    *, division: Division, arrival: Arrival, way: Way, by: User, form: str, rep: Rep | None = None, seen: str = ""
) -> Added:
    """Add it once, however often the form is sent; `seen` is the mark of what the adder was told (`taken.mark_of`).

    Kept and given leads count in the fair share as their group says. Raises TakenError, with nothing written; and
    NotYoursError where the rep may not get leads.
    """
    door = Connection.objects.select_related("division").get(division=division, kind=seeds.BY_HAND)
    # Of one person's forms only: nobody learns by guessing what another's became.
    arrival.external_id = f"{by.pk}-{form}"
    arrival.source = arrival.source or door.source or door.name
    getter = _getter(way, by, rep)
    with turn(division.pk) as held:
        if held is None or (getter and not may_get(getter, division.pk)):
            raise NotYoursError
        if before := _before(door, arrival.external_id):
            return before
        onto = None
        if arrival.kind is not Kind.TEST:  # a test is of nobody
            found = taken.taken_by(arrival=arrival, division=division, reader=by, now=held.now)
            onto = _onto(found, way, division, seen=seen, mark=taken.mark_of(found, by))
        wanted = _by_the_rules(division, arrival, getter, held) if getter else None
        hand = capture.Hand(by, onto)
        (captured,) = capture.capture(connection=door, arrivals=[arrival], now=held.now, hand=hand)
        if getter and captured.outcome is Intake.Outcome.NEW:
            _own(held, captured.lead, getter, by, kept=way is Way.KEEP, wanted=wanted)
        transaction.on_commit(dispatch.ring)
    return Added(captured.lead, captured.outcome)


def _getter(way: Way, by: User, rep: Rep | None) -> Rep | None:
    """Who gets it at once."""
    getter = {Way.KEEP: access.rep_of(by), Way.GIVE: rep}.get(way)
    if getter is None and way in {Way.KEEP, Way.GIVE}:
        raise NotYoursError
    return getter


def _before(door: Connection, form: str) -> Added | None:
    """What the same form became the first time."""
    row = Intake.objects.filter(
        connection=door, external_id=form, outcome__in=[Intake.Outcome.NEW, Intake.Outcome.ENQUIRY]
    ).first()
    return Added(row.lead, Intake.Outcome.REPEATED) if row and row.lead else None


def only_enquiry(found: list[taken.Taken], division: Division) -> bool:
    """Whether the person has a lead already, and the division keeps one a person."""
    return division.enquiries and any(row.same_person for row in found)


def _onto(found: list[taken.Taken], way: Way, division: Division, *, seen: str, mark: str) -> Lead | None:
    """The lead it is noted on, where it is an enquiry. Raises TakenError where the adder must look first."""
    person = next((row.lead for row in found if row.same_person), None)
    wrong = person is None if way is Way.ENQUIRY else only_enquiry(found, division)
    if seen != mark or wrong:
        raise TakenError(found)
    return person if way is Way.ENQUIRY else None


def _by_the_rules(division: Division, arrival: Arrival, rep: Rep, held: Turn) -> Group | None:
    """Of several groups of the rep the one the rules would choose, so that it counts, and is due, as its like are."""
    rows = Membership.objects.at(held.now).filter(rep=rep, group__active=True, group__division=division)
    mine = {row.group_id: row.group for row in rows.select_related("group")}
    version = rulesets.published(division.pk) if len(mine) > 1 else None
    if version is None:
        return None
    found = try_lead(division=division, arrival=arrival, rules=rulesets.rules_of(version), now=held.now)
    return mine.get(found.receipt.group or 0)


def _own(held: Turn, lead: Lead, rep: Rep, by: User, *, kept: bool, wanted: Group | None) -> None:
    """Make it the rep's under the turn, in their group; it does not wait for what providers know."""
    Lead.objects.filter(pk=lead.pk, state=State.NEW.value).update(
        state=State.READY.value, ready_at=held.now, ready_by=None
    )
    current = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    group = wanted or groups_for(rep, [current], held)[current.pk]
    counted = group.count_kept if group and kept else None
    give_all(held, [(current, group)], rep=rep, by=by, why="", counted=counted, kept=kept)
