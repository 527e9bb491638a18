"""Leads: the list of everything the reader may see, filtered, sorted and paged in the URL, and as CSV."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.lib.cells import cell
from config.lib.paging import Pages, counted
from leads.life import State
from leads.models import Export, Lead
from leads.money import amount_says
from leads.web import exports, saved_views, show
from leads.web.filters import LeadListFilter, of_kind
from leads.web.listing import LEADS
from leads.web.words import STATES
from reps import access
from reps.web import reader

_PAGE = 25
_MOST_EXPORTED = 100_000
MOST_AT_ONCE = 1000  # leads one act is done to
_TONES = {
    State.ASSIGNED: "good",
    State.DESK: "due",
    State.SET_ASIDE: "late",
    State.POOLED: "pri",
    State.HELD: "quiet",
}
_SORTS = {
    "source": ("source",),
    "group": ("group__name",),
    "owner": ("owner__user__name",),
    "stage": ("stage__position",),
    "arrived": ("arrived_at",),
}
_COLUMNS = (
    ("lead", gettext_lazy("Lead"), ""),
    ("source", gettext_lazy("Source"), "hide-phone"),
    ("group", gettext_lazy("Group"), "hide-phone"),
    ("owner", gettext_lazy("Rep"), "hide-phone"),
    ("stage", gettext_lazy("Stage"), "hide-phone"),
    ("state", gettext_lazy("State"), ""),
    ("first_contact", gettext_lazy("First contact"), "num hide-phone"),
    ("value", gettext_lazy("Deal size"), "num hide-phone"),
    ("arrived", gettext_lazy("Arrived"), "num hide-phone"),
)


def _chosen(request: HttpRequest) -> tuple[LeadListFilter, "QuerySet[Lead]"]:
    if not (access.rep_of(request.user) or access.is_manager(request.user)):
        raise PermissionDenied
    return chosen_by(request.user, request.GET)


def chosen_by(user: Any, asked: Mapping[str, Any]) -> tuple[LeadListFilter, "QuerySet[Lead]"]:
    """The leads the user may see that fit what an address asks for, in its order."""
    rows = of_kind(Lead.objects.visible_to(user, now=timezone.now()), asked.get("kind", ""))
    rows = rows.select_related("stage", "group", "owner__user", "private")
    chosen = LeadListFilter(asked, queryset=rows)
    found = chosen.qs if chosen.is_valid() else rows.none()
    sort = asked.get("sort", "-arrived")
    fields = _SORTS.get(sort.removeprefix("-"), ("arrived_at",))
    down = sort.startswith("-")
    # Nulls are put last only where there may be some: else the index of arrival would not be used.
    last = None if fields == ("arrived_at",) else True
    order = [F(f).desc(nulls_last=last) if down else F(f).asc(nulls_last=last) for f in fields]
    return chosen, found.order_by(*order, "-pk" if down else "pk")


@login_required
@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """One page of the list."""
    chosen, rows = _chosen(request)
    found = Pages(rows, _PAGE).get_page(request.GET.get("page"))
    leads = list(found.object_list)
    mine = _overseen(request, leads)
    found.object_list = [row_of(lead) | {"pick": lead.pk in mine} for lead in leads]
    present = LEADS.query_of(request.GET)
    tabs = saved_views.tabs(reader.user(request), present)
    asked = {k: v for k, v in request.GET.items() if v and k not in {"page", "sort"}}
    query = request.GET.urlencode()
    context = {
        "total": counted(Lead.objects.visible_to(request.user, now=timezone.now()).reported()),
        "page": found,
        "clear_url": reverse("tests-clear") if _may_clear(request, found) else "",
        "csv_url": reverse("leads-csv") + (f"?{query}" if query else ""),
        "filter": chosen,
        "filtered": bool(asked),
        "asked": asked,
        "since": _since(chosen),
        "path": request.path,
        "columns": _columns(request.GET.get("sort", "-arrived")),
        "tabs": tabs if len(tabs) > 1 else [],
        "keep_url": saved_views.offered(present, tabs),
        "picks": bool(mine),
        "query": urlencode(present),
        "most_at_once": MOST_AT_ONCE,
    }
    return render(request, "leads/lead_list.html", context)


def _overseen(request: HttpRequest, leads: Sequence[Lead]) -> set[int]:
    """Those of a page that the reader may act on; a rep has none here."""
    if not access.is_manager(request.user):
        return set()
    rows = Lead.objects.overseen_by(request.user).filter(pk__in=[lead.pk for lead in leads])
    return set(rows.values_list("pk", flat=True))


def _may_clear(request: HttpRequest, found: Any) -> bool:
    return request.GET.get("kind") == "tests" and bool(found.object_list) and access.is_manager(request.user)


@login_required
@never_cache
@require_safe
@exports.limited
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The same leads as CSV, cells that a spreadsheet would run as formulas quoted."""
    _filter, rows = _chosen(request)
    exports.note(request, Export.What.LEADS, rows[:_MOST_EXPORTED].count())
    response = StreamingHttpResponse(_lines(rows[:_MOST_EXPORTED]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="leads.csv"'
    return response


def _since(chosen: LeadListFilter) -> dict[str, Any] | None:
    """The instant a link narrowed the list by, which no control shows."""
    found = chosen.form.cleaned_data if chosen.form.is_valid() else {}
    for name, word in (("arrived_after", _("arrived since")), ("assigned_after", _("with their rep since"))):
        if found.get(name):
            return {"word": word, "at": found[name]}
    return None


def row_of(lead: Lead) -> dict[str, Any]:
    """One row for the template."""
    details = lead.private
    waited = (lead.responded_at - lead.arrived_at).total_seconds() if lead.responded_at else None
    late = lead.due_at is not None and lead.responded_at is not None and lead.responded_at > lead.due_at
    return {
        "uid": lead.uid,
        "url": reverse("lead-show", args=[lead.uid]),
        "title": show.title_of(lead, details),
        "person": details.name if details.company else "",
        "source": lead.source,
        "group": lead.group.name if lead.group else "",
        "owner": lead.owner.name if lead.owner else "",
        "stage": lead.stage.name,
        "state": STATES[State(lead.state)],
        "state_tone": _TONES.get(State(lead.state), "quiet"),
        "arrived_at": lead.arrived_at,
        "first_contact": waited,
        "clock_late": late,
        "value": amount_says(details.deal_amount),
    }


def _columns(sort: str) -> list[dict[str, Any]]:
    key = sort.removeprefix("-")
    return [
        {
            "key": name,
            "label": label,
            "css": css,
            "can_sort": name in _SORTS,
            "sort": ("down" if sort.startswith("-") else "up") if name == key else "",
        }
        for name, label, css in _COLUMNS
    ]


class _Line:
    """csv writes to whatever has a write; this one hands the line on."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: "QuerySet[Lead]") -> Iterator[str]:
    writer = csv.writer(_Line())
    heads = (
        "id",
        "company",
        "name",
        "e-mail",
        "phone",
        "source",
        "group",
        "rep",
        "stage",
        "state",
        "arrived",
        "answered",
    )
    yield "\ufeff" + writer.writerow(heads)
    for lead in rows.iterator(chunk_size=1000):
        private = lead.private
        cells = (
            lead.uid, private.company, private.name, private.email, private.phone, lead.source,
            lead.group, lead.owner, lead.stage, STATES[State(lead.state)],
            lead.arrived_at.isoformat(), lead.responded_at.isoformat() if lead.responded_at else "",
        )  # fmt: skip
        yield writer.writerow([cell(value) for value in cells])
