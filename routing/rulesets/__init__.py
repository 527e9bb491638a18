"""Rule sets: the draft that people edit, what is wrong with it, its examples, and the versions printed from it."""

from routing.rulesets.draft import StaleDraftError, body_of, go_back, lock, replace, saved_since, touched, words_of
from routing.rulesets.edit import (
    GoneError,
    begin,
    body_with,
    duplicate_rule,
    order_rules,
    put_rule,
    read_alone,
    readable,
    remove_rule,
    rule_of,
)
from routing.rulesets.matches import Matches, matched, matches_of
from routing.rulesets.problems import Problem, problems_of
from routing.rulesets.versions import (
    NotPublishedError,
    publish,
    published,
    published_for_stages,
    reads_the_same,
    rules_of,
)

__all__ = [
    "GoneError",
    "Matches",
    "NotPublishedError",
    "Problem",
    "StaleDraftError",
    "begin",
    "body_of",
    "body_with",
    "duplicate_rule",
    "go_back",
    "lock",
    "matched",
    "matches_of",
    "order_rules",
    "problems_of",
    "publish",
    "published",
    "published_for_stages",
    "put_rule",
    "read_alone",
    "readable",
    "reads_the_same",
    "remove_rule",
    "replace",
    "rule_of",
    "rules_of",
    "saved_since",
    "touched",
    "words_of",
]
