"""Where leads come from: a row for each source, and each channel it came by, the most leads first."""

from typing import Any

from django.utils.translation import gettext as _

from reporting import cohort
from reporting.period import Period

_SHOWN = ("leads", "reached", "meetings", "close_rate")


def rows_of(scope: cohort.Scope, span: Period, *, now: Any) -> list[dict[str, Any]]:
    """One row per source and channel."""
    found = cohort.ask(scope=scope, since=span.since, until=span.until, now=now, cut="source", names=_SHOWN)
    order = sorted(found.items(), key=lambda item: (-item[1].counts["leads"], item[0]))
    return [row_of(label, figures) for label, figures in order]


def row_of(label: str, found: cohort.Figures) -> dict[str, Any]:
    """`label` is source and channel as the cut joins them."""
    source, _mark, channel = label.partition(cohort.JOINED)
    meetings = found.answers["meetings"].value
    return {
        "label": source or _("Not known"),
        "channel": channel if channel.casefold() != source.casefold() else "",
        "leads": found.counts["leads"],
        "reached": found.answers["reached"].value,
        "per_100": None if meetings is None else round(100 * meetings),
        "won": found.counts["won"],
    }
