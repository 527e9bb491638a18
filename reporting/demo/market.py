"""Invents leads: people and companies of many countries, what they want and how big they are."""

import random
from datetime import datetime
from decimal import Decimal
from typing import Any

from leads.arrival import Arrival
from leads.qualify import normalise
from reporting.demo import cast
from reporting.demo.places import BY_CODE, PLACES, Place

_FIRST_WORDS = (  # noqa: SIM905 - fifty quoted words are harder to read
    "Amber Anchor Aurora Birch Bramble Cedar Cobalt Copper Coral Delta Echo Ember Falcon Fern Flint Garnet Granary "
    "Harbour Hazel Heron Indigo Ivory Juniper Keystone Lantern Larch Linden Lumen Magpie Marble Meadow Meridian Mosaic "
    "Nimbus Nova Oakline Opal Orchard Osprey Pebble Pioneer Plume Quarry Quill Raven Ridge Saffron Sable Sequoia "
    "Sierra Slate Sparrow Summit Tandem Thistle Tidal Timber Topaz Umber Velvet Vertex Willow Zephyr"
).split()
_SECOND_WORDS = {
    "Logistics": "Freight Cargo Transport",
    "Health care": "Clinics Health Labs",
    "Manufacturing": "Works Tools Components",
    "Retail": "Stores Market Outfitters",
    "Software": "Systems Cloud Digital",
    "Education": "Academy Learning",
    "Financial services": "Capital Insurance",
    "Hospitality": "Hotels Kitchens",
    "Energy": "Solar Power",
    "Construction": "Builders Homes",
}
_JOBS = (
    "Head of Sales", "Operations Manager", "Managing Director", "Marketing Lead", "Office Manager", "Founder",
    "Chief Financial Officer", "IT Manager", "Purchasing Manager", "Customer Service Lead", "Regional Director",
)  # fmt: skip
_ODD_JOBS = ("MBA student", "Student", "Looking for an internship")
# source, channel, campaigns, how often
_SOURCES = (
    ("Website", "form", ("",), 34),
    ("Search ads", "form", ("Spring pricing", "Route planning"), 18),
    ("Webinar", "event", ("Fair queues, live", "First contact in minutes"), 12),
    ("Partner", "referral", ("",), 9),
    ("Trade fair", "event", ("Hall 4, stand 21",), 9),
    ("Newsletter", "mail", ("Monthly letter",), 10),
    ("Recommendation", "referral", ("",), 8),
)
_INTENTS = (("demo", 30), ("pricing", 30), ("trial", 22), ("download", 18))
_PRODUCTS = ("Harborline Plan", "Harborline Track", "Harborline Desk")
_MESSAGES = {
    "demo": ("Could somebody show us how this works for a team of {n}?", "We would like to see it live this week."),
    "pricing": ("What would this cost for {n} seats, billed by the year?", "Do you have prices for non-profits?"),
    "trial": ("Is there a way to try it with our own data?", "We started a trial and have a question on import."),
    "download": ("", "Downloaded the guide; happy to hear more."),
}
# What kind of company: its share, head counts, share of deals with a size, sizes of deals.
_SIZES = (
    (26, (2, 15), 0.2, (900, 6_000)),
    (34, (16, 90), 0.5, (4_000, 24_000)),
    (28, (91, 600), 0.7, (12_000, 75_000)),
    (12, (601, 9_000), 0.8, (45_000, 240_000)),
)


class Market:
    """A source of leads that gives the same ones for the same seed; nobody comes twice."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - invented data, not secrets
        self._known: set[str] = set()  # addresses and numbers given out

    def lead(self, *, at: datetime, countries: tuple[str, ...] = (), small: bool | None = None) -> Arrival:
        """One who writes at the instant, from one of the countries where given; `small` for the size of the company."""
        draw = self._random
        places = [BY_CODE[code] for code in countries] or list(PLACES)
        place = draw.choices(places, [p.often for p in places])[0]
        account = self._account(place) if small is None else None
        source, channel, campaigns, _often = draw.choices(_SOURCES, [row[3] for row in _SOURCES])[0]
        intent = draw.choices([name for name, _n in _INTENTS], [n for _name, n in _INTENTS])[0]
        arrival = Arrival(
            arrived_at=at, country=place.code, language=place.language, time_zone=place.zone, source=source,
            channel=channel, campaign=draw.choice(campaigns), intent=intent, product=draw.choice(_PRODUCTS),
        )  # fmt: skip
        self._company(arrival, place, account, small=small)
        self._person(arrival, place)
        arrival.message = draw.choice(_MESSAGES[intent]).format(n=max(2, (arrival.employees or 20) // 4))
        arrival.raw = _raw(arrival)
        return arrival

    def _account(self, place: Place) -> str | None:
        """Now and then somebody of a known company writes."""
        known = [name for name, country, _owner, _tier in cast.ACCOUNTS if country == place.code]
        return self._random.choice(known) if known and self._random.random() < 0.06 else None

    def _company(self, arrival: Arrival, place: Place, account: str | None, *, small: bool | None) -> None:
        draw = self._random
        arrival.industry = draw.choice(list(_SECOND_WORDS))
        name = f"{draw.choice(_FIRST_WORDS)} {draw.choice(_SECOND_WORDS[arrival.industry].split())}"
        arrival.company = account or f"{name} {place.legal}"
        arrival.domain = (
            f"{cast.slug(account)}.example" if account else f"{cast.slug(name)}.{place.code.lower()}.example"
        )
        sizes = _SIZES if small is None else _SIZES[:1] if small else _SIZES[1:]
        _often, heads, known, deals = draw.choices(sizes, [row[0] for row in sizes])[0]
        arrival.employees = draw.randint(*heads)
        if draw.random() < known:
            arrival.deal_amount, arrival.deal_currency = Decimal(draw.randint(*deals) // 100 * 100), "EUR"
        arrival.city, arrival.region, arrival.postal_code = draw.choice(place.towns())
        arrival.score = min(100, int(draw.gauss(38, 14)) + (25 if arrival.intent == "demo" else 0))

    def _person(self, arrival: Arrival, place: Place) -> None:
        draw = self._random
        first, last = draw.choice(place.first.split(", ")), draw.choice(place.last.split(", "))
        arrival.name = f"{first} {last}"
        arrival.job_title = draw.choice(_ODD_JOBS) if draw.random() < 0.02 else draw.choice(_JOBS)
        arrival.email = self._fresh(f"{cast.slug(first)}.{cast.slug(last)}", arrival.domain)
        if place.phone and draw.random() < 0.75:
            arrival.phone = "".join(str(draw.randint(0, 9)) if c == "#" else c for c in place.phone)
            # The free ranges are small: a number given out before is shown, and not taken for who somebody is.
            number = normalise.phone(arrival.phone, place.code)
            arrival.phone_e164 = "" if number in self._known else number
            self._known.add(number)

    def _fresh(self, name: str, domain: str) -> str:
        """An address nobody else has."""
        number, address = 1, f"{name}@{domain}"
        while address in self._known:
            number += 1
            address = f"{name}{number}@{domain}"
        self._known.add(address)
        return address


def _raw(arrival: Arrival) -> dict[str, Any]:
    """What the form of the website would have sent."""
    keys = ("name", "email", "phone", "company", "job_title", "country", "city", "source", "intent", "message")
    return {key: value for key in keys if (value := getattr(arrival, key))}
