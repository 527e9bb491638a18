"""What the page of a lead tells of leads that were merged into it, and of the one it went into."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from leads.life import OPEN, EventKind, State
from leads.models import Lead, LeadEvent
from leads.web import telling
from reps import access

# What the person did, what was done towards them, and what was noted; how the other lead went round is its own.
_SHOWN = (EventKind.RECEIVED, EventKind.ENQUIRY, EventKind.TOUCHED, EventKind.NOTED)
_MERGEABLE = OPEN | {State.REJECTED}


def those_in(lead: Lead) -> list[Lead]:
    """All leads that go on in this one, through each other too."""
    found: list[Lead] = []
    layer = [lead.pk]
    while layer:
        rows = list(Lead.objects.filter(merged_into__in=layer).select_related("private").order_by("pk"))
        found += rows
        layer = [row.pk for row in rows]
    return found


def parts_of(lead: Lead, *, reader: Any, now: datetime) -> dict[str, Any]:
    """`into`, `merged`, `merge_url` for the page, and `items` for its timeline, with the event they were made of."""
    those = those_in(lead)
    others = [*those, *([lead.merged_into] if lead.merged_into else [])]
    open_to = _readable(others, reader, now)
    boss = access.is_manager(reader) and Lead.objects.overseen_by(reader).filter(pk=lead.pk).exists()
    into = lead.merged_into
    return {
        "into": {
            "url": reverse("lead-show", args=[into.uid]) if into.pk in open_to else "",
            "undo_url": reverse("lead-unmerge", args=[lead.uid]) if boss else "",
        }
        if into
        else None,
        "merged": [_row(one, open_to, boss=boss) for one in those],
        "merge_url": reverse("lead-merge", args=[lead.uid]) if boss and State(lead.state) in _MERGEABLE else "",
        "items": _items(those, open_to, reader),
    }


def _readable(leads: list[Lead], reader: Any, now: datetime) -> set[int]:
    rows = Lead.objects.filter(pk__in=[one.pk for one in leads])
    return set(rows.visible_to(reader, now=now).values_list("pk", flat=True)) if leads else set()


def _row(one: Lead, open_to: set[int], *, boss: bool) -> dict[str, Any]:
    opens = one.pk in open_to
    return {
        "title": (one.private.name or one.private.company or _("A lead")) if opens else _("A lead of the same person"),
        "url": reverse("lead-show", args=[one.uid]) if opens else "",
        "arrived_at": one.arrived_at,
        "source": one.source,
        "undo_url": reverse("lead-unmerge", args=[one.uid]) if boss and opens else "",
    }


def _items(those: list[Lead], open_to: set[int], reader: Any) -> list[tuple[LeadEvent, dict[str, Any]]]:
    """Notes of others only to who may read that lead, too: they were written for its owner."""
    events = LeadEvent.objects.filter(lead__in=those, kind__in=[kind.value for kind in _SHOWN])
    found = []
    for event in events.select_related("rep__user", "user", "private"):
        if event.kind == EventKind.NOTED and event.lead_id not in open_to and event.user_id != reader.pk:
            continue
        item = telling.item_of(event, reader=reader)
        item["detail"] = ", ".join(filter(None, (item.get("detail", ""), _("merged into this lead"))))
        found.append((event, item))
    return found
