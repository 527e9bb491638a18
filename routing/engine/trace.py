"""Why: the catalogue of coded reasons, and the collector that a traced decision fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from leads.conditions.tree import Condition, Verdict

Number = int | str | None
Numbers = tuple[tuple[str, Number], ...]


class Rule(Protocol):
    """As much of a rule as is asked here."""

    @property
    def key(self) -> str: ...
    @property
    def condition(self) -> Condition: ...


class Code(StrEnum):
    """Every cause the engine can name; sentences stand in routing/wording.py."""

    # about rules
    RULE_MATCHED = "rule_matched"
    RULE_NOT_MATCHED = "rule_not_matched"
    NO_RULE_MATCHED = "no_rule_matched"
    NO_RULES = "no_rules"
    # about a destination
    SENT_TO_DESK = "sent_to_desk"
    REJECTED_BY_RULE = "rejected_by_rule"
    REJECTED_BY_QUALIFICATION = "rejected_by_qualification"
    LOOK_FIRST = "look_first"  # qualification asks for a person
    GROUP_MISSING = "group_missing"
    GROUP_HAS_NOBODY = "group_has_nobody"
    REP_MISSING = "rep_missing"
    NO_TERRITORY = "no_territory"
    NO_ACCOUNT = "no_account"
    ACCOUNT_HAS_NO_OWNER = "account_has_no_owner"
    OWNER_OFF_DUTY = "owner_off_duty"
    WAITS_FOR_SKILL = "waits_for_skill"
    NOBODY_LEFT = "nobody_left"
    NOBODY_ON_DUTY = "nobody_on_duty"
    NOBODY_COMING = "nobody_coming"  # nor within the horizon
    IN_POOL = "in_pool"
    NO_POOL = "no_pool"
    DUPLICATE_OF = "duplicate_of"
    HELD_BY_PERSON = "held_by_person"
    ROUTING_PAUSED = "routing_paused"
    # about a member: out
    NOT_IN_TERRITORY = "not_in_territory"
    LESS_SPECIFIC_TERRITORY = "less_specific_territory"
    LACKS_SKILL = "lacks_skill"
    LACKS_PREFERRED_SKILL = "lacks_preferred_skill"
    OFF_SHIFT = "off_shift"
    NO_SHIFTS = "no_shifts"
    ON_LEAVE = "on_leave"
    PUBLIC_HOLIDAY = "public_holiday"
    PAUSED = "paused"
    BUSY = "busy"
    IDLE = "idle"
    AT_CAP = "at_cap"
    OVER_CAPACITY = "over_capacity"
    ALREADY_HAD_IT = "already_had_it"
    DECLINED = "declined"
    NOT_SENIOR_ENOUGH = "not_senior_enough"
    NOT_THE_NAMED_REP = "not_the_named_rep"
    ACCOUNT_OWNED_BY = "account_owned_by"
    WEIGHT_IS_ZERO = "weight_is_zero"
    # about a member: in
    STANDING = "standing"
    OWED_LESS = "owed_less"
    OWED_MOST = "owed_most"
    ONLY_ONE_LEFT = "only_one_left"
    LONGEST_WAIT = "longest_wait"
    LOWEST_NUMBER = "lowest_number"
    HIGHER_NUMBER = "higher_number"
    WAITED_LESS = "waited_less"
    LATER_IN_ORDER = "later_in_order"
    BACK_SOONEST = "back_soonest"
    LEAST_BUSY = "least_busy"
    BUSIER = "busier"
    DRAWN = "drawn"
    NOT_DRAWN = "not_drawn"
    DRAWN_EVENLY = "drawn_evenly"  # one of the leads shared evenly to see what weights bring
    NOT_DRAWN_EVENLY = "not_drawn_evenly"
    OWNS_ACCOUNT = "owns_account"
    HAD_THE_PERSON = "had_the_person"
    NAMED_REP = "named_rep"
    BACKUP_OF = "backup_of"


class Reason(NamedTuple):
    """One coded cause with its numbers, as (name, number) pairs sorted by name."""

    code: Code
    numbers: Numbers = ()


def reason(code: Code, **numbers: Number) -> Reason:
    """A reason with its numbers in the one order that canonical text needs."""
    return Reason(code, tuple(sorted(numbers.items())))


def iso(at: datetime | None) -> str | None:
    """An instant as canonical text in UTC."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True)
class RuleTried:
    """One rule that was looked at: the verdict of each leaf, and whether it decided."""

    rule: str
    holds: bool
    verdict: Verdict | None  # None: the rule has no condition


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step of a rule on a group: who stood after it, and whom it dropped and why."""

    rule: str
    group: int | None
    strategy: str
    standing: tuple[int, ...]
    dropped: tuple[tuple[int, Reason], ...]


@dataclass(slots=True)
class Trace:
    """Collects all that `decide` looked at; hand one in to explain, none in live."""

    rules: list[RuleTried] = field(default_factory=list)
    steps: list[StepTaken] = field(default_factory=list)

    def try_rule(self, rule: Rule, facts: Mapping[str, Any], folded: Mapping[str, Any]) -> bool:
        """Ask the rule's condition, leaf by leaf, and note it; whether it holds."""
        holds = rule.condition.holds(folded)
        self.rules.append(RuleTried(rule.key, holds, rule.condition.verdict(facts, folded)))
        return holds
