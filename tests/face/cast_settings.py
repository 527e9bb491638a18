"""What the pages of settings are given: parts as they are, one that somebody changed meanwhile, another currency."""

from datetime import date
from typing import Any
from uuid import UUID

from reps.branding import Brand
from reps.models import Division, Installation
from routing.web.settings.money_forms import BaseForm, RateForm
from routing.web.settings.page import colour_said
from routing.web.settings.sections import PARTS
from tests.face.cast import manager_shell

UID = UUID(int=7)
HOUSE = Installation(company="Harborline Software & Hafenlogistik", colour="#ffdd00")
DIVISION = Division(pk=1, name="Main", time_zone="Europe/Berlin", default_country="DE")


def page() -> dict[str, Any]:
    rows = [
        {"uid": UID, "rate": "0.91", "day": date(2027, 1, 1), "holds": False, "later": True},
        {"uid": UID, "rate": "0.92", "day": date(2026, 3, 1), "holds": True, "later": False},
        {"uid": UID, "rate": "0.8731", "day": date(2025, 1, 1), "holds": False, "later": False},
    ]
    old = [{"uid": UID, "rate": "0.00003691", "day": date(2020, 1, 1), "holds": True, "later": False}]
    return {
        **manager_shell("settings"),
        "brand": Brand(HOUSE.company, "/brand/ffdd00.css"),
        "parts": {key: kind(instance=_row(kind)) for key, kind in PARTS.items()},
        "wrong": "",
        "problem": "",
        "zones": ["Europe/Berlin"],
        "currencies": ["EUR", "USD"],
        "brand_said": colour_said(HOUSE.colour),
        "sso": True,
        "base_currency": "EUR",
        "base_form": BaseForm(base="EUR"),
        "rate_form": RateForm(base="EUR", today=date(2026, 11, 19)),
        "rates": [{"code": "USD", "rows": rows, "more": 3}, {"code": "VND", "rows": old, "more": 0}],
        "missing": [("GBP", 14), ("CHF", 1)],
        "other_rates": 2,
    }


def stale() -> dict[str, Any]:
    kind = PARTS["company"]
    form = kind(
        {"company-company": "Harborline", "company-colour": "yellow", "company-read": "x"}, instance=Installation()
    )
    rate = RateForm({"rate-currency": "US", "rate-rate": "-1", "rate-from_day": ""}, base="EUR", today=date(2026, 1, 1))
    told = "Somebody changed this part meanwhile. Now it is: Company name: Harborline SE. What you typed stands below."
    cast = page()
    cast["parts"]["company"] = form
    return {**cast, "wrong": "company", "problem": told, "rates": [], "missing": [], "rate_form": rate}


def currency() -> dict[str, Any]:
    return {
        **manager_shell("settings"),
        "base": "EUR",
        "wanted": "USD",
        "rules": ["Enterprise", "DACH over 50 employees"],
        "judging": ["a deal of 20,000 or more"],
        "waiting": 3,
        "rates_left": 4,
        "rates_ready": 1,
    }


def _row(kind: Any) -> Any:
    return HOUSE if kind._meta.model is Installation else DIVISION
