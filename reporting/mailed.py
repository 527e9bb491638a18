"""Reports by mail: made when a week or a month is over, in the manager's own zone, and sent as all news are."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from leads import dispatch
from reporting import cohort, tables
from reporting.models import MailedReport
from reporting.web import figures, metric_words
from reps import access
from reps.models import Group, User

log = logging.getLogger(__name__)

EVENT = "report"
AT = time(7)
# Beside each group; what a manager looks at first.
_OF_GROUPS = ("leads", "response_time", "response_sla", "reached", "meetings", "close_rate")
_MOST_GROUPS = 20


@dataclass(frozen=True, slots=True)
class Span:
    """A week or a month that is over, from its first day to the day after its last, and the one before it."""

    first: date
    end: date
    before: date


def latest(every: str, today: date) -> Span:
    """The last one that is over."""
    if every == MailedReport.Every.MONTH:
        end = today.replace(day=1)
        first = (end - timedelta(days=1)).replace(day=1)
        return Span(first, end, (first - timedelta(days=1)).replace(day=1))
    end = today - timedelta(days=today.weekday())
    return Span(end - timedelta(weeks=1), end, end - timedelta(weeks=2))


def choose(*, user: User, every: str, group: Group | None, now: datetime) -> MailedReport | None:
    """Have it sent from the next time on; with no `every`, no more. What is over already is not told afterwards."""
    if not every:
        MailedReport.objects.filter(user=user).delete()
        return None
    told_for = latest(every, timezone.localdate(now, zone_of(user))).first
    row, _made = MailedReport.objects.update_or_create(
        user=user, defaults={"every": every, "group": group, "told_for": told_for}
    )
    return row


def next_at(row: MailedReport, *, now: datetime) -> datetime:
    """When it is sent next."""
    zone = zone_of(row.user)
    span = latest(row.every, timezone.localdate(now, zone))
    day = span.end
    if span.first <= row.told_for:
        later = span.end + timedelta(days=32 if row.every == MailedReport.Every.MONTH else 7)
        day = latest(row.every, later).end
    return datetime.combine(day, AT, tzinfo=zone)


def send_due(*, now: datetime) -> int:
    """Plan every report whose time has come; returns how many. Repeats are harmless; of missed ones the last comes."""
    told = 0
    rows = MailedReport.objects.filter(user__is_active=True).select_related("user", "group").order_by("pk")
    for row in rows:
        span = latest(row.every, timezone.localdate(now, zone_of(row.user)))
        if span.first <= row.told_for or now < datetime.combine(span.end, AT, tzinfo=zone_of(row.user)):
            continue
        try:
            told += _send(row, span, now)
        except Exception:
            log.exception("A report by mail could not be made")
    if told:
        dispatch.ring()
    return told


def send_now(*, user: User, every: str, group: Group | None, now: datetime) -> bool:
    """The report of the last week or month at once; False where one was sent within this minute."""
    span = latest(every or MailedReport.Every.WEEK, timezone.localdate(now, zone_of(user)))
    with transaction.atomic():
        new = _plan(user, group, span, ref=f"now:{now:%Y-%m-%dT%H:%M}", now=now)
        transaction.on_commit(dispatch.ring)
    return new


def zone_of(user: User) -> ZoneInfo:
    """Whose mornings count."""
    return ZoneInfo(user.time_zone or "UTC")


def _send(row: MailedReport, span: Span, now: datetime) -> bool:
    with transaction.atomic():
        # Who comes second finds it told; who manages nobody any more is told nothing, whatever they chose once.
        rows = MailedReport.objects.filter(pk=row.pk, told_for__lt=span.first)
        if not rows.update(told_for=span.first, told_at=now) or not _may(row.user, row.group):
            return False
        return _plan(row.user, row.group, span, ref=f"{row.every}:{span.first}", now=now)


def _may(user: User, group: Group | None) -> bool:
    if group is not None:
        return group.active and access.groups_managed(user).filter(pk=group.pk).exists()
    return access.is_manager(user)


def _plan(user: User, group: Group | None, span: Span, *, ref: str, now: datetime) -> bool:
    with timezone.override(zone_of(user)):
        report = made(user=user, group=group, span=span, now=now)
    word = dispatch.Word(None, 0, event=EVENT, user=user.pk, ref=ref, payload={"report": report})
    return bool(dispatch.plan([word], now=now))


def made(*, user: User, group: Group | None, span: Span, now: datetime) -> dict[str, Any]:
    """The report in words, as the mail shows it: figures of groups, and nothing of a lead or a person."""
    zone = zone_of(user)
    since, until, before = (datetime.combine(day, time(), tzinfo=zone) for day in (span.first, span.end, span.before))
    scope = cohort.overseen(user, group, now=now)
    own = cohort.figures(scope=scope, since=since, until=until, now=now)
    was = cohort.figures(scope=scope, since=before, until=since, now=now)
    days = {"period": "between", "since": str(span.first), "until": str(span.end - timedelta(days=1))}
    more = {"group": str(group.uid)} if group else {}
    return {
        "label": _span_words(span),
        "of": group.name if group else _("All your groups"),
        "figures": _figures(own, was),
        "heads": [str(metric_words.LABELS[name]) for name in _OF_GROUPS],
        "groups": [] if group else _groups(scope, since, until, now, days),
        "url": _url("figures", {**days, **more}),
        "reports_url": _url("reports", more),
        "change_url": _url("reports-by-mail", {}),
    }


def _figures(own: cohort.Figures, was: cohort.Figures) -> list[dict[str, str]]:
    rows = figures.row(own.answers, was.answers, url=lambda _name: "")
    return [
        {
            "label": str(row["label"]),
            "value": f"{row['value']} {row['unit']}".strip(),
            "note": str(row["note"]),
        }
        for row in rows
    ]


def _groups(
    scope: cohort.Scope, since: datetime, until: datetime, now: datetime, days: Mapping[str, str]
) -> list[dict[str, Any]]:
    parts = tables.parts("group", scope=scope, since=since, until=until, now=now, names=_OF_GROUPS)
    found = [
        {
            "name": part.label,
            "url": _url("figures", {**days, "group": part.uid}),
            "cells": [
                {
                    "label": str(metric_words.LABELS[name]),
                    "value": metric_words.value(name, part.figures.answers[name]),
                }
                for name in _OF_GROUPS
            ],
        }
        for part in parts[:_MOST_GROUPS]
        if part.figures.answers
    ]
    return found if len(found) > 1 else []


def _span_words(span: Span) -> str:
    last = span.end - timedelta(days=1)
    if (span.end - span.first).days != 7:
        return date_format(span.first, "F Y")
    said = {"since": date_format(span.first, "j F"), "until": date_format(last, "j F Y")}
    return _("%(since)s to %(until)s") % said


def _url(name: str, asked: Mapping[str, str]) -> str:
    query = f"?{urlencode(asked)}" if asked else ""
    return f"{settings.PUBLIC_URL}{reverse(name)}{query}"
