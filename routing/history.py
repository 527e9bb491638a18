"""Writes leads whose past is known already: imported ones with their owner, and the invented ones of the demo.

Nothing is decided here, nothing sent, no clock started; a balance moves only by the entries handed in. It stands beside
`assign`, which writes what happens now, and is as set-wise: one statement a table, whatever the number of leads.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from operator import attrgetter, itemgetter

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from leads import timeline
from leads.life import State
from leads.models import Delivery, Touch
from routing.assign import Turn
from routing.engine.ledger import HOUSE, Key
from routing.models import Assignment, Decision, LedgerEntry, Return, Share


@dataclass(slots=True)
class Standing:
    """Where a lead stands at the end of its past: the columns of its row that ownership, touches and stages fill."""

    lead: int
    state: str
    stage: int
    group: int | None = None
    owner: int | None = None
    sourced_by: int | None = None
    hop: int = 0
    band: int | None = None
    reason: str = ""
    ready_at: datetime | None = None
    waiting_until: datetime | None = None
    decided_at: datetime | None = None
    assigned_at: datetime | None = None
    due_at: datetime | None = None
    opened_at: datetime | None = None
    responded_at: datetime | None = None
    reached_at: datetime | None = None
    stage_at: datetime | None = None
    closed_at: datetime | None = None
    lost_reason: str = ""
    won_amount: Decimal | None = None
    won_currency: str = ""
    won_base: Decimal | None = None
    won_base_currency: str = ""


@dataclass(slots=True)
class Past:
    """One lead's standing and the unsaved rows that tell how it came there."""

    standing: Standing
    decisions: list[Decision] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    spells: list[Assignment] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    news: list[timeline.News] = field(default_factory=list)


def write(held: Turn, pasts: Sequence[Past], shares: Mapping[Key, tuple[int, int]] | None = None) -> None:
    """Write all pasts of leads of the turn's division; `shares` are the balances and turns after all entries."""
    _move_leads(held, [past.standing for past in pasts])
    Decision.objects.bulk_create(sorted(_all(pasts, "decisions"), key=attrgetter("at")))
    entries = sorted(_all(pasts, "entries"), key=attrgetter("at"))
    LedgerEntry.objects.bulk_create(entries)
    Assignment.objects.bulk_create(sorted(_all(pasts, "spells"), key=attrgetter("starts_at")))
    Return.objects.bulk_create(_all(pasts, "returns"))
    Touch.objects.bulk_create(sorted(_all(pasts, "touches"), key=attrgetter("at")))
    Delivery.objects.bulk_create(sorted(_all(pasts, "deliveries"), key=attrgetter("created_at")))
    timeline.record(sorted(_all(pasts, "news"), key=attrgetter("at")))
    _write_shares(shares or {}, entries)


def _all(pasts: Iterable[Past], what: str) -> list:
    return [row for past in pasts for row in getattr(past, what)]


_COLUMNS = {
    "state": "text",
    "stage": "bigint",
    "group": "bigint",
    "owner": "bigint",
    "sourced_by": "bigint",
    "hop": "int",
    "band": "int",
    "reason": "text",
    "ready_at": "timestamptz",
    "waiting_until": "timestamptz",
    "decided_at": "timestamptz",
    "assigned_at": "timestamptz",
    "due_at": "timestamptz",
    "opened_at": "timestamptz",
    "responded_at": "timestamptz",
    "reached_at": "timestamptz",
    "stage_at": "timestamptz",
    "closed_at": "timestamptz",
    "lost_reason": "text",
    "won_amount": "numeric",
    "won_currency": "text",
    "won_base": "numeric",
    "won_base_currency": "text",
}
_KEYS = frozenset({"stage", "group", "owner", "sourced_by"})


def _move_leads(held: Turn, standings: Sequence[Standing]) -> None:
    """One update for all, from one JSON parameter."""
    settings = ", ".join(f'{name}{"_id" * (name in _KEYS)} = x."{name}"' for name in _COLUMNS)
    shape = ", ".join(f'"{name}" {kind}' for name, kind in _COLUMNS.items())
    rows = json.dumps([asdict(standing) for standing in standings], cls=DjangoJSONEncoder)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE leads_lead l SET {settings} FROM jsonb_to_recordset(%s::jsonb) AS x(lead bigint, {shape})"  # noqa: S608 - our own names
            " WHERE l.id = x.lead AND l.division_id = %s AND l.hop = 0 AND l.state = ANY(%s)",
            [rows, held.division, [State.READY.value, State.DESK.value]],
        )
        if cursor.rowcount != len(standings):
            raise ValueError("Only leads that were captured in this very transaction can be given a past.")


def _write_shares(shares: Mapping[Key, tuple[int, int]], entries: Sequence[LedgerEntry]) -> None:
    """Fresh rows: who already has a share must not be given a past."""
    won: dict[Key, list[datetime]] = {}
    for entry in entries:
        if entry.winner is not None:
            won.setdefault((entry.group_id, entry.winner), []).append(entry.at)
    Share.objects.bulk_create(
        Share(
            group_id=group,
            rep_id=None if rep == HOUSE else rep,
            balance=balance,
            last_turn=turn,
            received=len(won.get((group, rep), ())),
            last_at=max(won.get((group, rep), ()), default=None),
        )
        for (group, rep), (balance, turn) in sorted(shares.items(), key=itemgetter(0))
    )
