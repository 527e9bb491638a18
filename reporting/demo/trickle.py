"""Keeps the demo alive: invented leads come through the very door others come by, and invented reps answer them."""

import logging
import random
import uuid
from datetime import datetime, timedelta

from django.db.models import F, Q

from leads import respond, seeds
from leads.capture import NotCapturedError, capture
from leads.life import CallOutcome, State, TouchKind
from leads.models import Connection, Lead, Stage
from reporting.demo import cast
from reporting.demo.doors import Doors
from reporting.demo.market import Market
from reps.models import Group, Rep
from reps.models.division import SEEDED
from routing import claim
from routing.assign import NotYoursError

log = logging.getLogger(__name__)

BETWEEN_LEADS = (5.0, 20.0)
# Seconds after which a simulated rep gets in touch, and between two acts on a lead; real reps are slower.
_ANSWER_AFTER = (25, 420)
_NEXT_AFTER = timedelta(minutes=6)
_MOVES_A_ROUND = 0.12
_POOL_KEPT = 4  # leads that always stay in the pool for the visitor to pull
_MOST_WAITING = 12  # leads that wait for the visitor
_ELSEWHERE = ("US", "CA", "BR", "MX", "SE", "NO", "FI", "JP", "AU", "IN", "SG", "ZA")  # what the visitor does not cover
_PACE = {person.email: person.pace for person in cast.REPS}


class Trickle:
    """One lead and a few acts a round; the visitor's own leads are never touched."""

    def __init__(self, *, seed: int | None = None) -> None:
        # A new seed each start: the same people must not come again.
        self._random = random.Random(seed)  # noqa: S311 - invented data, not secrets
        self._market = Market(self._random.randrange(2**31))
        self._answers: dict[int, datetime] = {}
        self._doors = Doors(self._random)
        self._stages = {stage.key: stage for stage in Stage.objects.filter(division=SEEDED)}

    def pause(self) -> float:
        """Seconds until the next lead."""
        return self._random.uniform(*BETWEEN_LEADS)

    def bring(self, *, now: datetime) -> Lead | None:
        """A new lead arrives; None where the door was too busy."""
        arrival = self._market.lead(at=now, countries=_ELSEWHERE if self._enough() else ())
        arrival.external_id = f"demo-{uuid.UUID(int=self._random.getrandbits(128))}"
        arrival.arrived_at = None
        if self._doors.wants():
            return self._doors.send(arrival, now=now)
        door = Connection.objects.select_related("division").get(division=SEEDED, kind=seeds.API)
        try:
            return capture(connection=door, arrivals=[arrival], now=now)[0].lead
        except NotCapturedError:
            return None

    def _enough(self) -> bool:
        """Whether the visitor has plenty to answer, so that others get what comes next."""
        mine = Lead.objects.filter(owner__user__email=cast.VISITOR.email, state=State.ASSIGNED, responded_at=None)
        return mine.count() >= _MOST_WAITING

    def act(self, *, now: datetime) -> int:
        """Let the reps do what is due; returns how many acts there were."""
        return self._answer(now) + self._go_on(now) + self._pull(now)

    def _simulated(self) -> Q:
        return Q(owner__user__email__in=[p.email for p in cast.REPS if p is not cast.VISITOR])

    def _answer(self, now: datetime) -> int:
        """First contacts that are due by each rep's pace."""
        silent = Q(responded_at=None) | Q(responded_at__lt=F("assigned_at"))
        waiting = Lead.objects.filter(self._simulated(), silent, state=State.ASSIGNED).select_related("owner__user")
        done = 0
        for lead in waiting.order_by("assigned_at")[:200]:
            if self._due(lead, now) <= now and self._touch(lead, now):
                done += 1
                self._answers.pop(lead.pk, None)
        return done

    def _due(self, lead: Lead, now: datetime) -> datetime:
        owner = lead.owner
        pace = _PACE.get(owner.user.email, 15) if owner else 15
        low, high = _ANSWER_AFTER
        if lead.pk not in self._answers:
            # What waited before this process began is answered little by little, not all at once.
            since = max(lead.assigned_at or now, now - timedelta(seconds=30))
            self._answers[lead.pk] = since + timedelta(seconds=min(high, self._random.uniform(low, 12 * pace + low)))
        return self._answers[lead.pk]

    def _touch(self, lead: Lead, now: datetime) -> bool:
        owner = lead.owner
        if owner is None:
            return False
        kind = self._random.choice((TouchKind.CALL, TouchKind.CALL, TouchKind.EMAIL))
        outcomes = (CallOutcome.CONNECTED, CallOutcome.VOICEMAIL, CallOutcome.NO_ANSWER)
        outcome = self._random.choice(outcomes) if kind is TouchKind.CALL else None
        try:
            respond.open_page(lead=lead, rep=owner, by=owner.user, now=now)
            respond.touch(lead=lead, rep=owner, by=owner.user, kind=kind, outcome=outcome, now=now)
        except respond.NotDoneError:  # given to somebody else in between
            return False
        return True

    def _go_on(self, now: datetime) -> int:
        """About as many leads move along as come in, so that caps never fill."""
        if self._random.random() > _MOVES_A_ROUND:
            return 0
        ready = Q(stage__key="contacted") | Q(stage__key="meeting-booked")
        rows = Lead.objects.filter(self._simulated(), ready, state=State.ASSIGNED, stage_at__lt=now - _NEXT_AFTER)
        done = 0
        for lead in rows.select_related("owner__user", "stage", "division").order_by("stage_at")[:1]:
            key, reason = self._next(lead)
            try:
                by = lead.owner.user if lead.owner else None
                respond.move_stage(lead=lead, stage=self._stages[key], by=by, now=now, reason=reason)
                done += 1
            except (respond.NotDoneError, NotYoursError):
                continue
        return done

    def _next(self, lead: Lead) -> tuple[str, str]:
        if lead.stage.key == "meeting-booked":
            return self._random.choice((("meeting-held", ""), ("lost", "Did not come to the meeting")))
        return self._random.choice((
            ("meeting-booked", ""), ("unqualified", "No budget"), ("unqualified", "Too small"), ("lost", "No answer"),
        ))  # fmt: skip

    def _pull(self, now: datetime) -> int:
        """Somebody pulls from the pool, as long as enough is left for the visitor."""
        group = Group.objects.filter(pool=Group.Pool.BLIND, active=True).order_by("pk").first()
        if group is None or claim.waiting_in(group) <= _POOL_KEPT or self._random.random() < 0.7:
            return 0
        others = [p.email for p in cast.REPS if p is not cast.VISITOR]
        reps = list(Rep.objects.filter(user__email__in=others, active=True).select_related("user").order_by("pk"))
        rep = self._random.choice(reps)
        if claim.why_not(group, rep, now=now):
            return 0
        try:
            claim.pull(group=group, rep=rep, by=rep.user)
        except claim.NotClaimedError:
            return 0
        return 1
