"""What a division says of new leads: scores, priorities, qualification rules, enrichers, rates; read in one query."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection

from leads.conditions import ConditionError, parse
from leads.conditions.fields import Catalogue
from leads.conditions.tree import Condition
from leads.connectors import enrichers
from leads.qualify.freeze import read_catalogue
from reps.exchange import NO_RATES, Rates

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Points:
    """A row of the score that could be read."""

    label: str
    points: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class Rule:
    """A qualification rule that could be read; `tree` is its condition as it was written."""

    number: int
    name: str
    verdict: str
    reason: str
    over_answers: bool
    condition: Condition
    tree: Any


@dataclass(frozen=True, slots=True)
class Said:
    """All of it, ready to be asked; `enrichers` are the numbers of the connections that add facts."""

    catalogue: Catalogue
    scores: tuple[Points, ...] = ()
    bands: tuple[tuple[int, int], ...] = ()  # (from so many points, band), the highest first
    rules: tuple[Rule, ...] = ()
    enrichers: tuple[int, ...] = ()
    rates: Rates = NO_RATES

    @property
    def past(self) -> "Said":
        """What is said of leads of the past: nothing but what their fields mean and their money was worth."""
        return replace(self, scores=(), bands=(), rules=(), enrichers=())

    def band(self, score: int | None) -> int | None:
        """The band a score asks for, if any."""
        return None if score is None else next((band for least, band in self.bands if score >= least), None)


_SQL = """
SELECT json_build_object(
    'attributes', (SELECT json_agg(json_build_object('key', key, 'label', label, 'type', type, 'options', options,
                                                     'question', question) ORDER BY key)
                   FROM leads_attribute WHERE division_id = %(division)s),
    'scores', (SELECT json_agg(json_build_array(id, label, points, condition) ORDER BY position, id)
               FROM leads_scorerow WHERE division_id = %(division)s AND active),
    'bands', (SELECT json_agg(json_build_array(at_least, band) ORDER BY at_least DESC)
              FROM leads_scoreband WHERE division_id = %(division)s),
    'rules', (SELECT json_agg(json_build_array(id, name, verdict, reason, over_answers, condition)
                              ORDER BY position, id)
              FROM leads_qualificationrule WHERE division_id = %(division)s AND active),
    'rates', (SELECT json_agg(json_build_array(base, currency, from_day, rate::text) ORDER BY id)
              FROM reps_exchangerate WHERE division_id = %(division)s),
    'enrichers', (SELECT json_agg(id ORDER BY id) FROM leads_connection
                  WHERE division_id = %(division)s AND active AND kind = ANY(%(kinds)s)))::text
"""


def said_in(division_id: int) -> Said:
    """One query, whatever a division says; what was read before is not parsed again."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"division": division_id, "kinds": sorted(enrichers())})
        return _read(str(cursor.fetchone()[0]))


@lru_cache(maxsize=16)
def _read(text: str) -> Said:
    body: dict[str, list[Any] | None] = json.loads(text)
    catalogue = read_catalogue(body["attributes"] or [])
    return Said(
        catalogue,
        tuple(
            Points(label, points, condition)
            for number, label, points, tree in body["scores"] or []
            if (condition := _condition(f"score {number}", tree, catalogue)) is not None
        ),
        tuple((least, band) for least, band in body["bands"] or []),
        tuple(
            Rule(number, name, verdict, reason or name, over, condition, tree)
            for number, name, verdict, reason, over, tree in body["rules"] or []
            if (condition := _condition(f"qualification rule {number}", tree, catalogue)) is not None
        ),
        tuple(body["enrichers"] or []),
        Rates.of(
            (base, currency, date.fromisoformat(day), Decimal(rate))
            for base, currency, day, rate in body["rates"] or []
        ),
    )


def _condition(what: str, tree: object, catalogue: Catalogue) -> Condition | None:
    """None where it cannot be read any more, as a field it asks about was removed; the admin says so beside it."""
    try:
        return parse(tree, catalogue)
    except ConditionError as error:
        log.warning("The condition of %s is passed over: %s", what, error)
        return None


def held(conditions: Sequence[Points], folded: Mapping[str, Any]) -> list[Points]:
    """The rows of the score that hold."""
    return [row for row in conditions if row.condition.holds(folded)]
