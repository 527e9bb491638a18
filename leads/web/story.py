"""A lead's events for its page: all of them, or the beginning and the latest of a very long story."""

from typing import Any

from django.utils.translation import ngettext

from leads.models import Lead, LeadEvent

_FIRST, _LATEST = 20, 400


def events_of(lead: Lead) -> tuple[list[LeadEvent], int]:
    """Oldest first, and how many were left out after the first twenty."""
    rows = LeadEvent.objects.filter(lead=lead).select_related("rep__user", "user", "private")
    found = list(rows.order_by("id")[: _FIRST + _LATEST + 1])
    if len(found) <= _FIRST + _LATEST:
        return found, 0
    latest = list(rows.order_by("-id")[:_LATEST])[::-1]
    left_out = rows.filter(id__gt=found[_FIRST - 1].pk, id__lt=latest[0].pk).count()
    return found[:_FIRST] + latest, left_out


def gap(events: list[LeadEvent], left_out: int) -> list[tuple[LeadEvent, dict[str, Any]]]:
    """The line that stands for those left out, beside the last before them."""
    if not left_out:
        return []
    says = ngettext("%(n)d line is left out here", "%(n)d lines are left out here", left_out) % {"n": left_out}
    before = events[_FIRST - 1]
    return [(before, {"at": before.occurred_at, "icon": "dots", "what": says, "by": "", "quote": ""})]
