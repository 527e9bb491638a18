"""What Settings shows of money: rates by currency, what is missing, and what another base currency would mean."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from leads.life import State
from leads.models import LeadFacts, QualificationRule, ScoreRow
from reps import exchange
from reps.currencies import CODES
from reps.models import Division, ExchangeRate
from routing.rulesets import money
from routing.web.settings.money_forms import BaseForm, RateForm

_SHOWN = 12  # rates of one currency, the newest
_WAITING = [State.NEW.value, State.READY.value, State.HELD.value, State.POOLED.value, State.DESK.value]


def context(division: Division, *, now: datetime) -> dict[str, Any]:
    """What the page shows of money."""
    today, base_now = today_of(division, now), division.base_currency
    rows = ExchangeRate.objects.filter(division=division, base=base_now).order_by("currency", "-from_day")
    _base, missing = money.without_rate(division.pk, now=now)
    other = ExchangeRate.objects.filter(division=division).exclude(base=base_now).count()
    return {
        "base_currency": base_now,
        "base_form": BaseForm(base=base_now),
        "rate_form": RateForm(base=base_now, today=today),
        "rates": [_currency(code, found, today) for code, found in groupby(rows, key=lambda row: row.currency)],
        "missing": missing,
        "other_rates": other,
        "currencies": sorted(CODES),
    }


def _currency(code: str, found: Iterable[ExchangeRate], today: date) -> dict[str, Any]:
    """Its rates, the newest first; the one in force is marked."""
    rows = list(found)
    now = next((row for row in rows if row.from_day <= today), None)
    dated = [
        {
            "uid": row.uid,
            "rate": exchange.plain(row.rate),
            "day": row.from_day,
            "holds": row is now,
            "later": row.from_day > today,
        }
        for row in rows
    ]
    return {"code": code, "rows": dated[:_SHOWN], "more": max(0, len(dated) - _SHOWN)}


def means(division: Division, wanted: str, now: datetime) -> dict[str, Any]:
    """What another base currency does, by name and number."""
    about = Q(condition__icontains='"deal_size"')
    rows = [
        *ScoreRow.objects.filter(about, division=division, active=True).values_list("label", flat=True),
        *QualificationRule.objects.filter(about, division=division, active=True).values_list("name", flat=True),
    ]
    facts = LeadFacts.objects.filter(lead__division=division, lead__state__in=_WAITING, facts__has_key="deal_size")
    rates = ExchangeRate.objects.filter(division=division)
    return {
        "now": now,
        "base": division.base_currency,
        "wanted": wanted,
        "rules": money.rules_about_money(division.pk),
        "judging": rows,
        "waiting": facts.values("lead").distinct().count(),
        "rates_left": rates.filter(base=division.base_currency).count(),
        "rates_ready": rates.filter(base=wanted).count(),
    }


def today_of(division: Division, now: datetime) -> date:
    """The company's day."""
    return now.astimezone(ZoneInfo(division.time_zone)).date()
