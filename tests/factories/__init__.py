"""Builders of rows: each makes what a test names and believable rest."""

from tests.factories.doors import address, connection
from tests.factories.form import ask, question, web_form
from tests.factories.lead import account, arrival, arrive, key_and_secret
from tests.factories.people import group, join, rep, shifts, user
from tests.factories.rules import publish, rule, rule_set, shared

__all__ = [
    "account",
    "address",
    "arrival",
    "arrive",
    "ask",
    "connection",
    "group",
    "join",
    "key_and_secret",
    "publish",
    "question",
    "rep",
    "rule",
    "rule_set",
    "shared",
    "shifts",
    "user",
    "web_form",
]
