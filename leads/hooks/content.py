"""What a hook is told, version 1: the event as its line of the timeline has it, the lead as it stands when it is sent.

The keys are a promise: the same for every event, in samples and in polls, null where nothing is known. What may differ
from one try to the next is the lead; what happened, and who it was about, is of the line and never changes.
"""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from leads.hook_kinds import HookEvent
from leads.life import Kind, State
from leads.models import Account, Lead, LeadEvent, LeadPrivate, Stage
from reps.models import Group, Rep, User

VERSION = 1
_PUBLIC = ("external_id", "source", "channel", "campaign", "intent", "country", "region", "industry", "size_band")
_PERSONAL = (
    "name", "job_title", "email", "phone", "company", "website", "profile_url", "handle", "language", "city",
    "postal_code", "time_zone", "segment", "employees", "score", "product", "message", "answers", "attributes",
    "tracking",
)  # fmt: skip
_INSTANTS = ("arrived_at", "assigned_at", "due_at", "responded_at", "reached_at", "closed_at")
# Of the line's own words; whatever else stands there is ours.
_OF_THE_LINE = {
    "reason": ("return_reason", "decline_reason", "reason"),
    "rule": ("rule",),
    "verdict": ("verdict",),
    "contact": ("touch",),
    "outcome": ("outcome",),
    "from_stage": ("from",),
    "to_stage": ("to",),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event of one lead, with what it takes to tell it."""

    kind: HookEvent
    line: LeadEvent
    lead: Lead
    private: LeadPrivate | None


def told_of(found: Collection[tuple[HookEvent, LeadEvent, Lead]]) -> list[Told]:
    """The same with the personal parts, read at once; of an erased lead nothing is left to read."""
    private = LeadPrivate.objects.in_bulk({lead.pk for _k, _l, lead in found if lead.state != State.ERASED})
    return [Told(kind, line, lead, private.get(lead.pk)) for kind, line, lead in found]


def content(told: Told, *, test: bool = False) -> dict[str, Any]:
    """The payload, ready to be written as JSON."""
    line = told.line
    return {
        "id": str(id_of(line.pk, told.kind)),
        "type": told.kind.value,
        "version": VERSION,
        "timestamp": line.occurred_at,
        "number": line.pk or 0,
        "test": test or told.lead.kind == Kind.TEST,
        "event": _event(line),
        "lead": _lead(told),
    }


def id_of(line: int | None, kind: HookEvent) -> UUID:
    """The event's own id: the same in every hook, poll and try, and telling nothing."""
    key = settings.SECRET_KEY.encode()
    return UUID(
        bytes=hmac.new(key, f"hook event {line} {kind.value}".encode(), hashlib.sha256).digest()[:16], version=4
    )


def _event(line: LeadEvent) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: next((line.payload[key] for key in keys if line.payload.get(key) not in (None, "")), None)
        for name, keys in _OF_THE_LINE.items()
    }
    return {
        "rep": _rep(line.rep),
        "by": {"name": line.user.name if line.user else None, "email": line.user.email if line.user else None},
        "hand_over": line.hop,
        **found,
    }


def _lead(told: Told) -> dict[str, Any]:
    """Of an erased lead the id alone; nested values always have all their keys, so that samples show them."""
    lead, private = told.lead, told.private or LeadPrivate()
    erased = lead.state == State.ERASED
    group, account = lead.group, lead.account
    found = {
        "stage": lead.stage.key,
        "stage_name": lead.stage.name,
        "group": {"id": str(group.uid) if group else None, "name": group.name if group else None},
        "owner": _rep(lead.owner),
        "account": {
            "id": str(account.uid) if account else None,
            "name": account.name if account else None,
            "external_id": account.external_id if account else None,
        },
        **{name: getattr(lead, name) for name in (*_PUBLIC, *_INSTANTS)},
        **{name: getattr(private, name) for name in _PERSONAL},
        "deal_size": _money(private.deal_amount, private.deal_currency),
        "won": _money(lead.won_amount, lead.won_currency),
        "lost_reason": lead.lost_reason,
    }
    return {
        "id": str(lead.uid),
        "status": _STATUS[State(lead.state)],
        "page": settings.PUBLIC_URL + reverse("lead-show", args=[lead.uid]),
        **({name: _emptied(value) for name, value in found.items()} if erased else found),
    }


def _emptied(value: object) -> object:
    return dict.fromkeys(value) if isinstance(value, dict) else None


def _rep(rep: Rep | None) -> dict[str, str | None]:
    if rep is None:
        return {"id": None, "name": None, "email": None}
    return {"id": str(rep.uid), "name": rep.name, "email": rep.user.email}


def _money(amount: object, currency: str) -> dict[str, str | None]:
    return {"amount": None if amount is None else str(amount), "currency": currency if amount is not None else None}


# The stable words of the API, as `leads.web.words` has them for its face.
_STATUS = {
    State.NEW: "received", State.READY: "received", State.ASSIGNED: "assigned", State.OFFERED: "offered",
    State.POOLED: "in_pool", State.HELD: "waiting", State.DESK: "to_assign", State.REJECTED: "rejected",
    State.SET_ASIDE: "needs_attention", State.CLOSED: "closed", State.ERASED: "erased",
}  # fmt: skip


def example(kind: HookEvent) -> dict[str, Any]:
    """A made-up event with the very keys of a real one: what a test sends, and the sample while nothing happened."""
    at = datetime(2026, 3, 2, 9, 14, 5, tzinfo=UTC)
    rep = Rep(uid=UUID(int=1), user=User(name="Ana Example", email="ana@example.com"))
    lead = Lead(
        uid=UUID(int=2), state=State.ASSIGNED, stage=Stage(key="new", name="New"), source="Website", country="DE",
        group=Group(uid=UUID(int=3), name="Inbound"), owner=rep, arrived_at=at, assigned_at=at,
        account=Account(uid=UUID(int=4), name="Northwind Ltd"),
    )  # fmt: skip
    private = LeadPrivate(
        name="Ida Beck", email="ida@example.com", phone="+49 30 901820", company="Northwind", message="Please call."
    )
    line = LeadEvent(occurred_at=at, rep=rep, hop=1, payload={"rule": "DACH"})
    if kind is HookEvent.ERASED:
        lead.state, private, line.rep = State.ERASED, LeadPrivate(), None
    return content(Told(kind, line, lead, private), test=True)
