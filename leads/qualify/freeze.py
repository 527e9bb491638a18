"""Freezes a lead's facts: what rules, explanations and searches over history read from then on."""

import zoneinfo
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from leads.arrival import Arrival
from leads.conditions import facts as conditions_facts
from leads.conditions import fields as conditions_fields
from leads.models import Account, Attribute
from leads.qualify import normalise
from reps.exchange import Rates
from reps.models import Division

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def catalogue_of(division_id: int) -> conditions_fields.Catalogue:
    """All fields rules may ask about in a division: ours and the attributes ops defined."""
    return read_catalogue(attributes_of(division_id))


def attributes_of(division_id: int) -> list[dict[str, Any]]:
    """The attributes as plain JSON, which a printed rule set keeps, so that it reads the same for ever."""
    rows = Attribute.objects.filter(division_id=division_id).order_by("key")
    return [
        {"key": a.key, "label": a.label, "type": a.type, "options": a.options, "question": a.question} for a in rows
    ]


def read_catalogue(attributes: list[dict[str, Any]]) -> conditions_fields.Catalogue:
    """The catalogue with attributes kept as JSON."""
    return conditions_fields.catalogue(
        conditions_fields.Attribute(
            a["key"],
            a["label"],
            conditions_facts.Type(a["type"]),
            tuple(conditions_fields.Option(o, o) for o in a["options"]),
            a.get("question", ""),  # printed rule sets of earlier versions have none
        )
        for a in attributes
    )


def facts_of(
    arrival: Arrival, *, account: Account | None, division: Division, arrived_at: datetime, stage: str, rates: Rates
) -> dict[str, Any]:
    """The facts as people read them; what is unknown is left out. Days and hours are those of the division's zone."""
    owner = account.owner if account else None
    local = arrived_at.astimezone(zoneinfo.ZoneInfo(division.time_zone))
    found: dict[str, Any] = {
        **{key: getattr(arrival, key) for key in _SAME},
        "email_domain": arrival.email.rpartition("@")[2],
        "free_mail": normalise.is_free_mail(arrival.email),
        "deal_size": _money(arrival, division, rates, local.date()),
        "product_interest": [arrival.product] if arrival.product else None,
        "stage": stage,
        "known_account": account is not None,
        # Who left owns nothing any more, whatever the row still says.
        "account_owner": owner.name if owner and owner.active and owner.user.is_active else None,
        "account_tier": account.tier if account else None,
        "segment": (account.segment if account else "") or arrival.segment,
        "received_weekday": _WEEKDAYS[local.weekday()],
        "received_hour": local.hour,
        **arrival.attributes,
        **arrival.asked,
    }
    return {key: value for key, value in found.items() if value is not None and value != ""}


_SAME = [
    "country",
    "region",
    "city",
    "postal_code",
    "language",
    "time_zone",
    "industry",
    "employees",
    "company",
    "job_title",
    "source",
    "campaign",
    "channel",
    "intent",
    "score",
]


def _money(arrival: Arrival, division: Division, rates: Rates, day: date) -> dict[str, Any] | None:
    """Amount and worth by the rate of the day; without a rate it has no base amount, so no money rule holds for it."""
    if arrival.deal_amount is None:
        return None
    base = division.base_currency
    currency = arrival.deal_currency or base
    worth = rates.worth(arrival.deal_amount, currency=currency, base=base, day=day)
    found = {"amount": arrival.deal_amount, "currency": currency, "base": worth.base if worth else None}
    if currency == base:
        return found
    found["base_currency"] = base
    if worth and worth.rate and worth.since:
        found |= {"rate": worth.rate, "since": worth.since.isoformat()}
    return found


def keep_worth(facts: dict[str, Any], before: Mapping[str, Any], *, named: bool) -> None:
    """What an amount was found to be worth stays so, in place: rates and bases that came meanwhile change no lead.

    `named`: its currency was said by whoever sent it.
    """
    new, old = facts.get("deal_size"), before.get("deal_size")
    if isinstance(new, dict) and isinstance(old, dict):
        # An amount that came without a currency was taken in the base of its day, whatever the base is by now.
        same = new.get("amount") == old.get("amount") and (not named or new.get("currency") == old.get("currency"))
        facts["deal_size"] = old if same else new
