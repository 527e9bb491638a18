"""What a door hands in: one lead as understood, before anything is written."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from leads.life import Kind


@dataclass(slots=True)
class Arrival:
    """Texts are trimmed; e-mail, country and phone are normalised by `leads.qualify.normalise`."""

    uid: uuid.UUID = field(default_factory=uuid.uuid4)
    kind: Kind = Kind.NEW
    external_id: str = ""
    arrived_at: datetime | None = None

    name: str = ""
    email: str = ""
    phone: str = ""
    phone_e164: str = ""
    company: str = ""
    job_title: str = ""
    website: str = ""
    profile_url: str = ""
    handle: str = ""
    domain: str = ""
    language: str = ""
    time_zone: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    postal_code: str = ""
    industry: str = ""
    segment: str = ""
    account_external_id: str = ""
    employees: int | None = None
    product: str = ""
    deal_amount: Decimal | None = None
    deal_currency: str = ""
    source: str = ""
    campaign: str = ""
    channel: str = ""
    intent: str = ""
    score: int | None = None
    message: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    # Where the person came from: utm_source and its like, gclid, referrer, landing_page.
    tracking: dict[str, str] = field(default_factory=dict)
    # The mail address of the rep the source gave it to: whose meeting was booked, who took the call.
    host: str = ""
    # What of it could not be read, in words, by field; the values stand among the answers.
    problems: dict[str, str] = field(default_factory=dict)
    # Answers that rules may ask about, read by the type of their attribute, under its key.
    asked: dict[str, Any] = field(default_factory=dict)
    # What the answers of a form say by themselves: "", "qualified", "disqualified" or "look" (a person looks), and why.
    verdict: str = ""
    verdict_reason: str = ""
    # How many points of the score those answers brought.
    answer_points: int = 0
    raw: dict[str, Any] = field(default_factory=dict)

    def contact_keys(self) -> list[tuple[str, str]]:
        """What makes the person known again, e-mail before phone before profile; a handle only on its own channel."""
        found = [
            ("email", self.email.casefold()),
            ("phone", self.phone_e164),
            ("profile", profile_key(self.profile_url)),
            ("handle", f"{self.channel}:{self.handle}".casefold() if self.handle and self.channel else ""),
        ]
        return [(kind, value[:254]) for kind, value in found if value]


def profile_key(url: str) -> str:
    """A profile's address without what changes from copy to copy: scheme, www or a country's host, query, slash."""
    host, slash, path = url.casefold().partition("://")[2].partition("?")[0].partition("#")[0].partition("/")
    for site in ("linkedin.com", "facebook.com", "xing.com", "instagram.com"):
        if host.endswith(f".{site}"):
            host = site
    return f"{host}/{path.strip('/')}" if slash and path.strip("/") else ""
