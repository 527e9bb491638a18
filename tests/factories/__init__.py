"""Builders of rows: each makes what a test names and believable rest."""

from tests.factories.lead import account, arrival, arrive, key_and_secret
from tests.factories.people import group, join, rep, shifts, user
from tests.factories.rules import publish, rule, rule_set

__all__ = [
    "account",
    "arrival",
    "arrive",
    "group",
    "join",
    "key_and_secret",
    "publish",
    "rep",
    "rule",
    "rule_set",
    "shifts",
    "user",
]
