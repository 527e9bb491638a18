"""Routing again: leads nobody has contacted go back to the rules, and what their entries moved is taken back."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from leads import dispatch, signals
from leads.life import EventKind, State
from leads.models import Lead, Touch
from reps.models import User
from routing.assign import Move, Turn, turn, write
from routing.hand.acts import noted
from routing.hand.books import Books, gave
from routing.hand.moved import Moved, chunks, locked
from routing.models import Act, Assignment, Decision, Offer, RuleSetVersion

MOST = 10_000
_AGAIN = frozenset({State.DESK, State.POOLED, State.HELD, State.SET_ASIDE, State.ASSIGNED, State.OFFERED})
_PEOPLE = frozenset({Assignment.How.CLAIM, Assignment.How.MANUAL, Assignment.How.HAND_OVER})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which leads: those last decided by a version, by a rule (its key), since an instant, in any combination; or ids.

    A lead that a person has given or taken since is only meant where it is named by its id.
    """

    version: RuleSetVersion | None = None
    rule: str = ""
    since: datetime | None = None
    ids: tuple[int, ...] | None = None

    def asked(self) -> dict[str, Any]:
        """As the audit row keeps it."""
        return {
            "version": self.version.n if self.version else None,
            "rule": self.rule or None,
            "since": self.since.isoformat() if self.since else None,
            "leads": len(self.ids) if self.ids is not None else None,
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """What routing again would do: the leads that would go, why others stay, and how many more than one call does."""

    going: tuple[int, ...]
    stayed: Mapping[str, int]
    reversed: int  # entries of the fair share that would be taken back
    left: int = 0


def preview_again(*, division_id: int, wanted: Wanted) -> Preview:
    """The same choice as `run_again`, with nothing written."""
    pks, left = _meant(division_id, wanted)
    going: list[int] = []
    stayed: Counter[str] = Counter()
    entries = 0
    for start in range(0, len(pks), MOST // 10):
        rows = list(Lead.objects.filter(pk__in=pks[start : start + MOST // 10]).order_by("pk"))
        goes, stays = _sorted(rows, by_hand=wanted.ids is not None)
        entries += len(gave(goes))
        going += [row.pk for row in goes]
        stayed.update(stays.values())
    return Preview(tuple(going), stayed, entries, left)


def run_again(
    *,
    division_id: int,
    wanted: Wanted,
    by: User | None,
    why: str,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> Moved:
    """Send them through the published rules again, 200 in a turn; `progress` is told how many of how many are done."""
    pks, left = _meant(division_id, wanted)
    asked = {**wanted.asked(), "left": left}
    with noted(Act.Kind.ROUTE_AGAIN, division_id=division_id, by=by, why=why, asked=asked, now=now) as done:
        rows = [Lead(pk=pk, division_id=division_id) for pk in pks]
        for division, chunk in chunks(rows):
            done.add(_again(division, chunk, by=by, why=why, by_hand=wanted.ids is not None))
            if progress:
                progress(done.count + done.stayed.total(), len(pks))
    return done


def route_again(*, leads: Sequence[Lead], by: User | None, why: str = "") -> int:
    """The chosen leads, whoever gave them away; rejected ones go too. Returns how many went.

    Closed leads stay, and those their owner has contacted; so does a rejected one whose person has an open lead by now.
    """
    done = Moved()
    for division, chunk in chunks(leads):
        done.add(_again(division, chunk, by=by, why=why, by_hand=True, rejected=True))
    return done.count


def _meant(division_id: int, wanted: Wanted) -> tuple[list[int], int]:
    """Numbers of the leads, the oldest first, and how many more there are than one call does."""
    leads = Lead.objects.filter(division=division_id)
    if wanted.ids is not None:
        leads = leads.filter(pk__in=wanted.ids)
    if wanted.version or wanted.rule or wanted.since:
        last = Decision.objects.filter(division=division_id)
        if wanted.version:
            last = last.filter(version=wanted.version)
        if wanted.rule:
            last = last.filter(rule=wanted.rule)
        if wanted.since:
            last = last.filter(at__gte=wanted.since)
        later = Decision.objects.filter(lead=OuterRef("lead"), pk__gt=OuterRef("pk"))
        leads = leads.filter(pk__in=last.exclude(Exists(later)).values("lead"))
    elif wanted.ids is None:
        return [], 0
    pks = list(leads.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    return pks[:MOST], leads.count() - MOST if len(pks) > MOST else 0


def _again(
    division: int, pks: Sequence[int], *, by: User | None, why: str, by_hand: bool, rejected: bool = False
) -> Moved:
    with turn(division) as held:
        if held is None:
            return Moved()
        going, stays = _sorted(locked(pks), by_hand=by_hand, rejected=rejected)
        send_back(held, going, by=by, why=why, reason="route_again")
    return Moved([row.pk for row in going], Counter(stays.values()))


def send_back(
    held: Turn,
    leads: Sequence[Lead],
    by: User | None,
    why: str,
    reason: str,
    *,
    end: Assignment.End = Assignment.End.HAND_OVER,
    take_back: Callable[[Lead], bool] = lambda _lead: True,
    event: EventKind = EventKind.RELEASED,
    quiet: bool = False,
) -> None:
    """Make them ready under the turn; the entry that gave each to its owner is undone where `take_back` says so.

    `end` is why spells end: the queue bars whose spell ended as returned or released from getting the lead again.
    `event` is what the timeline tells; nothing, where it is quiet.
    """
    entries = gave(leads)
    books = Books(held, {row.group_id for row in entries.values()})
    moves = []
    for lead in leads:
        row = entries.get(lead.pk) if take_back(lead) else None
        moves.append(
            Move(
                lead=lead.pk,
                hop=lead.hop,
                before=State(lead.state),
                state=State.READY,
                reason=reason,
                event=event,
                quiet=quiet,
                end=end.value if lead.owner_id else "",
                by=by.pk if by else None,
                answer=Offer.Answer.WITHDRAWN.value if lead.state == State.OFFERED else "",
                about=lead.owner_id,
                decided=False,
                entry=books.take_back(row) if row else None,
                reverses=row.pk if row else None,
                private={"reason": why} if why else None,
            )
        )
    write(held, moves, books.after())
    tell_former(leads, why, held.now)
    transaction.on_commit(partial(signals.ring, division_id=held.division))
    transaction.on_commit(dispatch.ring)


def tell_former(leads: Iterable[Lead], why: str, now: datetime) -> None:
    """Word to whoever had them; who gets them now is not known yet."""
    dispatch.plan(
        (dispatch.Word(lead.pk, lead.hop, lead.owner_id, "handed_over", why) for lead in leads if lead.owner_id),
        now=now,
    )


def contacted(leads: Sequence[Lead]) -> set[int]:
    """Those whose present owner has made contact; what an owner before did does not count."""
    hops = {lead.pk: lead.hop for lead in leads if lead.owner_id}
    rows = Touch.objects.filter(lead__in=hops).values_list("lead_id", "hop")
    touched = {pk for pk, hop in rows if hops[pk] == hop}
    answered = {
        lead.pk
        for lead in leads
        if lead.owner_id and lead.responded_at and lead.assigned_at and lead.responded_at >= lead.assigned_at
    }
    return touched | answered


def _sorted(leads: Sequence[Lead], *, by_hand: bool, rejected: bool = False) -> tuple[list[Lead], dict[int, str]]:
    """Those that go, and by lead why it stays."""
    touched = contacted(leads)
    people = set() if by_hand else _given_by_people(leads)
    twins = with_twins(leads) if rejected else set()
    stays: dict[int, str] = {}
    for lead in leads:
        state = State(lead.state)
        if state is State.REJECTED and rejected and lead.pk not in twins:
            continue
        if state not in _AGAIN:
            stays[lead.pk] = state.value
        elif lead.pk in touched:
            stays[lead.pk] = "contacted"
        elif lead.pk in people:
            stays[lead.pk] = "by_hand"
    return [lead for lead in leads if lead.pk not in stays], stays


def _given_by_people(leads: Sequence[Lead]) -> set[int]:
    spells = Assignment.objects.filter(lead__in=[lead.pk for lead in leads], ends_at=None, how__in=_PEOPLE)
    return set(spells.values_list("lead_id", flat=True))


def with_twins(leads: Sequence[Lead]) -> set[int]:
    """Rejected leads whose person has another open lead: only one may be open where enquiries are on."""
    mine = [lead for lead in leads if lead.state == State.REJECTED and lead.sole]
    if not mine:
        return set()
    people = {lead.contact_id for lead in mine}
    taken = set(Lead.objects.open().filter(contact__in=people, sole=True).values_list("contact_id", flat=True))
    first: dict[int | None, int] = {}
    for lead in mine:
        first.setdefault(lead.contact_id, lead.pk)
    return {lead.pk for lead in mine if lead.contact_id in taken or first[lead.contact_id] != lead.pk}
