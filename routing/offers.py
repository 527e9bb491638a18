"""Offers: one rep is asked for a while; accepting, declining and lapsing, each a conditional write under the turn."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from leads import signals
from leads.life import EventKind, Kind, State
from leads.models import Lead
from reps.models import Rep, User
from routing import terms
from routing.assign import Alarm, Errand, Move, Turn, turn, write
from routing.books import shares_after
from routing.engine.ledger import Key, LedgerEntry
from routing.entries import undoing
from routing.models import Assignment, Offer
from routing.models import LedgerEntry as EntryRow

MOST = 200


class NotOfferedError(Exception):
    """The offer is over: answered, lapsed, withdrawn, or never this rep's."""


def open_offers(rep: Rep, *, now: datetime) -> "list[Offer]":
    """What the rep is asked just now, the first to lapse first."""
    rows = Offer.objects.filter(rep=rep, answered_at=None, due_at__gt=now).select_related("lead", "group")
    return list(rows.order_by("due_at", "pk"))


def accept(*, offer: Offer, rep: Rep, by: User) -> Lead:
    """The rep takes the lead and its response time begins. Raises NotOfferedError."""
    with turn(offer.lead.division_id) as held:
        row, lead = _current(held, offer, rep)
        due_at, alarms = _due(row, rep, held) if held else (None, ())
        move = Move(
            lead=lead.pk,
            hop=lead.hop,
            before=State.OFFERED,
            state=State.ASSIGNED,
            reason="accepted",
            event=EventKind.ACCEPTED,
            group=row.group_id,
            rep=rep.pk,
            due_at=due_at,
            how=Assignment.How.OFFER.value,
            answer=Offer.Answer.ACCEPTED.value,
            timers=alarms,
            by=by.pk,
            decision=row.decision_id,
        )
        assert held is not None  # noqa: S101 - told by `_current`
        write(held, [move])
    return Lead.objects.get(pk=lead.pk)


def decline(*, offer: Offer, rep: Rep, by: User, reason: str = "") -> None:
    """The rep says no; the next is asked. The turn stays spent, unless the group makes declining free."""
    with turn(offer.lead.division_id) as held:
        row, lead = _current(held, offer, rep)
        assert held is not None  # noqa: S101 - told by `_current`
        free = row.group is not None and row.group.free_decline and lead.kind != Kind.TEST
        entry, number, shares = _taken_back(row) if free else (None, None, {})
        said = _over(row, lead, Offer.Answer.DECLINED, EventKind.DECLINED, reason)
        said.by, said.entry, said.reverses = by.pk, entry, number
        write(held, [said], shares)
        transaction.on_commit(partial(signals.ring, division_id=held.division))


def lapse(division_id: int) -> int:
    """Offers nobody answered in time go to the next; returns how many."""
    with turn(division_id, errand=Errand.LAPSE) as held:
        if held is None:
            return 0
        rows = list(
            Offer.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(_over_by(held.now), lead__division=division_id, answered_at=None)
            .select_related("lead")
            .order_by("due_at", "pk")[:MOST]
        )
        moves = [_over(row, row.lead, Offer.Answer.LAPSED, EventKind.LAPSED) for row in rows]
        write(held, moves)
        if moves:
            transaction.on_commit(partial(signals.ring, division_id=division_id))
    return len(moves)


def _over_by(now: datetime) -> Q:
    """The time is over, or whoever was asked works here no more."""
    return Q(due_at__lte=now) | Q(rep__active=False) | Q(rep__user__is_active=False)


def overdue(division_id: int, *, now: datetime) -> bool:
    """Whether some offer of the division ran out."""
    return Offer.objects.filter(_over_by(now), lead__division=division_id, answered_at=None).exists()


def _current(held: Turn | None, offer: Offer, rep: Rep) -> tuple[Offer, Lead]:
    """The offer and its lead as they stand under the turn, locked."""
    if held is None:
        raise NotOfferedError
    lead = Lead.objects.select_for_update(of=("self",)).get(pk=offer.lead_id)
    row = Offer.objects.select_related("group", "decision__version").filter(pk=offer.pk, answered_at=None).first()
    if row is None or row.rep_id != rep.pk or row.due_at <= held.now or lead.state != State.OFFERED:
        raise NotOfferedError
    return row, lead


def _due(row: Offer, rep: Rep, held: Turn) -> tuple[datetime | None, tuple[Alarm, ...]]:
    found = terms.terms_of_decision(row.decision, row.group) if row.decision else None
    return terms.in_hours(found, rep, held.now) if found else (None, ())


def _over(row: Offer, lead: Lead, answer: Offer.Answer, event: EventKind, reason: str = "") -> Move:
    return Move(
        lead=lead.pk,
        hop=lead.hop,
        before=State.OFFERED,
        state=State.READY,
        reason=answer.value,
        event=event,
        answer=answer.value,
        about=row.rep_id,
        decided=False,
        private={"reason": reason} if reason else None,
    )


def _taken_back(row: Offer) -> tuple[LedgerEntry | None, int | None, dict[Key, tuple[int, int]]]:
    """The entry that undoes the one the offer was made with; what was made up for after time off stays so."""
    counting = [EntryRow.Kind.SHARE, EntryRow.Kind.FORCED]
    given = EntryRow.objects.filter(decision=row.decision_id, winner=row.rep_id, kind__in=counting, reversed_by=None)
    found = given.first()
    if found is None or row.decision_id is None:
        return None, None, {}
    entry = undoing(found)
    return entry, found.pk, shares_after(entry)
