"""How leads come to the invented company: ads, a calendar, partners, a form; scored before anybody is told."""

import json
import random
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings

from config.lib import signing
from leads import inbound, secrets
from leads.arrival import Arrival
from leads.connector import Came
from leads.connectors import sources
from leads.forms import build
from leads.models import (
    CompanyRecord,
    Connection,
    FormAnswer,
    FormItem,
    Lead,
    QualificationRule,
    ScoreRow,
    WebForm,
)
from reporting.demo import cast
from reps.models import Division
from reps.models.division import SEEDED

_KEY = "harborline-ads-key"  # opens nothing: the demo listens on this machine only
ADS, CALENDAR, PARTNERS = "Google Ads, route planning", "Calendly, first meeting", "Partner portal"
_SCORES: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("wants a demo", 25, {"field": "intent", "operator": "is", "value": "demo"}),
    ("90 employees or more", 20, {"field": "employees", "operator": "at_least", "value": 90}),
    ("a deal of 20,000 or more", 25, {"field": "deal_size", "operator": "at_least", "value": 20000}),
    ("only downloads", -10, {"field": "intent", "operator": "is", "value": "download"}),
)


def make_doors(*, now: datetime) -> WebForm:
    """Connections, one refused delivery, a form with questions, scores, a rule, the own table of companies."""
    ads = _connection("google_ads", ADS, {"key": _KEY}, now, source="Search ads", campaign="Route planning")
    calendar = _connection("calendly", CALENDAR, {"signing_key": _KEY}, now, source="Website", intent="demo")
    asked = {"country": "answers[Country]", "employees": "answers[Employees]"}  # questions of their own
    calendar.mapping = {**sources()["calendly"].MAPPING, **asked}
    calendar.save()
    _connection("webhook", PARTNERS, {}, now, source="Partner", channel="referral")
    Connection.objects.create(kind="company_table", name="Companies we know")
    _refused(ads, now)
    _known_companies()
    for position, (label, points, condition) in enumerate(_SCORES):
        ScoreRow.objects.create(position=position, label=label, points=points, condition=condition)
    small = {"field": "employees", "operator": "at_most", "value": 4}
    reads = {"field": "intent", "operator": "is", "value": "download"}
    QualificationRule.objects.create(
        name="Very small and only reading",
        condition={"all": [small, reads]},
        verdict=QualificationRule.Says.DISQUALIFIED,
        reason="Under five people, and no wish to speak",
    )
    return _form()


def _connection(kind: str, name: str, keys: dict[str, str], now: datetime, **leads: str) -> Connection:
    made = Connection(kind=kind, name=name, **leads)
    secrets.give_address(made)
    secrets.put(made, keys, now=now)
    made.save()
    return made


def _refused(ads: Connection, now: datetime) -> None:
    """Somebody sent with an old key: ops see it, and why."""
    came = _came(ads, {"google_key": "an-older-key", "lead_id": "old-1", "is_test": False, "user_column_data": []}, now)
    try:
        sources()["google_ads"].verify(came, secrets.configured(ads, now=now))
    except signing.NotSignedError as error:
        inbound.keep_refused(connection=ads, came=came, why=str(error))


def _known_companies() -> None:
    CompanyRecord.objects.bulk_create(
        CompanyRecord(
            division_id=SEEDED, domain=f"{cast.slug(name)}.example", name=name, country=country, employees=240 + 60 * n
        )
        for n, (name, country, _owner, _tier) in enumerate(cast.ACCOUNTS)
    )


def _form() -> WebForm:
    """Its page is open at once; one question tells people apart."""
    form = build.new(name="Book a demo", pattern="demo", division=Division.objects.get(pk=SEEDED))
    item = FormItem.objects.create(
        form=form,
        position=99,
        kind=FormItem.Kind.CHOICE,
        key="start",
        label="When do you want to start?",
        required=True,
    )
    answers: tuple[tuple[str, dict[str, Any]], ...] = (
        ("This month", {"verdict": "qualified", "points": 20}),
        ("This year", {"points": 5}),
        ("We only look around", {"verdict": "disqualified", "reason": "Only looks around"}),
    )
    for position, (label, more) in enumerate(answers):
        FormAnswer.objects.create(item=item, position=position, label=label, **more)
    form.intro = "Twenty minutes with somebody who knows your market."
    form.connection.active = True
    form.connection.source = "Website"
    form.connection.save()
    form.save()
    return form


class Doors:
    """Sends invented leads as their vendors would: signed, kept, and read like everybody's."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        rows = Connection.objects.select_related("division").filter(name__in=_PAYLOADS, active=True)
        self._doors = {row.name: row for row in rows}
        self._next = [name for name in _PAYLOADS if name in self._doors]

    def wants(self) -> bool:
        """Each first comes once, so that a visitor finds something in all of them; then now and then."""
        return bool(self._next) or bool(self._doors and self._draw.random() < 0.2)

    def send(self, arrival: Arrival, *, now: datetime) -> Lead | None:
        """The lead; None where somebody else is just reading the delivery."""
        name = self._next.pop(0) if self._next else self._draw.choice(list(self._doors))
        door = self._doors[name]
        number = str(uuid.UUID(int=self._draw.getrandbits(128)))
        came = _signed(door, _came(door, _PAYLOADS[name](arrival, number), now))
        source, configured = sources()[door.kind], secrets.configured(door, now=now)
        source.verify(came, configured)
        kept = inbound.keep(connection=door, came=came, delivery_id=source.delivery_id(came, configured))
        inbound.handle_due(now=now)
        intake = kept.inbound.intakes.filter(lead__isnull=False).select_related("lead").first()
        return intake.lead if intake else None


def _came(door: Connection, body: dict[str, Any], now: datetime) -> Came:
    return Came(
        method="POST",
        url=f"{settings.PUBLIC_URL}/in/{door.kind}/",
        headers={"content-type": "application/json"},
        query={},
        body=json.dumps(body, ensure_ascii=False).encode(),
        at=now,
    )


def _signed(door: Connection, came: Came) -> Came:
    if door.kind == "calendly":
        at = str(int(came.at.timestamp()))
        mark = signing.hex_of(_KEY.encode(), at.encode() + b"." + came.body)
        came.headers["calendly-webhook-signature"] = f"t={at},v1={mark}"  # type: ignore[index]  # made above
    return came


def _ads(arrival: Arrival, number: str) -> dict[str, Any]:
    columns = {
        "FULL_NAME": arrival.name, "WORK_EMAIL": arrival.email, "PHONE_NUMBER": arrival.phone,
        "COMPANY_NAME": arrival.company, "JOB_TITLE": arrival.job_title, "COUNTRY": arrival.country,
        "CITY": arrival.city,
    }  # fmt: skip
    told = [{"column_id": name, "string_value": value} for name, value in columns.items() if value]
    return {"lead_id": number, "google_key": _KEY, "is_test": False, "form_id": 4102, "gcl_id": f"Cj0{number[:8]}",
            "api_version": "1.0", "user_column_data": told}  # fmt: skip


def _calendar(arrival: Arrival, number: str) -> dict[str, Any]:
    asked = {"Company": arrival.company, "Country": arrival.country, "Employees": str(arrival.employees or "")}
    questions = [{"question": name, "answer": value} for name, value in asked.items() if value]
    payload = {"uri": f"https://api.calendly.com/scheduled_events/{number}", "name": arrival.name,
               "email": arrival.email, "timezone": arrival.time_zone, "questions_and_answers": questions,
               "tracking": {"utm_source": "website"}}  # fmt: skip
    return {"event": "invitee.created", "payload": payload}


def _partners(arrival: Arrival, number: str) -> dict[str, Any]:
    names = ("name", "email", "phone", "company", "job_title", "country", "city", "employees", "intent", "message")
    return {"id": number, **{name: value for name in names if (value := getattr(arrival, name))}}


_PAYLOADS: dict[str, Callable[[Arrival, str], dict[str, Any]]] = {ADS: _ads, CALENDAR: _calendar, PARTNERS: _partners}
