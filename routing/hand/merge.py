"""Merging two leads of one person by hand, and taking them apart again: nothing is deleted, all is linked."""

from django.db import transaction
from django.utils.translation import gettext as _

from leads import dispatch, signals, timeline
from leads.life import OPEN, EventKind, State
from leads.models import ContactKey, Lead, Touch
from reps.models import Group, User
from routing import terms
from routing.assign import Move, NotYoursError, Turn, reopen, turn, write
from routing.hand.books import Books, gave
from routing.hand.give import may_get
from routing.hand.moved import locked
from routing.models import Assignment, Merge, Offer

_MERGEABLE = OPEN | {State.REJECTED}


class NotMergedError(Exception):
    """It cannot be done; `code` says why: same, kind, stays (the one that is to go on is not open), closed, undone."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def merge(*, lead: Lead, into: Lead, by: User) -> Merge:
    """Close `lead` for `into`: its clock stops, its entry of the fair share is taken back, its owner is told.

    Keys of its contact lead to the other's from now on. Raises NotMergedError with nothing written.
    """
    with turn(lead.division_id) as held:
        if held is None:
            raise NotMergedError("closed")
        lead, into = _both(lead, into)
        row = Merge(
            lead=lead, into=into, at=held.now, by=by, state=lead.state, reason=lead.reason, hop=lead.hop,
            owner=lead.owner, group=lead.group, assigned_at=lead.assigned_at, opened_at=lead.opened_at,
            due_at=lead.due_at,
        )  # fmt: skip
        Lead.objects.filter(pk=lead.pk).update(closed_at=held.now, merged_into=into)
        entry = gave([lead]).get(lead.pk)
        books = Books(held, {entry.group_id} if entry else ())
        move = Move(
            lead=lead.pk,
            hop=lead.hop,
            before=State(lead.state),
            state=State.CLOSED,
            reason="merged",
            event=EventKind.MERGED,
            group=lead.group_id,
            end=Assignment.End.MERGED.value if lead.owner_id else "",
            answer=Offer.Answer.WITHDRAWN.value if lead.state == State.OFFERED else "",
            by=by.pk,
            about=lead.owner_id,
            decided=False,
            entry=books.take_back(entry) if entry else None,
            reverses=entry.pk if entry else None,
            payload={"into": str(into.uid)},
        )
        write(held, [move], books.after())
        row.entry = entry
        _lend(row)
        row.save()
        _tell(held, row, by)
    return row


def _both(lead: Lead, into: Lead) -> tuple[Lead, Lead]:
    """Both as they stand under the turn, if they may be merged."""
    if lead.pk == into.pk:
        raise NotMergedError("same")
    rows = {row.pk: row for row in locked([lead.pk, into.pk])}
    one, other = rows[lead.pk], rows[into.pk]
    if one.division_id != other.division_id or one.kind != other.kind:
        raise NotMergedError("kind")
    if State(other.state) not in OPEN:
        raise NotMergedError("stays")
    if State(one.state) not in _MERGEABLE:
        raise NotMergedError("closed")
    return one, other


def _lend(row: Merge) -> None:
    """Who writes with what the lead was known by is the other's person from now on."""
    lead, into = row.lead, row.into
    if lead.contact_id and into.contact_id is None:
        row.lent_contact = True
        Lead.objects.filter(pk=into.pk).update(contact=lead.contact_id)
    elif lead.contact_id and lead.contact_id != into.contact_id:
        keys = ContactKey.objects.select_for_update().filter(contact=lead.contact_id).order_by("pk")
        row.keys = list(keys.values_list("pk", flat=True))
        ContactKey.objects.filter(pk__in=row.keys).update(contact=into.contact_id)
    contact = into.contact_id or lead.contact_id
    only = not Lead.objects.open().filter(contact=contact, sole=True).exclude(pk=into.pk).exists()
    if lead.sole and not into.sole and only:
        row.lent_sole = True
        Lead.objects.filter(pk=into.pk).update(sole=True)


def _tell(held: Turn, row: Merge, by: User) -> None:
    """On the other's timeline, and to whoever had it."""
    lead, into = row.lead, row.into
    timeline.record(
        [
            timeline.News(
                lead=into.pk,
                kind=EventKind.MERGED,
                at=held.now,
                rep=into.owner_id,
                user=by.pk,
                hop=into.hop,
                payload={"lead": str(lead.uid)},
            )
        ]
    )
    if row.owner_id and row.owner_id != into.owner_id:
        hidden = into.group is not None and into.group.pool == Group.Pool.BLIND
        payload = {} if hidden or not into.owner_id else {"rep": into.owner_id}
        word = dispatch.Word(lead.pk, lead.hop, row.owner_id, "merged", ref=f"merge {row.pk}", payload=payload)
        dispatch.plan([word], now=held.now)
        transaction.on_commit(dispatch.ring)


def unmerge(*, lead: Lead, by: User) -> str:
    """Take it out again: back where it stood, with its owner where they still work here, else through the rules.

    Returns the state it has now. Raises NotMergedError where it is not merged (any more).
    """
    with turn(lead.division_id) as held:
        row = Merge.objects.filter(lead=lead, undone_at=None).select_related("entry").first()
        if held is None or row is None:
            raise NotMergedError("undone")
        rows = {one.pk: one for one in locked([row.lead_id, row.into_id])}
        one, into = rows[row.lead_id], rows[row.into_id]
        if one.state != State.CLOSED or one.merged_into_id != into.pk:
            raise NotMergedError("undone")
        Merge.objects.filter(pk=row.pk).update(undone_at=held.now, undone_by=by)
        _give_back(row, one, into)
        state = _restore(held, row, one, by)
        news = timeline.News(
            lead=into.pk,
            kind=EventKind.UNMERGED,
            at=held.now,
            rep=into.owner_id,
            user=by.pk,
            hop=into.hop,
            payload={"lead": str(one.uid)},
        )
        timeline.record([news])
        transaction.on_commit(dispatch.ring)
        transaction.on_commit(lambda: signals.ring(division_id=lead.division_id))
    return state.value


def _give_back(row: Merge, lead: Lead, into: Lead) -> None:
    """What changed hands goes back; keys that came since stay where they are."""
    if row.lent_contact:
        Lead.objects.filter(pk=into.pk, contact=lead.contact_id).update(contact=None)
    if row.keys:
        ContactKey.objects.filter(pk__in=row.keys, contact=into.contact_id).update(contact=lead.contact_id)
    if row.lent_sole:
        Lead.objects.filter(pk=into.pk).update(sole=False)
    if lead.sole and Lead.objects.open().filter(contact=lead.contact_id, sole=True).exists():
        # Their person has another open lead by now.
        Lead.objects.filter(pk=lead.pk).update(sole=False)


_AS_IT_STOOD = frozenset({State.DESK, State.REJECTED})


def _restore(held: Turn, row: Merge, lead: Lead, by: User) -> State:
    """To where it stood: with its owner, in the pool, at the desk; whatever else it waited for, the rules see to it."""
    before = State(row.state)
    if before is State.ASSIGNED and row.owner and may_get(row.owner, lead.division_id):
        _reopen(held, row, lead, by)
        return State.ASSIGNED
    group = row.group
    pooled = before is State.POOLED and group is not None and group.active and group.pool != Group.Pool.NONE
    state = before if pooled or before in _AS_IT_STOOD else State.READY
    move = Move(
        lead=lead.pk,
        hop=lead.hop,
        before=State.CLOSED,
        state=state,
        reason="unmerged" if state is State.READY else row.reason,
        event=EventKind.UNMERGED,
        group=row.group_id,
        by=by.pk,
        decided=False,
        timers=() if state in {State.READY, State.REJECTED} else (terms.alarm_for(group, held.now),),
    )
    write(held, [move])
    Lead.objects.filter(pk=lead.pk).update(closed_at=None, merged_into=None)
    return state


def _reopen(held: Turn, row: Merge, lead: Lead, by: User) -> None:
    """The same spell again; who had not been in touch has the whole time anew, and counts as before."""
    rep, group, entry = row.owner, row.group, row.entry
    if rep is None:
        raise NotYoursError
    silent = not Touch.objects.filter(lead=lead, hop=lead.hop).exists()
    due_at, alarms = terms.given(rep, group, held.now) if group and silent else (row.due_at, ())
    books = Books(held, {entry.group_id} if entry else ())
    again = books.again(entry) if entry else None
    reopen(
        held,
        lead=lead,
        rep=rep,
        group=group,
        reason=row.reason,
        opened_at=row.opened_at,
        due_at=due_at,
        timers=alarms,
        entry=again,
        shares=books.after(),
    )
    timeline.record(
        [timeline.News(lead=lead.pk, kind=EventKind.UNMERGED, at=held.now, rep=rep.pk, user=by.pk, hop=lead.hop)]
    )
    why = _("It was merged into another lead, and is its own again.")
    dispatch.plan([dispatch.Word(lead.pk, lead.hop, rep.pk, "assigned", why, ref=f"unmerge {row.pk}")], now=held.now)
