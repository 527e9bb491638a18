"""Adds what enrichers know to a lead: in their order, where it may be filled, remembering what came from whom."""

import dataclasses
import functools
import logging
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from config.lib import breaker, doorbell, sealed
from leads import secrets
from leads.arrival import Arrival
from leads.conditions.fields import Catalogue
from leads.connector import Asked, Configured, Enricher
from leads.connectors import enrichers
from leads.models import Connection, EnrichmentAnswer
from leads.qualify import loose, normalise

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Configuration:
    """One enricher as ops set it up, ready to be asked."""

    number: int
    label: str
    enricher: Enricher
    configured: Configured
    order: int
    prefer: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What one of them says of a lead."""

    by: Configuration
    values: Mapping[str, Any]


@dataclass(slots=True)
class Enrichment:
    """What came of asking: values by whom, and who is still to be asked over the network."""

    found: list[Found] = field(default_factory=list)
    open: list[Configuration] = field(default_factory=list)


def set_up(numbers: Sequence[int], *, now: datetime) -> list[Configuration]:
    """The active enrichers of these connections in the order they are asked; one whose secret is lost is left out."""
    if not numbers:
        return []
    rows = []
    for connection in Connection.objects.filter(pk__in=numbers):
        try:
            configured = secrets.configured(connection, now=now)
        except sealed.UnsealedError:
            log.warning("The secret of the connection %s cannot be read; it is not asked", connection.name)
            continue
        enricher = enrichers()[connection.kind]
        own = {**configured.settings, "mapping": connection.mapping}
        order = configured.setting("order")
        rows.append(
            Configuration(
                connection.pk,
                connection.name,
                enricher,
                dataclasses.replace(configured, settings=own),
                int(order[:9]) if order.isdecimal() else enricher.order,
                configured.on("prefer"),
            )
        )
    return sorted(rows, key=lambda row: (row.order, row.number))


def at_once(
    arrivals: Sequence[Arrival], division_id: int, known: Sequence[Configuration], *, now: datetime
) -> list[Enrichment]:
    """What needs no network: own tables, and what providers said lately. A failure costs facts, never a lead."""
    done = [Enrichment() for _arrival in arrivals]
    asked = [asked_of(arrival, division_id) for arrival in arrivals]
    for one in known:
        told = _told_lately(one, asked, now) if one.enricher.asks_network else _looked_up(one, asked)
        resting = one.enricher.asks_network and breaker.is_open(breaker_of(one))
        for place, values in enumerate(told):
            if values is not None:
                done[place].found.append(Found(one, values))
            elif one.enricher.asks_network and not resting and one.enricher.about(asked[place], one.configured):
                done[place].open.append(one)
    return done


def _looked_up(one: Configuration, asked: Sequence[Asked]) -> Sequence[Mapping[str, Any] | None]:
    try:
        return one.enricher.lookup_many(asked, one.configured)
    except Exception:
        log.exception("The enricher %s failed", one.label)
        return [None] * len(asked)


def _told_lately(one: Configuration, asked: Sequence[Asked], now: datetime) -> list[Mapping[str, Any] | None]:
    about = [one.enricher.about(a, one.configured) for a in asked]
    since = now - timedelta(days=settings.ENRICHMENT_DAYS)
    rows = EnrichmentAnswer.objects.filter(connection=one.number, about__in=set(about) - {""}, at__gte=since)
    known = dict(rows.values_list("about", "found"))
    return [known.get(text) for text in about]


def asked_of(arrival: Arrival, division_id: int) -> Asked:
    """What enrichers are told of a lead."""
    return Asked(
        email=arrival.email.casefold(),
        domain=arrival.domain,
        company=arrival.company,
        name=arrival.name,
        phone=arrival.phone_e164,
        website=arrival.website,
        country=arrival.country,
        division=division_id,
    )


def breaker_of(one: Configuration) -> str:
    """The name of its own circuit breaker: a provider that hangs is left alone, whatever its host."""
    return f"enricher:{one.number}"


def ring() -> bool:
    """Wake whoever asks providers; the sweeper finds what nobody heard."""
    return doorbell.ring("leads.tasks.qualify")


# --- filling in ------------------------------------------------------------------------------------------------------


def fill(arrival: Arrival, found: Sequence[Found], catalogue: Catalogue) -> dict[str, Any]:
    """Write what may be written into the arrival; gives the provenance: `sources` field -> whom it came from.

    Filled is what is empty, in the order of the enrichers; a preferred one goes before what the person wrote, and that
    is kept under `typed`. Guesses are looked at last, whatever their order.
    """
    sources: dict[str, str] = {}
    typed: dict[str, Any] = {}
    for one in sorted(found, key=lambda one: one.by.enricher.guesses):
        for name, value in clean(one.values, catalogue).items():
            before = _value(arrival, name)
            if name in sources or value == before:
                continue
            if before not in ("", None) and not one.by.prefer:
                continue
            if before not in ("", None):
                typed[name] = before
            _put(arrival, name, value)
            sources[name] = one.by.label
    if "website" in sources and not arrival.domain:
        arrival.domain = normalise.domain("", arrival.website)
    if "phone" in sources:
        arrival.phone_e164 = normalise.phone(arrival.phone, arrival.country)
    return {"sources": sources, **({"typed": typed} if typed else {})} if sources else {}


def unfill(arrival: Arrival, provenance: Mapping[str, Any]) -> None:
    """Take out again what enrichers filled in, so that a later answer finds the lead as the person wrote it."""
    typed = provenance.get("typed") or {}
    for name in provenance.get("sources") or {}:
        if name in typed:
            _put(arrival, name, typed[name])
        elif name in _READ:
            _put(arrival, name, None if name == "employees" else "")
        else:
            arrival.attributes.pop(name, None)
        if name == "website":
            arrival.domain = normalise.domain(arrival.email, arrival.website)
        if name == "phone":
            arrival.phone_e164 = normalise.phone(arrival.phone, arrival.country) if arrival.phone else ""


def clean(values: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """Values in our spelling; what cannot be read, or has no place here, is left out."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if value in (None, "", [], {}):
            continue
        own = catalogue.get(name)
        try:
            if name in _READ:
                found[name] = _READ[name](value)
            elif own is not None and own.custom and name in catalogue.fold({name: value}):
                found[name] = value
        except (normalise.UnusableError, ValueError, TypeError):
            continue
    return {name: value for name, value in found.items() if value not in (None, "")}


def _text(most: int) -> Callable[[object], str]:
    def read(value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise normalise.UnusableError("no text")
        return " ".join(str(value).split())[:most].strip()

    return read


def _country(value: object) -> str:
    return normalise.country(str(value))


def _time_zone(value: object) -> str:
    if value not in _zones():
        raise normalise.UnusableError("no time zone")
    return str(value)


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


_READ: dict[str, Callable[[Any], Any]] = {
    "name": _text(200),
    "job_title": _text(200),
    "phone": _text(40),
    "company": _text(200),
    "website": lambda value: loose.website(_text(500)(value)),
    "profile_url": lambda value: loose.website(_text(500)(value)),
    "language": _text(20),
    "time_zone": _time_zone,
    "country": _country,
    "region": _text(100),
    "city": _text(100),
    "postal_code": _text(20),
    "industry": _text(100),
    "segment": _text(100),
    "employees": loose.employees,
}
FIELDS = tuple(_READ)


def _value(arrival: Arrival, name: str) -> Any:
    return getattr(arrival, name) if name in _READ else arrival.attributes.get(name, arrival.asked.get(name))


def _put(arrival: Arrival, name: str, value: Any) -> None:
    if name in _READ:
        setattr(arrival, name, value)
    else:
        arrival.attributes = {**arrival.attributes, name: value}


def copy_of(arrival: Arrival) -> Arrival:
    """One that may be filled in without changing what came."""
    return dataclasses.replace(arrival, attributes=dict(arrival.attributes))
