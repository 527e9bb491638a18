"""Sentences for people, made from the engine's codes and numbers in one place; the only room that knows both."""

from routing.wording.drafts import (
    broken_example,
    condition_text,
    example_says,
    falls_to_the_rest,
    no_lead_matched,
    no_rate,
    part_says,
    rule_text,
)
from routing.wording.names import Names
from routing.wording.options import choice_said, has_words, option_said, step_said
from routing.wording.problems import (
    bare_problem,
    check_problem,
    condition_problem,
    own_problem,
    pool_problem,
    reading_problem,
    unreadable_steps,
)
from routing.wording.reasons import (
    asked_because,
    changes_say,
    considered_line,
    could_take_it,
    reason_says,
    told,
    waits_because,
    why_says,
)
from routing.wording.rules import escalation_says, rule_says, rule_set_words
from routing.wording.stays import stayed_says, stays_because
from routing.wording.steps import duration, group_shares
from routing.wording.way import Usual, Way, way_says

__all__ = [
    "Names",
    "Usual",
    "Way",
    "asked_because",
    "bare_problem",
    "broken_example",
    "changes_say",
    "check_problem",
    "choice_said",
    "condition_problem",
    "condition_text",
    "considered_line",
    "could_take_it",
    "duration",
    "escalation_says",
    "example_says",
    "falls_to_the_rest",
    "group_shares",
    "has_words",
    "no_lead_matched",
    "no_rate",
    "option_said",
    "own_problem",
    "part_says",
    "pool_problem",
    "reading_problem",
    "reason_says",
    "rule_says",
    "rule_set_words",
    "rule_text",
    "stayed_says",
    "stays_because",
    "step_said",
    "told",
    "unreadable_steps",
    "waits_because",
    "way_says",
    "why_says",
]
