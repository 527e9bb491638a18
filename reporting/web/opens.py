"""Where a figure opens its leads: the assignment log narrowed as the figure was, so that as many stand there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from reporting import log
from reps.models import Group, Rep, Territory

# Over leads that arrived, by their first owner; who has none yet stands in no log.
_ARRIVED = frozenset({"arrived", "speed_to_lead"})


@dataclass(frozen=True, slots=True)
class Where:
    """A span, and what the log is narrowed to, as its address says it."""

    since: datetime
    until: datetime
    said: Mapping[str, str] = field(default_factory=dict)

    def of(self, rep: str) -> "Where":
        """The same of one rep, by the uid."""
        return replace(self, said={**self.said, "rep": rep})

    def url(self, figure: str) -> str:
        """The leads that a metric is of; empty where no list holds just these."""
        if figure in _ARRIVED:
            return self.happened("arrived")
        if figure not in log.BEHIND:
            return ""
        return self._url(assigned_after=self.since, assigned_before=self.until, figure=figure)

    def happened(self, event: str) -> str:
        """The assignments in which something happened in the span; empty where no list holds just these."""
        if event not in log.HAPPENED:
            return ""
        return self._url(event=event, event_after=self.since, event_before=self.until)

    def _url(self, **when: Any) -> str:
        said = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in when.items()}
        return f"{reverse('assignment-log')}?{urlencode({'period': 'any', **said, **self.said})}"


def where(
    *,
    since: datetime,
    until: datetime,
    group: Group | None = None,
    rep: Rep | None = None,
    only: Mapping[str, Any] | None = None,
) -> Where:
    """The log of a scope: of a group, a rep, and what else it is narrowed to."""
    whose = {name: str(one.uid) for name, one in (("group", group), ("rep", rep)) if one}
    return Where(since, until, whose | _narrowed(only or {}))


def _narrowed(only: Mapping[str, Any]) -> dict[str, str]:
    """As the log asks for it; of several things not known the first."""
    found = {name: str(value) for name, value in only.items() if value is not None and value != ""}
    if "territory" in found:
        found["territory"] = str(Territory.objects.values_list("uid", flat=True).get(pk=only["territory"]))
    empty = [name for name in only if name not in found and name != "channel"]
    return {**found, **({"without": empty[0]} if empty else {})}
