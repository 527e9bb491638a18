"""The only writer of LeadEvent: what happened to a lead, one line each, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.lib.copying import copy_rows, next_ids
from leads import hook_plan
from leads.hook_kinds import told_by
from leads.life import EventKind
from leads.models import LeadEvent, LeadEventPrivate

_COLUMNS = ("id", "lead_id", "kind", "schema", "occurred_at", "rep_id", "user_id", "hop", "payload")
_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class News:
    """One line to write. `payload` holds nothing personal; `private` may, and can be erased."""

    lead: int
    kind: EventKind
    at: datetime
    rep: int | None = None
    user: int | None = None
    hop: int = 0
    payload: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] | None = None


def record(news: Iterable[News]) -> list[int]:
    """Write the lines, and what hooks are told of them, in the transaction of what they tell; gives their numbers."""
    news = list(news)
    table = LeadEvent._meta.db_table  # noqa: SLF001 - Django's documented way to a table's name
    ids = next_ids(table, len(news))
    copy_rows(
        table,
        _COLUMNS,
        (
            (pk, n.lead, n.kind.value, _SCHEMA, n.at, n.rep, n.user, n.hop, n.payload)
            for pk, n in zip(ids, news, strict=True)
        ),
    )
    copy_rows(
        LeadEventPrivate._meta.db_table,  # noqa: SLF001 - as above
        ("event_id", "payload"),
        ((pk, n.private) for pk, n in zip(ids, news, strict=True) if n.private is not None),
    )
    hook_plan.plan(
        [
            (pk, n.lead, event)
            for pk, n in zip(ids, news, strict=True)
            for event in told_by(n.kind, hop=n.hop, rep=n.rep, payload=n.payload)
        ]
    )
    return ids
