"""A rep hands a lead back with a reason; it goes to To assign, and a manager rules on it: an approved one is undone."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leads import dispatch, timeline
from leads.life import EventKind, State
from leads.models import Lead
from reps.models import Rep, User
from routing import terms
from routing.assign import Move, NotYoursError, Turn, turn, write, write_balances
from routing.books import shares_after
from routing.entries import undoing
from routing.models import Assignment, Return
from routing.models import LedgerEntry as EntryRow


def give_back(*, lead: Lead, rep: Rep, by: User, reason: Return.Reason, note: str) -> Return:
    """Write the return and take the lead from the rep. Raises NotYoursError where it is not theirs any more."""
    with turn(lead.division_id) as held:
        current = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
        if held is None or current.owner_id != rep.pk or current.state != State.ASSIGNED:
            raise NotYoursError
        row = Return.objects.create(lead=current, hop=current.hop, rep=rep, reason=reason, note=note, at=held.now)
        write(
            held,
            [
                Move(
                    lead=current.pk,
                    hop=current.hop,
                    before=State.ASSIGNED,
                    state=State.DESK,
                    reason="returned",
                    event=EventKind.RETURNED,
                    group=current.group_id,
                    end=Assignment.End.RETURNED.value,
                    by=by.pk,
                    about=rep.pk,
                    timers=(terms.alarm_for(current.group, held.now),),
                    payload={"return_reason": reason.value},
                    private={"note": note} if note else None,
                )
            ],
        )
        waits = {"state": State.DESK.value, "reason": "returned", "since": held.now.isoformat()}
        told = str(row.get_reason_display())
        dispatch.tell_managers([current.pk], "waiting", held.now, waits, why=told, ref=f"returned {row.pk}")
        transaction.on_commit(dispatch.ring)
    return row


APPROVED, REFUSED = "approved", "refused"


def rule_on(*, given_back: Return, approve: bool, by: User | None) -> bool:
    """A manager's ruling, once and for good: an approved return reverses the whole entry, a refused one leaves it.

    Returns whether an entry was reversed. Raises NotYoursError where it was ruled on before.
    """
    with turn(given_back.lead.division_id) as held:
        ruling = APPROVED if approve else REFUSED
        if held is None or not Return.objects.filter(pk=given_back.pk, ruling="").update(
            ruling=ruling, ruled_by=by, ruled_at=held.now
        ):
            raise NotYoursError
        _tell(given_back, ruling, by, held.now)
        return approve and _undo(held, given_back)


def _tell(given_back: Return, ruling: str, by: User | None, now: datetime) -> None:
    """The timeline, and who gave it back."""
    lead, rep = given_back.lead_id, given_back.rep_id
    says = _("It was approved: the lead does not count for you.")
    if ruling == REFUSED:
        says = _("It was refused: the lead counts as yours.")
    user = by.pk if by else None
    news = timeline.News(lead, EventKind.RULED, now, rep, user, hop=given_back.hop, payload={"ruling": ruling})
    timeline.record([news])
    dispatch.plan([dispatch.Word(lead, given_back.hop, rep, "ruled", says, ref=str(given_back.pk))], now=now)
    transaction.on_commit(dispatch.ring)


def _began(row: EntryRow, spell: Assignment) -> bool:
    """Whether the entry is that of the spell; one settled again, when a merge was undone, is younger than its start."""
    if row.decision_id:
        return bool(row.decision_id == spell.decision_id)
    return row.at >= spell.starts_at and (spell.ends_at is None or row.at < spell.ends_at)


def _undo(held: Turn, given_back: Return) -> bool:
    """Everybody's share back, the winner's lead back; nothing where the lead did not count or was undone before."""
    spell = Assignment.objects.get(lead=given_back.lead_id, hop=given_back.hop)
    rows = EntryRow.objects.filter(
        lead=spell.lead_id, winner=spell.rep_id, kind__in=[EntryRow.Kind.SHARE, EntryRow.Kind.FORCED], reversed_by=None
    ).order_by("-pk")
    row = next((r for r in rows if _began(r, spell)), None)
    if row is None:
        return False
    EntryRow.objects.create(
        division_id=held.division,
        group_id=row.group_id,
        lead_id=row.lead_id,
        kind=EntryRow.Kind.REVERSED,
        at=held.now,
        reps=row.reps,
        weights=row.weights,
        winner=row.winner,
        reverses=row,
    )
    won = {(row.group_id, spell.rep_id): -1}
    write_balances(held, shares_after(undoing(row)), won)
    return True
