"""What a source makes of a payload: a lead, a contact made, a remark, a copied mail, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class NewLead:
    """Somebody wants to be sold to. `facts` is the vendor's payload as nested JSON; the mapping picks from it.

    `id` is the vendor's own: the same id through the same connection is the same lead. `defaults` are our fields for
    which the vendor has no words (the channel, an intent); what the connection says goes before them. `host` is the
    mail address of the person the vendor gave the lead to (whose meeting was booked).
    """

    id: str
    facts: Mapping[str, Any]
    defaults: Mapping[str, str] = field(default_factory=dict)
    test: bool = False
    at: datetime | None = None
    host: str = ""


@dataclass(frozen=True, slots=True)
class Who:
    """Which person: any of what they are known by."""

    email: str = ""
    phone: str = ""
    lead_id: str = ""  # the id under which this connection brought the lead


@dataclass(frozen=True, slots=True)
class Contacted:
    """A contact with a person, made (or answered) by one of ours; `kind` and `outcome` as in `leads.life`.

    Where nobody knows the person and `stranger` is given, that becomes a lead first.
    """

    id: str
    who: Who
    by: Who
    kind: str
    at: datetime
    outcome: str = ""
    seconds: int | None = None
    stranger: NewLead | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """Something to keep on the timeline of the person's lead: a meeting was cancelled, their data is to be erased."""

    id: str
    who: Who
    text: str
    tell: bool = False  # the owner, or else the managers, get word


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Copied:
    """A mail that a rep copied to an address of their own; never a lead. `tokens` are what the addresses hide.

    `writer` is who wrote it first, where somebody passed it on; `ignored` why it is nothing, empty where it is.
    """

    id: str
    tokens: tuple[str, ...]
    sender: str
    writer: str
    people: tuple[str, ...]  # to whom it went
    subject: str
    text: str
    at: datetime | None = None
    ignored: str = ""


News = NewLead | Contacted | Noted | Ignored | Copied
