"""The calendars of My availability: those that say when a rep is busy, and the address of the rep's own."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.lib import typed
from config.lib.sealed import UnsealedError
from reps import feeds, own_calendar
from reps.models import BusySpan, CalendarAddress, CalendarFeed, Rep

_LONGEST = 2000


def _add(request: HttpRequest, rep: Rep, now: datetime) -> None:
    post = request.POST
    words = post.get("words", "").replace("\x00", "").replace("\n", ",").split(",")
    text = post.get("url", "").replace("\x00", "")[:_LONGEST]
    feeds.add(rep=rep, text=text, busy=post.get("busy", ""), words=words, now=now)
    messages.success(request, _("Added. It is read within a minute, and every few minutes from then on."))


def _remove(request: HttpRequest, rep: Rep, now: datetime) -> None:
    feed = CalendarFeed.objects.filter(rep=rep, active=True, uid=typed.uid_sought(request.POST.get("feed", ""))).first()
    if feed is None:
        raise Http404
    feeds.remove(feed=feed, now=now)
    messages.success(request, _("Removed: what it said of the time ahead counts no more."))


def _renew(request: HttpRequest, rep: Rep, now: datetime) -> None:
    own_calendar.renew(rep=rep, now=now)
    messages.success(request, _("There is a new address. The one before answers no more."))


def _end(request: HttpRequest, rep: Rep, now: datetime) -> None:
    del now
    own_calendar.remove(rep=rep)
    messages.success(request, _("Removed: the address answers no more."))


def _titles(request: HttpRequest, rep: Rep, now: datetime) -> None:
    del now
    own_calendar.name_leads(rep=rep, titles=bool(request.POST.get("titles")))
    messages.success(request, _("Saved."))


Act = Callable[[HttpRequest, Rep, datetime], None]
ACTS: dict[str, Act] = {"feed-add": _add, "feed-remove": _remove}
# The address is the rep's secret: no manager makes, reads or ends it.
OWN_ACTS: dict[str, Act] = {"own-renew": _renew, "own-end": _end, "own-titles": _titles}


def act(request: HttpRequest, rep: Rep, name: str, *, now: datetime, own: bool) -> dict[str, str]:
    """Do it; returns what is wrong by field, empty where it was done."""
    do = ACTS.get(name) or (OWN_ACTS.get(name) if own else None)
    if do is None:
        raise Http404
    try:
        do(request, rep, now)
    except feeds.FeedError as error:
        return {error.field: str(error)}
    return {}


def knows(name: str) -> bool:
    """Whether it is one of these acts."""
    return name in ACTS or name in OWN_ACTS


def context(
    rep: Rep, *, now: datetime, own: bool, wrong: Mapping[str, str], typed: Mapping[str, Any]
) -> dict[str, Any]:
    """The part of the page; as typed where something was wrong."""
    return {
        "feeds": [_feed(row, now) for row in rep.feeds.filter(active=True)],
        "ways": CalendarFeed.Busy.choices,
        "way": typed.get("busy") or CalendarFeed.Busy.ALL.value,
        "url": typed.get("url", ""),
        "words": typed.get("words", ""),
        "wrong": wrong,
        "own": _own(rep) if own else None,
    }


def _feed(row: CalendarFeed, now: datetime) -> dict[str, Any]:
    ahead = BusySpan.objects.filter(feed=row, ends_at__gt=now).count()
    what = row.get_busy_display()
    if row.busy == CalendarFeed.Busy.WORDS:
        what = f"{what}: {', '.join(row.words)}"
    return {
        "uid": row.uid,
        "shown": row.shown,
        "what": what,
        "ahead": ngettext("%d time ahead", "%d times ahead", ahead) % ahead,
        "read_at": row.read_at,
        "error": row.error,
        "failed_at": row.failed_at,
    }


def _own(rep: Rep) -> dict[str, Any]:
    row = CalendarAddress.objects.filter(rep=rep).first()
    if row is None:
        return {"there": False}
    try:
        path = reverse("calendar-feed", args=[own_calendar.token_of(row)])
    except UnsealedError:
        return {"there": True, "unsealed": True, "titles": row.titles}
    return {"there": True, "url": settings.PUBLIC_URL + path, "titles": row.titles, "read_at": row.read_at}
