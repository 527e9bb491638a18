"""What reps do with leads that are theirs: opening, calling, writing, meeting, winning and losing, in their hours."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from leads.life import CallOutcome, EventKind, State, TouchKind, is_two_way
from leads.models import Stage, Touch
from reporting.demo.cast import RepPerson
from reporting.demo.story import Story, Tale
from reps import schedule
from routing.engine.replay import Closed

_FIRST = ((TouchKind.CALL, 66), (TouchKind.EMAIL, 24), (TouchKind.MESSAGE, 10))
_NOT_CONNECTED = (
    (CallOutcome.VOICEMAIL, 42), (CallOutcome.NO_ANSWER, 44), (CallOutcome.BUSY, 10), (CallOutcome.WRONG_NUMBER, 4),
)  # fmt: skip
_MOST_ATTEMPTS = 5
_NOTES = (
    "Wants an offer by Friday.",
    "Uses a spreadsheet today; two people keep it.",
    "Decides together with the head of finance.",
    "Call again after the trade fair.",
    "Asked whether data stays in the country.",
    "Their contract with the other vendor ends in spring.",
)
_UNQUALIFIED = ("No budget", "Too small", "Not the decision maker", "Wanted something else")
_LOST = ("Chose another vendor", "No project this year", "Too expensive")
_DAY = 480  # working minutes


class Rhythm:
    """Plans an owner's work; called by the story for each lead that gets an owner."""

    def __init__(self, people: Mapping[int, RepPerson], *, quiet: int, quiet_since: datetime) -> None:
        # The visitor's newest leads stay unanswered: answering them is what the visitor may try.
        self._people, self._quiet, self._quiet_since = people, quiet, quiet_since

    def __call__(self, story: Story, tale: Tale) -> None:
        """The owner opens the lead and gets in touch after a while."""
        rep, start = tale.spell.rep_id, tale.spell.starts_at
        if rep == self._quiet and start >= self._quiet_since:
            return
        minutes = story.some_minutes(self._people[rep].pace)
        if opened := story.working(rep, start, minutes * story.random.uniform(0.3, 0.9)):
            story.plan(opened, lambda at: self._open(story, tale, at))
        self._later(story, tale, start, minutes, lambda at: self._attempt(story, tale, at, 1))

    def _later(self, story: Story, tale: Tale, start: datetime, minutes: float, act: object) -> None:
        at = story.working(tale.spell.rep_id, start, minutes)
        if at is not None and callable(act):
            story.plan(at, act)

    def _open(self, story: Story, tale: Tale, at: datetime) -> None:
        tale.standing.opened_at = at
        tale.tell(EventKind.OPENED, at, {}, user=self._user(story, tale))
        for delivery in tale.past.deliveries:
            if delivery.channel == "in_app" and delivery.seen_at is None:
                delivery.seen_at = at

    def _user(self, story: Story, tale: Tale) -> int:
        return story.reps[tale.spell.rep_id].user_id

    def _attempt(self, story: Story, tale: Tale, at: datetime, n: int) -> None:
        draw, person = story.random, self._people[tale.spell.rep_id]
        kind = draw.choices([k for k, _n in _FIRST], [n for _k, n in _FIRST])[0]
        outcome, reached = None, False
        if kind is TouchKind.CALL:
            reached = draw.random() < min(0.8, 0.4 * person.skill * self._promptness(tale, at, n))
            others = [o for o, _n in _NOT_CONNECTED], [n for _o, n in _NOT_CONNECTED]
            outcome = CallOutcome.CONNECTED if reached else draw.choices(*others)[0]
        self._touch(story, tale, at, kind, outcome)
        if reached:
            self._talked(story, tale, at)
        elif kind is not TouchKind.CALL and draw.random() < 0.3:
            self._later(
                story, tale, at, story.some_minutes(0.4 * _DAY), lambda then: self._called_back(story, tale, then)
            )
        elif n < _MOST_ATTEMPTS:
            gap = story.some_minutes((0.4 + 0.5 * n) * _DAY)
            self._later(story, tale, at, gap, lambda then: self._attempt(story, tale, then, n + 1))
        else:
            self._later(story, tale, at, 2 * _DAY, lambda then: self._lose(story, tale, then, "No answer"))

    def _promptness(self, tale: Tale, at: datetime, n: int) -> float:
        """Who is called within minutes is reached oftener; the reports shall show it."""
        if n > 1:
            return 0.8
        waited = at - tale.arrived_at
        return 1.5 if waited < timedelta(minutes=10) else 1.2 if waited < timedelta(hours=1) else 0.85

    def _called_back(self, story: Story, tale: Tale, at: datetime) -> None:
        self._touch(story, tale, at, TouchKind.INBOUND_CALL, None)
        self._talked(story, tale, at)

    def _touch(self, story: Story, tale: Tale, at: datetime, kind: TouchKind, outcome: CallOutcome | None) -> None:
        standing, spell = tale.standing, tale.spell
        two_way = is_two_way(kind, outcome)
        first = not any(touch.hop == spell.hop for touch in tale.past.touches)
        worked = schedule.working_time(story.duty[spell.rep_id], start=spell.starts_at, end=at)
        long = story.random.randint(90, 900) if two_way else story.random.randint(8, 40)
        seconds = long if kind in {TouchKind.CALL, TouchKind.INBOUND_CALL} else None
        row = Touch(
            lead_id=tale.lead.id, rep_id=spell.rep_id, hop=spell.hop, kind=kind.value, two_way=two_way, at=at,
            outcome=outcome.value if outcome else "", duration_seconds=seconds, recorded_at=at,
        )  # fmt: skip
        if first:
            row.response_seconds = int(worked.total_seconds())
            row.within_sla = None if spell.due_at is None else at <= spell.due_at
        tale.past.touches.append(row)
        standing.responded_at = standing.responded_at or at
        standing.reached_at = standing.reached_at or (at if two_way else None)
        user = self._user(story, tale)
        if standing.stage == story.stages["new"].pk:
            self._stage(story, tale, at, "contacted")
        done = {"touch": kind.value, "outcome": row.outcome, "seconds": seconds, "two_way": two_way}
        tale.tell(EventKind.TOUCHED, at, done, user=user)
        if two_way and story.random.random() < 0.3:
            note = {"text": story.random.choice(_NOTES)}
            tale.tell(EventKind.NOTED, at + timedelta(minutes=2), {}, user=user, private=note)

    def _talked(self, story: Story, tale: Tale, at: datetime) -> None:
        draw, skill = story.random, self._people[tale.spell.rep_id].skill
        luck = draw.random()
        if luck < 0.5 * skill:
            self._later(story, tale, at, draw.uniform(3, 90), lambda then: self._book(story, tale, then))
        elif luck < 0.75:
            why = draw.choice(_UNQUALIFIED)
            self._later(
                story, tale, at, draw.uniform(2, 400), lambda then: self._lose(story, tale, then, why, "unqualified")
            )
        else:
            why = draw.choice(_LOST)
            self._later(story, tale, at, draw.uniform(1, 8) * _DAY, lambda then: self._lose(story, tale, then, why))

    def _book(self, story: Story, tale: Tale, at: datetime) -> None:
        self._stage(story, tale, at, "meeting-booked")
        act = self._meet if story.random.random() < 0.82 else self._missed
        self._later(story, tale, at, story.random.uniform(0.8, 5) * _DAY, lambda then: act(story, tale, then))

    def _missed(self, story: Story, tale: Tale, at: datetime) -> None:
        self._lose(story, tale, at, "Did not come to the meeting")

    def _meet(self, story: Story, tale: Tale, at: datetime) -> None:
        draw = story.random
        self._touch(story, tale, at, TouchKind.MEETING, None)
        self._stage(story, tale, at + timedelta(minutes=1), "meeting-held")
        if draw.random() < 0.62:
            self._later(story, tale, at, draw.uniform(0.5, 5) * _DAY, lambda then: self._offer(story, tale, then))
        else:
            why = draw.choice(_LOST)
            self._later(story, tale, at, draw.uniform(0.5, 6) * _DAY, lambda then: self._lose(story, tale, then, why))

    def _offer(self, story: Story, tale: Tale, at: datetime) -> None:
        draw, skill = story.random, self._people[tale.spell.rep_id].skill
        self._stage(story, tale, at, "opportunity")
        won = draw.random() < 0.5 * skill
        why = draw.choice(_LOST)
        days = draw.uniform(3, 18) * _DAY
        self._later(
            story, tale, at, days,
            lambda then: self._win(story, tale, then) if won else self._lose(story, tale, then, why),
        )  # fmt: skip

    def _win(self, story: Story, tale: Tale, at: datetime) -> None:
        usual = tale.value or story.random.randint(1_500, 18_000)
        amount = Decimal(int(usual * story.random.uniform(0.7, 1.15)) // 50 * 50)
        standing = tale.standing
        standing.won_amount, standing.won_currency, standing.won_base = amount, "EUR", amount
        standing.won_base_currency = "EUR"
        self._close(story, tale, at, "won")

    def _lose(self, story: Story, tale: Tale, at: datetime, why: str, key: str = "lost") -> None:
        tale.standing.lost_reason = why
        self._close(story, tale, at, key)

    def _close(self, story: Story, tale: Tale, at: datetime, key: str) -> None:
        self._stage(story, tale, at, key)
        tale.standing.state, tale.standing.closed_at = State.CLOSED.value, at
        story.fold.step(Closed(at, tale.lead.id, tale.spell.rep_id, tale.standing.group))

    def _stage(self, story: Story, tale: Tale, at: datetime, key: str) -> None:
        stage: Stage = story.stages[key]
        before = next(s.key for s in story.stages.values() if s.pk == tale.standing.stage)
        tale.standing.stage, tale.standing.stage_at = stage.pk, at
        kind = EventKind.CLOSED if stage.closes else EventKind.STAGE_CHANGED
        moved = {"from": before, "to": key, "to_name": stage.name}
        tale.tell(kind, at, moved, user=self._user(story, tale))
