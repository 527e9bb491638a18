"""Rule sets: the draft that people edit, what is wrong with it, its examples, and the versions printed from it."""

from routing.rulesets.draft import StaleDraftError, body_of, go_back, replace, saved_since, touched, words_of
from routing.rulesets.matches import Matches, matched, matches_of
from routing.rulesets.problems import Problem, problems_of
from routing.rulesets.versions import NotPublishedError, publish, published, published_for_stages, rules_of

__all__ = [
    "Matches",
    "NotPublishedError",
    "Problem",
    "StaleDraftError",
    "body_of",
    "go_back",
    "matched",
    "matches_of",
    "problems_of",
    "publish",
    "published",
    "published_for_stages",
    "replace",
    "rules_of",
    "saved_since",
    "touched",
    "words_of",
]
