"""My leads, the rep's home: what is due first, with a running clock until the first contact."""

import hashlib
import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leads import dispatch
from leads.life import Kind, State
from leads.models import CopiedMail, Delivery, Lead, Stage, Task
from leads.money import amount_says
from leads.qualify.normalise import country_name
from leads.web import owned, show
from leads.web.step_form import StepForm, instants_of
from leads.web.words import NEWS
from reps import access
from reps.models import Rep
from reps.templatetags.face import duration

_IN_WORK = 12  # of the home page; the rest is one click away
TABS = ("due", "all", "meetings", "closed")


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page, or its lists alone for htmx: 204 while nothing has changed."""
    rep = access.rep_of(request.user)
    if rep is None:
        if access.is_manager(request.user):
            return redirect("board")
        raise PermissionDenied
    now = timezone.now()
    tab = request.GET.get("show", "due")
    query = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    tab = tab if tab in TABS else "due"
    found = owned.sort(rep, tab=tab, query=query, now=now)
    if request.htmx and not request.htmx.boosted:  # type: ignore[attr-defined]  # set by django-htmx
        if request.GET.get("seen") == _mark(found):
            return HttpResponse(status=204)
        fresh = _see(request.user, rep, now)
        response = render(request, "leads/_my_leads.html", _lists(found, now=now, tab=tab, query=query))
        _announce(response, fresh)
        return response
    _see(request.user, rep, now)
    lists = _lists(found, now=now, tab=tab, query=query)
    bulk = StepForm(instants=instants_of(rep, now=now)) if lists["sections"] and tab != "closed" else None
    context = {**lists, "place": _place(rep), "tabs": _tabs(rep, tab, now), "query": query, "aside": aside_of(rep, now)}
    context |= {"bulk": bulk, "stages": list(Stage.objects.filter(division=rep.division_id))}
    return render(request, "leads/my_leads.html", context)


def fragment(request: HttpRequest, rep: Rep) -> HttpResponse:
    """The lists after an act of the rep, whether or not they changed: the same tab, the same search."""
    asked = _asked_before(request.htmx.current_url or "")  # type: ignore[attr-defined]  # by django-htmx
    tab, query = asked.get("show", ["due"])[0], asked.get("q", [""])[0].strip()[:100].replace("\x00", "")
    tab, now = tab if tab in TABS else "due", timezone.now()
    lists = _lists(owned.sort(rep, tab=tab, query=query, now=now), now=now, tab=tab, query=query)
    return render(request, "leads/_my_leads.html", lists)


def _asked_before(url: str) -> dict[str, list[str]]:
    try:
        return parse_qs(urlsplit(url).query)
    except ValueError:
        return {}


@login_required
@never_cache
@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """The numbers beside the menu, and word of leads that came while another page was open."""
    rep = access.rep_of(request.user)
    found = counts_of(request.user, rep)
    response = render(request, "components/_nav_counts.html", {"counts": found})
    if _unseen(request.user, rep).exists():
        _announce(response, _see(request.user, rep, timezone.now()))
    return response


def _announce(response: HttpResponse, fresh: Counter[str]) -> None:
    """Let the page say it, and ring: what is new, each kind once."""
    told = [(NEWS[event][n > 1] % {"n": n} if n > 1 else str(NEWS[event][0])) for event, n in sorted(fresh.items())]
    if told:
        response["HX-Trigger"] = json.dumps({"new-lead": {"text": ". ".join(told), "n": fresh.total()}})


def counts_of(user: Any, rep: Rep | None) -> dict[str, dict[str, Any]]:
    """What waits behind the entries of the menu."""
    found: dict[str, dict[str, Any]] = {}
    if rep:
        n = Lead.objects.filter(owner=rep).awaiting_contact().count()
        title = ngettext("%(n)d lead waits for a first contact", "%(n)d leads wait for a first contact", n) % {"n": n}
        found["my-leads"] = {"n": n, "late": bool(n), "title": title}
    if access.is_manager(user):
        n = Lead.objects.overseen_by(user).filter(state__in=[State.DESK, State.SET_ASIDE]).count()
        title = ngettext("%(n)d lead waits for you", "%(n)d leads wait for you", n) % {"n": n}
        found["to-assign"] = {"n": n, "late": bool(n), "title": title}
    return found


def _lists(found: owned.Sorted, *, now: datetime, tab: str, query: str) -> dict[str, Any]:
    """The sections of the chosen tab, due first."""

    def rows(leads: list[Lead]) -> list[dict[str, Any]]:
        return [row_of(lead, now, found.tasks.get(lead.pk)) for lead in leads]

    sections = []
    if tab in {"due", "all"}:
        parts = (
            ("now", _("Waiting for your first contact"), found.silent),
            ("due", _("Due now"), found.due),
            ("today", _("Later today"), found.today),
        )
        sections = [_section(key, title, rows(leads)) for key, title, leads in parts if leads]
    if found.others:
        heading = {"meetings": _("Meetings"), "closed": _("Closed")}.get(tab, _("In work"))
        shown = found.others if tab != "due" or query else found.others[:_IN_WORK]
        section = _section("going", heading, rows(shown))
        more = f"{reverse('my-leads')}?show=all" if len(shown) < len(found.others) else ""
        n = {"shown": len(shown), "all": len(found.others)}
        count = _("%(shown)d of %(all)d") % n if more else len(found.others)
        sections.append({**section, "count": count, "more_url": more})
    return {
        "now": now,
        "sections": sections,
        "total": found.total,  # counted only where a fragment draws the tab's number again
        "refresh_url": f"{reverse('my-leads')}?show={tab}&seen={_mark(found)}" if not query else "",
        "empty": _empty(query),
    }


def _mark(found: owned.Sorted) -> str:
    """Changes with everything that the lists show, and when a step falls due."""
    parts = [
        [
            (x.pk, x.stage_id, x.hop, x.responded_at, x.state, x.wrote_again_at, _step_mark(found.tasks.get(x.pk)))
            for x in part
        ]
        for part in (found.silent, found.due, found.today, found.others)
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _step_mark(task: Task | None) -> tuple[int, datetime] | None:
    return (task.pk, task.due_at) if task else None


def _section(name: str, title: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": name, "title": title, "count": len(rows), "rows": rows}


def row_of(lead: Lead, now: datetime, task: Task | None = None) -> dict[str, Any]:
    """One row for components/lead_row.html."""
    details = lead.private
    person = ", ".join(filter(None, (details.name if details.company else "", details.job_title)))
    clock = show.clock_of(lead) if lead.state == State.ASSIGNED else None
    meta = [
        lead.intent.capitalize() if clock else lead.stage.name,
        _place_and_time(lead, now),
        amount_says(details.deal_amount, details.deal_currency),
    ]
    return {
        "uid": lead.uid,
        "title": show.title_of(lead, details),
        "person": person,
        "phone": details.phone,
        "email": details.email,
        "meta": [word for word in meta if word],
        "clock": clock,
        "late": bool(clock and clock["due_at"] < now),
        "test": lead.kind == Kind.TEST,
        "wrote_again_at": lead.wrote_again_at,
        "when": None if clock else _when(lead, task, now),
        "step": show.step_of(task, now) if task else None,
        "open": lead.state == State.ASSIGNED,
    }


def _when(lead: Lead, task: Task | None, now: datetime) -> dict[str, Any]:
    """When the next step of today is due, else how long ago the last contact was."""
    if task is not None and task.due_at.date() <= now.date():
        step = show.step_of(task, now)
        return {"text": step["when"], "note": _("overdue") if step["late"] else _("next step"), "late": step["late"]}
    return {"at": lead.closed_at or lead.responded_at, "note": _since(lead)}


def _since(lead: Lead) -> str:
    if lead.closed_at:
        return _("since it was closed")
    return _("since the first contact") if lead.responded_at else ""


def _place_and_time(lead: Lead, now: datetime) -> str:
    details = lead.private
    place = details.city or lead.region or (country_name(lead.country) if lead.country else "")
    if not details.time_zone:
        return place
    there = date_format(now.astimezone(ZoneInfo(details.time_zone)), "H:i")
    return _("%(place)s, %(time)s there") % {"place": place, "time": there} if place else _("%s there") % there


def _empty(query: str) -> dict[str, str]:
    if query:
        return {
            "icon_name": "search",
            "heading": _("None of your leads fits"),
            "says": _("You searched for “%s” in name, company, e-mail, phone and your notes.") % query,
            "url": reverse("my-leads"),
            "action": _("Show all my leads"),
        }
    return {
        "icon_name": "inbox",
        "heading": _("No leads of yours are open"),
        "says": _("A new lead appears here by itself, with a sound."),
    }


def _tabs(rep: Rep, chosen: str, now: datetime) -> list[dict[str, Any]]:
    mine = Lead.objects.filter(owner=rep)
    meetings = mine.filter(state=State.ASSIGNED, stage__metric__in=owned.MEETING).count()
    labels = {
        "due": (_("Due first"), None),
        "all": (_("All"), mine.filter(state=State.ASSIGNED).count()),
        "meetings": (_("Meetings"), meetings),
        "closed": (_("Closed"), None),
    }
    base = reverse("my-leads")
    found = [
        {"label": label, "count": n, "url": base if key == "due" else f"{base}?show={key}", "active": key == chosen}
        for key, (label, n) in labels.items()
    ]
    if unmatched := CopiedMail.objects.filter(rep=rep, state=CopiedMail.State.UNMATCHED).count():
        label = _("Mails not matched")
        found.append({"label": label, "count": unmatched, "url": reverse("my-mails"), "active": False})
    # Of the app above; pages meet by the names of their URLs.
    return [*found, {"label": _("Returned"), "count": None, "url": reverse("my-returns"), "active": False}]


def aside_of(rep: Rep, now: datetime) -> list[dict[str, Any]]:
    """The rep's day in two figures; turn and pool come from routing."""
    since = now - timedelta(days=1)
    today = Lead.objects.filter(owner=rep, assigned_at__gte=since)
    answered = [x for x in today if x.responded_at and x.assigned_at and x.responded_at >= x.assigned_at]
    waits = sorted(
        (x.responded_at - x.assigned_at).total_seconds() for x in answered if x.responded_at and x.assigned_at
    )
    load = Lead.objects.load([rep.pk]).get(rep.pk, 0)
    says = _("%(n)d of %(all)d leads of the last 24 hours are contacted.") % {"n": len(answered), "all": today.count()}
    parts = [
        {
            "label": _("Last 24 hours"),
            "big": _("%s to first contact") % duration(waits[len(waits) // 2]) if waits else _("Nothing contacted yet"),
            "says": says,
        }
    ]
    if rep.cap_open is None:
        parts.append({"label": _("Open leads"), "big": str(load), "says": _("There is no limit for you.")})
    else:
        room = max(0, rep.cap_open - load)
        words = ngettext("There is room for %(n)d more.", "There is room for %(n)d more.", room) % {"n": room}
        parts.append(
            {
                "label": _("Open leads"),
                "big": _("%(n)d of %(all)d") % {"n": load, "all": rep.cap_open},
                "says": words if room else _("You get no more until one is closed."),
            }
        )
    return parts


def _unseen(user: Any, rep: Rep | None) -> "QuerySet[Delivery]":
    """Word in the app to the rep, or to the user as a manager, that no page has shown."""
    new = Delivery.objects.filter(channel=Delivery.Channel.IN_APP, seen_at=None).order_by().values("pk")
    # Each by its own index: asked with "or", the planner reads all that was ever told.
    mine = new.filter(user=user.pk)
    return Delivery.objects.filter(pk__in=mine.union(new.filter(rep=rep)) if rep else mine)


def _see(user: Any, rep: Rep | None, now: datetime) -> Counter[str]:
    """In-app alerts are seen when a page says them; returns how many of each kind were new and still hold."""
    with transaction.atomic():
        # Two parts of a page may ask at the same instant; only one of them says it. What the other said and committed
        # meanwhile is found by the condition on the locked row itself: the inner search is not asked again.
        mine = _unseen(user, rep).filter(seen_at=None).select_for_update(of=("self",), skip_locked=True)
        rows = list(mine.select_related("lead", "rep__user", "user").order_by("pk"))
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(seen_at=now, sent_at=now)
    return Counter(row.event for row in rows if row.event in NEWS and dispatch.still_holds(row))


def _place(rep: Rep) -> str:
    return rep.time_zone.rpartition("/")[2].replace("_", " ") if "/" in rep.time_zone else ""
