"""Rows as they stood at any instant of the past, from the histories the database keeps of them."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class History:
    """One row as it stood from instant to instant; None from when it was deleted."""

    since: list[datetime] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)

    def at(self, instant: datetime) -> Any:
        """As it stood then; before it was first entered, as it was first entered."""
        return self.rows[max(0, bisect_right(self.since, instant) - 1)]


def histories(model: Any, where: Mapping[str, Any], *, since: datetime, kept: bool) -> dict[int, History]:
    """Rows by number, each with what it was, or with `kept` off as it is today.

    A row of before histories were kept stands as it is, too.
    """
    found: dict[int, History] = {}
    if kept:
        for event in model.pgh_event_model.objects.filter(**where).order_by("pgh_id"):
            history = found.setdefault(event.id, History())
            history.since.append(event.pgh_created_at)
            history.rows.append(None if event.pgh_label == "delete" else event)
    for row in model.objects.filter(**where):
        if row.pk not in found:
            found[row.pk] = History([since], [row])
    return found
