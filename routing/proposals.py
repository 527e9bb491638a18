"""Hand overs that reps propose and managers answer: whatever is approved goes the way every reassignment goes."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from leads import dispatch
from leads.models import Lead
from reps.models import Rep, User
from routing import hand
from routing.assign import NotYoursError
from routing.models import Proposal


@transaction.atomic
def propose(*, lead: Lead, rep: Rep, to: Rep, why: str, now: datetime) -> Proposal:
    """Ask the managers; a new wish takes the place of an open one. Raises NotYoursError where it is not theirs."""
    current = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    if current.owner_id != rep.pk:
        raise NotYoursError
    _open(current).update(answer=Proposal.Answer.VOID, answered_at=now)
    row = Proposal.objects.create(lead=current, hop=current.hop, rep=rep, to=to, why=why, at=now)
    payload = {"rep": to.pk, "person": rep.user_id}
    dispatch.tell_managers([current.pk], "proposed", now, payload, why=why, ref=f"proposal {row.pk}")
    transaction.on_commit(dispatch.ring)
    return row


def answer(*, proposal: Proposal, approve: bool, by: User, now: datetime) -> Proposal.Answer:
    """Give the lead on, or leave it; once. Where the lead has gone meanwhile the wish is void, and nothing moves.

    The lead moves first, the answer is noted after it: cut off between the two, nobody reads of a move that was none.
    """
    if not Proposal.objects.filter(pk=proposal.pk, answer="").exists():
        raise NotYoursError
    lead = Lead.objects.select_related("group").get(pk=proposal.lead_id)
    if lead.hop != proposal.hop or lead.owner_id != proposal.rep_id:
        return _note(proposal, Proposal.Answer.VOID, by, now)
    if not approve:
        given = _note(proposal, Proposal.Answer.REFUSED, by, now)
        dispatch.plan([dispatch.Word(lead.pk, lead.hop, proposal.rep_id, "kept", ref=str(proposal.pk))], now=now)
        dispatch.ring()
        return given
    try:
        hand.give(lead=lead, rep=proposal.to, group=lead.group, by=by, why=proposal.why, owner=proposal.rep)
    except NotYoursError:
        return _note(proposal, Proposal.Answer.VOID, by, now)
    # Whatever somebody else answered in that moment, it is given on now.
    Proposal.objects.filter(pk=proposal.pk).update(answer=Proposal.Answer.APPROVED, answered_at=now, answered_by=by)
    return Proposal.Answer.APPROVED


def _note(proposal: Proposal, said: Proposal.Answer, by: User, now: datetime) -> Proposal.Answer:
    """Raises NotYoursError where somebody answered before."""
    mine = Proposal.objects.filter(pk=proposal.pk, answer="")
    if not mine.update(answer=said, answered_at=now, answered_by=by):
        raise NotYoursError
    return said


def _open(lead: Lead) -> "QuerySet[Proposal]":
    return Proposal.objects.filter(lead=lead, answer="")
