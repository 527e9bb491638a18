"""Worth it?: what the rules saved and changed since they went live, with counts and intervals."""

import hashlib
import logging
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pghistory
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.lib.enough import ENOUGH_FOR_MEDIAN
from leads.models import Lead
from reporting import cohort, worth
from reporting.metric import ENOUGH, Answer
from reps import access
from reps.models.division import SEEDED
from reps.templatetags.face import duration, percent
from routing.models import Baseline

log = logging.getLogger(__name__)

_EARLIEST = date(2000, 1, 1)
_KEPT = 600  # seconds
_FOLLOW = [(str(days), gettext_lazy("followed for %d days") % days) for days in worth.FOLLOW]


class FollowForm(forms.Form):
    """For how long each lead is followed."""

    follow = forms.ChoiceField(label=gettext_lazy("Each lead is"), choices=_FOLLOW, required=False)


class BaselineForm(forms.ModelForm):
    """What is assumed, and since when the rules are live."""

    class Meta:
        model = Baseline
        fields = ("live_on", "assumed_seconds", "week_hours")
        widgets = {"live_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def clean_live_on(self) -> date | None:
        """A day that has been."""
        day: date | None = self.cleaned_data["live_on"]
        if day and not _EARLIEST <= day <= timezone.localdate(timezone=worth.zone_of(SEEDED)):
            raise forms.ValidationError(_("Choose a day that has been."))
        return day


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The page; who writes the rules may set what is assumed."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    edits = access.edits_rules(request.user)
    row = Baseline.of(SEEDED)
    form = BaselineForm(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST":
        if not edits:
            raise PermissionDenied
        if form.is_valid():
            with pghistory.context(by=request.user.pk):
                form.save()
            messages.success(request, _("Saved."))
            return redirect("worth-it")
        row = Baseline.of(SEEDED)  # as it stands, not as it was typed
    status = 422 if form.is_bound else 200
    return render(request, "reporting/worth_it.html", _context(request, form, row, edits=edits), status=status)


def _context(request: HttpRequest, form: BaselineForm, row: Baseline, *, edits: bool) -> dict[str, Any]:
    now, zone = timezone.now(), worth.zone_of(SEEDED)
    chosen = FollowForm({"follow": request.GET.get("follow") or str(worth.FOLLOW[0])})
    follow = int(chosen.cleaned_data["follow"]) if chosen.is_valid() else worth.FOLLOW[0]
    live = worth.live_at(SEEDED)
    context: dict[str, Any] = {
        "now": now,
        "form": chosen,
        "filtered": "follow" in request.GET,
        "baseline": form if edits else None,
        "wrong": form.is_bound,
        "live_on": timezone.localdate(live, zone) if live else None,
        "set": row.live_on is not None,
    }
    if live is None or live > now:
        return context
    found, saved = _reckoned(request, live, follow, now=now)
    return {
        **context,
        "saved": _saved(saved, now),
        "sides": _sides(found, zone),
        "follow": follow,
        "rows": _rows(found),
    }


def _reckoned(
    request: HttpRequest, live: datetime, follow: int, *, now: datetime
) -> tuple[worth.Compared, worth.Saved]:
    """Both, kept for ten minutes for whoever oversees the same: months of leads change little in that time."""
    scope = cohort.overseen(request.user, now=now)
    whose = hashlib.blake2b(repr((scope, live, Baseline.of(SEEDED).assumed_seconds)).encode(), digest_size=16)
    key = f"worth-it:{follow}:{whose.hexdigest()}"
    try:
        kept = cache.get(key)
    except Exception as error:  # noqa: BLE001 - without the cache it is reckoned again
        log.warning("The cache did not answer: %s", error)
        kept = None
    if isinstance(kept, tuple):
        return kept
    rows = Lead.objects.overseen_by(request.user).reported()
    found = worth.compare(rows, live=live, follow=follow, now=now)
    saved = worth.saved(scope=scope, division=SEEDED, since=live, now=now)
    try:
        cache.set(key, (found, saved), timeout=_KEPT)
    except Exception as error:  # noqa: BLE001 - as above
        log.warning("The cache did not take it: %s", error)
    return found, saved


def _saved(found: worth.Saved, now: datetime) -> dict[str, Any]:
    """Hours, and how they were reckoned."""
    hours = found.hours(found.each.value)
    weeks = max(1.0, (now - found.since) / timedelta(weeks=1))
    low, high = found.hours(found.each.low), found.hours(found.each.high)
    count = ngettext("%(n)s lead", "%(n)s leads", found.leads) % {"n": number_format(found.leads, force_grouping=True)}
    each = duration(round(found.each.value or 0))
    if found.assumed and not found.each.n:
        how = _("%(leads)s the rules gave away, %(each)s each: that is assumed, as none was measured by hand yet.")
    elif found.assumed:
        how = _(
            "%(leads)s the rules gave away, %(each)s each: that is assumed, as only %(n)d were measured of everybody."
        )
    else:
        how = _("%(leads)s the rules gave away, %(each)s each: the median of %(n)d that anybody decided by hand.")
    return {
        "hours": _hours(hours),
        "range": _("from %(low)s to %(high)s") % {"low": _hours(low), "high": _hours(high)} if low and high else "",
        "a_week": _hours((hours or 0) / weeks),
        "how": how % {"leads": count, "each": each, "n": found.each.n},
    }


def _hours(hours: float | None) -> str:
    amount = hours or 0
    return number_format(amount, 1 if amount < 10 else 0, force_grouping=True)


def _sides(found: worth.Compared, zone: ZoneInfo) -> list[dict[str, Any]]:
    """What each span is, and what of it is imported."""
    named = ((_("Before"), found.before), (_("After"), found.after))
    return [
        {
            "name": name,
            "span": _span(side, zone),
            "leads": number_format(side.leads, force_grouping=True),
            "imported": number_format(side.imported, force_grouping=True) if side.imported else "",
        }
        for name, side in named
        if side
    ]


def _span(side: worth.Side, zone: ZoneInfo) -> str:
    """In the company's days, of which the spans are made."""
    ends = timezone.localtime(side.until, zone) - timedelta(microseconds=1)
    return f"{date_format(timezone.localtime(side.since, zone), 'j M Y')} \N{EN DASH} {date_format(ends, 'j M Y')}"


def _rows(found: worth.Compared) -> list[dict[str, Any]]:
    """A row for each figure, both sides, and what may be said of the difference."""
    before, after = found.before, found.after
    none = Answer(None, 0)

    def both(name: str) -> tuple[Answer, Answer]:
        return getattr(before, name, none), getattr(after, name, none)

    return [
        _row(_("Speed to lead"), _("median, of the leads that say when the first contact was"), *both("speed")),
        _row(_("Close rate"), _("won of those won or lost"), *both("close"), is_share=True),
        _row(_("Cycle length"), _("median, from arrival to won"), *both("cycle")),
    ]


def _row(label: str, note: str, before: Answer, after: Answer, *, is_share: bool = False) -> dict[str, Any]:
    says, tone = _difference(before, after, is_share=is_share)
    cells = [_cell(answer, is_share=is_share) for answer in (before, after)]
    return {"label": label, "note": note, "cells": cells, "says": says, "tone": tone}


def _cell(answer: Answer, *, is_share: bool) -> dict[str, str]:
    """The figure, its interval, and of how many; too few are not shown."""
    of = ngettext("of %(n)s lead", "of %(n)s leads", answer.n) % {"n": number_format(answer.n, force_grouping=True)}
    if not _enough(answer, is_share=is_share):
        least = ENOUGH if is_share else ENOUGH_FOR_MEDIAN
        return {"value": "-", "range": "", "of": _("%(of)s, shown from %(least)d") % {"of": of, "least": least}}
    text = percent if is_share else _time
    span = {"low": text(answer.low), "high": text(answer.high)}
    return {"value": text(answer.value), "range": _("%(low)s to %(high)s") % span, "of": of}


def _time(seconds: float | None) -> str:
    """As elsewhere; long ones in days."""
    if seconds is not None and seconds >= 2 * 86_400:
        return _("%s days") % number_format(seconds / 86_400, 1)
    return duration(seconds)


def _enough(answer: Answer, *, is_share: bool) -> bool:
    return (
        answer.value is not None and answer.low is not None and answer.n >= (ENOUGH if is_share else ENOUGH_FOR_MEDIAN)
    )


def _difference(before: Answer, after: Answer, *, is_share: bool) -> tuple[str, str]:
    """In words and a tone; where the intervals touch nothing is claimed."""
    if not (_enough(before, is_share=is_share) and _enough(after, is_share=is_share)):
        return _("too few to compare"), ""
    assert before.low is not None and before.high is not None and after.low is not None and after.high is not None  # noqa: S101, PT018 - told by _enough
    if before.low <= after.high and after.low <= before.high:
        return _("cannot be told apart: the ranges overlap"), ""
    better = (after.low > before.high) is is_share
    if is_share:
        return (_("higher"), "good") if better else (_("lower"), "late")
    return (_("shorter"), "good") if better else (_("longer"), "late")
