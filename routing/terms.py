"""Response times: how long an owner has, by which clock, what follows silence, and when waiting leads are told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reps import availability, schedule
from reps.models import Group, Rep
from routing.assign import Alarm
from routing.engine.ruleset import Rule, RuleSetError, parse_escalation
from routing.engine.world import Group as EngineGroup
from routing.engine.world import Stage
from routing.models import Decision, Timer
from routing.rulesets import rules_of


@dataclass(frozen=True, slots=True)
class Terms:
    """How long an owner has (seconds), by which clock, and what follows silence."""

    seconds: int
    clock: str = Group.Clock.WORKING.value
    stages: tuple[Stage, ...] = ()

    def due_at(self, duty: Sequence[schedule.Span], start: datetime, seconds: int | None = None) -> datetime:
        """When so much time (else the response time) has passed by the clock."""
        amount = self.seconds if seconds is None else seconds
        if self.clock == Group.Clock.WALL:
            return start + timedelta(seconds=amount)
        return availability.due_at(duty, start=start, seconds=amount)

    def alarms(self, duty: Sequence[schedule.Span], start: datetime) -> tuple[Alarm, ...]:
        """The timers of a lead given at this instant."""
        return tuple(Alarm(stage.do, n, self.due_at(duty, start, stage.after)) for n, stage in enumerate(self.stages))


def terms_of_group(group: Group) -> Terms:
    """What the group says."""
    try:
        stages = parse_escalation(group.escalation)
    except RuleSetError:
        stages = ()
    return Terms(group.respond_within * 60, group.clock, stages)


def given(rep: Rep, group: Group, now: datetime) -> tuple[datetime, tuple[Alarm, ...]]:
    """When the first contact of a lead that people gave, or pulled, is due, and the timers that go with it."""
    return in_hours(terms_of_group(group), rep, now)


def in_hours(terms: Terms, rep: Rep, now: datetime) -> tuple[datetime, tuple[Alarm, ...]]:
    """The same by any terms."""
    duty = availability.calendar(rep, since=now - timedelta(days=1), until=now + availability.HORIZON).duty
    return terms.due_at(duty, now), terms.alarms(duty, now)


def terms_of(rule: Rule | None, group: EngineGroup | None, seconds: int | None) -> Terms | None:
    """What the rule says, and where it says nothing the group; None where neither gives a response time."""
    clock = (rule.clock if rule else None) or (group.clock if group else None)
    stages = rule.escalation if rule and rule.escalation is not None else group.escalation if group else ()
    if seconds is None and not stages:
        return None
    return Terms(seconds if seconds is not None else stages[0].after, clock or Group.Clock.WORKING.value, stages)


def terms_of_decision(decision: Decision, group: Group | None) -> Terms | None:
    """The same for a decision that was stored: an offer that is accepted later."""
    rules = rules_of(decision.version) if decision.version else None
    rule = rules.by_key.get(decision.rule) if rules else None
    own = terms_of_group(group) if group else None
    seconds = rule.respond_within if rule and rule.respond_within is not None else own.seconds if own else None
    stages = rule.escalation if rule and rule.escalation is not None else own.stages if own else ()
    clock = (rule.clock if rule else None) or (own.clock if own else None)
    if seconds is None:
        return None
    return Terms(seconds, clock or Group.Clock.WORKING.value, stages)


def waiting_alarm(hours: Sequence[schedule.Span] | None, *, minutes: int | None, now: datetime, n: int = 0) -> Alarm:
    """When managers are told again of a lead that waits: after working minutes of the group, twice as many each time.

    `hours`: when anybody of its group is on duty; None where it has no group, and minutes of the wall clock count.
    """
    amount = timedelta(minutes=(minutes or WAIT_ALERT) * 2**n)
    due = schedule.add_working_time(hours, start=now, amount=amount) if hours is not None else None
    return Alarm(Timer.Kind.WAITING.value, n, due or now + amount)


WAIT_ALERT: int = Group._meta.get_field("wait_alert").default  # noqa: SLF001 - Django's documented API


def alarm_for(group: Group | None, now: datetime) -> Alarm:
    """The first reminder of a lead that waits from now on because of what a person did."""
    return waiting_alarm(hours_of(group, now) if group else None, minutes=group.wait_alert if group else None, now=now)


def hours_of(group: Group, now: datetime) -> tuple[schedule.Span, ...]:
    """When anybody of the group is on duty, over the horizon."""
    members = group.memberships.at(now).filter(rep__active=True).values_list("rep_id", flat=True)
    found = availability.calendars(members, since=now - timedelta(days=1), until=now + availability.HORIZON)
    return schedule.merge(span for calendar in found.values() for span in calendar.duty)
