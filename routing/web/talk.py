"""What other pages tell of drafts the team is asked about: a banner, the list of managers, and the history."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from reps.models import Group
from routing import rulesets, shared_drafts
from routing.models import RuleSet, SharedDraft

_LISTED = 5


def asked_of(group: Group, now: datetime) -> list[dict[str, Any]]:
    """The banners on How leads are shared: what the people of the group are asked about now."""
    return [
        {
            "by": row.by.name if row.by else _("Somebody"),
            "until": row.until,
            "url": reverse("shared-draft", args=[row.uid]),
        }
        for row in shared_drafts.open_of(group, now=now)
    ]


def listed(rows: "QuerySet[SharedDraft]", now: datetime) -> list[dict[str, Any]]:
    """The newest, each with how many spoke and what became of it."""
    counted = rows.select_related("rule_set", "version", "by").annotate(said=Count("comments", distinct=True))
    return [_line(row, now) for row in counted.order_by("-at")[:_LISTED]]


def _line(row: Any, now: datetime) -> dict[str, Any]:
    return {
        "url": reverse("shared-draft", args=[row.uid]),
        "name": row.rule_set.name,
        "by": row.by.name if row.by else "",
        "at": row.at,
        "said": row.said,
        "open": row.is_open(now),
        "until": row.until,
        "taken_back": row.taken_back,
        "version": row.version.n if row.version else 0,
    }


def of_draft(rule_set: RuleSet, now: datetime) -> dict[str, Any] | None:
    """The discussion that goes on about this draft, as its page and publishing name it; None where none does."""
    rows = SharedDraft.objects.filter(rule_set=rule_set, closed_at=None, version=None)
    found = rows.annotate(said=Count("comments")).select_related("rule_set", "version", "by").order_by("-at").first()
    if found is None:
        return None
    names = ", ".join(found.groups.order_by("name").values_list("name", flat=True))
    return {**_line(found, now), "groups": names, "moved_on": rulesets.body_of(rule_set) != found.body}


def talked_of(versions: Iterable[int], user: Any, *, now: datetime) -> dict[int, str]:
    """Version -> the discussion before it: its address for whoever may read it, else empty."""
    rows = SharedDraft.objects.filter(version__in=list(versions)).order_by("at")
    pairs = list(rows.values_list("version", "uid", "pk"))
    if not pairs:
        return {}
    mine = shared_drafts.readable(user, now=now).filter(pk__in=[pk for _version, _uid, pk in pairs])
    opens = set(mine.values_list("pk", flat=True))
    return {
        version: reverse("shared-draft", args=[uid]) if pk in opens else "" for version, uid, pk in pairs if version
    }
