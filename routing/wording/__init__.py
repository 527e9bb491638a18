"""Sentences for people, made from the engine's codes and numbers in one place; the only room that knows both."""

from routing.wording.names import Names
from routing.wording.problems import (
    check_problem,
    condition_problem,
    own_problem,
    pool_problem,
    reading_problem,
    unreadable_steps,
)
from routing.wording.reasons import considered_line, could_take_it, reason_says, told, waits_because, why_says
from routing.wording.rules import rule_says, rule_set_words

__all__ = [
    "Names",
    "check_problem",
    "condition_problem",
    "considered_line",
    "could_take_it",
    "own_problem",
    "pool_problem",
    "reading_problem",
    "reason_says",
    "rule_says",
    "rule_set_words",
    "told",
    "unreadable_steps",
    "waits_because",
    "why_says",
]
