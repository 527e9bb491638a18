"""What ops say of leads before routing, and enrichers."""

from django.utils import timezone

from leads import secrets
from leads.models import Connection, QualificationRule, ScoreBand, ScoreRow


def condition(field, operator, value=None):
    leaf = {"field": field, "operator": operator}
    return leaf if value is None else {**leaf, "value": value}


def score(points, label="points", when=None):
    return ScoreRow.objects.create(points=points, label=label, condition=when, position=ScoreRow.objects.count())


def score_band(at_least, band):
    return ScoreBand.objects.create(at_least=at_least, band=band)


def qualification(verdict, when=None, name="", **fields):
    return QualificationRule.objects.create(
        verdict=verdict,
        condition=when,
        name=name or f"{verdict} rule",
        position=QualificationRule.objects.count(),
        **fields,
    )


def enricher(kind, name="", secret=None, mapping=None, **settings):
    row = Connection(kind=kind, name=name or kind, settings=settings, mapping=mapping or {})
    secrets.put(row, secret or {}, now=timezone.now())
    row.save()
    return row
