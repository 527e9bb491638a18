"""Something unfair: a rep's form and own questions, and the managers' list with answers."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.lib import typed
from config.lib.typed import instant
from leads.models import Lead
from leads.web.show import title_of
from reps import access
from reps.models import Group, Rep, User
from reps.web import reader
from routing import questions, shared_drafts
from routing.models import LedgerEntry, Question, RuleSetVersion
from routing.web import talk
from routing.web.how_shared import form_of, readable, said, too_many

_ON_A_PAGE = 30
_TABS = {
    "open": gettext_lazy("Open"),
    "answered": gettext_lazy("Answered"),
    "changed": gettext_lazy("Changed the rules"),
    "all": gettext_lazy("All"),
}
_KINDS = {"open": Q(answered_at=None), "answered": Q(answered_at__isnull=False), "changed": Q(version__isnull=False)}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unfair(request: HttpRequest) -> HttpResponse:
    """A rep writes what is unfair; below stands what they asked before, with the answers."""
    rep, now = reader.rep(request), timezone.now()
    groups = readable(request.user, now=now)
    asked = request.POST if request.method == "POST" else request.GET
    lead, entry, errors = _about(request.user, rep, asked, now)
    group = _group(groups, asked.get("group", ""), lead, entry)
    text, status = said(request, "text"), 422
    if request.method == "POST":
        if not text:
            errors["text"] = _("Say what happened.")
        if group is None:
            errors["group"] = _("You are in no group whose managers could answer.")
        if not errors and group is not None:
            try:
                row = questions.ask(
                    rep=rep, group=group, text=text, lead=lead, entry=entry, now=now, form=form_of(request)
                )
            except questions.TooManyError as error:
                errors["text"], status = too_many(error), 429
            else:
                messages.success(request, _("Sent. Only you and the managers of %s can read it.") % group.name)
                return redirect(f"{reverse('unfair')}#question-{row.uid}")
    rows = Question.objects.filter(rep=rep).select_related("group", "answered_by", "version__rule_set", "entry")
    shown = _page(request, rows, newest=True)
    context = {
        "now": now,
        "groups": groups,
        "group": group,
        "lead": lead,
        "title": title_of(lead, lead.private) if lead else "",
        "number": asked.get("number", "").replace("\x00", "")[:20],
        "text": text,
        "errors": errors,
        "token": form_of(request) or uuid4(),
        "page": shown,
        "rows": rows_of(shown.object_list, request.user, now),
    }
    return render(
        request, "routing/unfair.html", context, status=status if errors and request.method == "POST" else 200
    )


@login_required
@never_cache
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What reps asked in the groups the reader manages."""
    if not access.is_manager(request.user) or not isinstance(request.user, User):
        raise PermissionDenied
    now = timezone.now()
    show = request.GET.get("show", "open")
    show = show if show in _TABS else "open"
    rows = questions.overseen(request.user)
    counts = {name: rows.filter(kind).count() for name, kind in _KINDS.items()}
    shown = rows.filter(_KINDS.get(show, Q())).select_related(
        "group", "rep__user", "answered_by", "version__rule_set", "entry"
    )
    page = _page(request, shown, newest=show != "open")
    context = {
        "now": now,
        "tabs": [
            {"label": label, "url": f"?show={name}", "count": counts.get(name), "active": name == show}
            for name, label in _TABS.items()
        ],
        "show": show,
        "page": page,
        "rows": rows_of(page.object_list, request.user, now),
        "versions": _versions(page.object_list),
        "drafts": talk.listed(shared_drafts.readable(request.user, now=now), now),
    }
    return render(request, "routing/questions.html", context)


@login_required
@require_POST
def answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A manager answers, and may name the version it led to."""
    if not access.is_manager(request.user) or not isinstance(request.user, User):
        raise PermissionDenied
    row = get_object_or_404(questions.overseen(request.user).select_related("group"), uid=uid)
    text = said(request, "answer")
    # What is no instant saw no answer, so it writes over none.
    seen = instant(request.POST.get("seen", ""))
    if not text:
        messages.error(request, _("Write an answer first."))
        return redirect(f"{reverse('questions')}?show=all&question={uid}#question-{uid}")
    version = _version(row, request.POST.get("version", ""))
    try:
        questions.answer(question=row, text=text, by=request.user, now=timezone.now(), seen=seen, version=version)
    except questions.OthersFirstError as error:
        by = error.question.answered_by.name if error.question.answered_by else _("Somebody")
        says = _("%(by)s answered meanwhile, so yours was not saved. You wrote: %(text)s")
        messages.error(request, says % {"by": by, "text": text})
    else:
        messages.success(request, _("Answered; the rep is told."))
    return redirect(f"{reverse('questions')}?show=all&question={uid}#question-{uid}")


def _page(request: HttpRequest, rows: "QuerySet[Question]", *, newest: bool) -> Page[Question]:
    """The page that was asked for, or the one with `?question=` on it."""
    paginator = Paginator(rows.order_by(*(("-at", "-pk") if newest else ("at", "pk"))), _ON_A_PAGE)
    wanted, number = typed.uid(request.GET.get("question", "")), request.GET.get("page")
    if number is None and wanted and (row := rows.filter(uid=wanted).first()):
        before = Q(at__gt=row.at) | Q(at=row.at, pk__gt=row.pk)
        if not newest:
            before = Q(at__lt=row.at) | Q(at=row.at, pk__lt=row.pk)
        number = str(rows.filter(before).count() // _ON_A_PAGE + 1)
    return paginator.get_page(number)


def rows_of(rows: Any, user: Any, now: datetime) -> list[dict[str, Any]]:
    """Questions with what the reader may know of their leads: a title only where the lead's page opens for them."""
    rows = list(rows)
    about = {row.pk: row.lead_id or (row.entry.lead_id if row.entry else None) or 0 for row in rows}
    found = Lead.objects.filter(pk__in=set(about.values())).visible_to(user, now=now).select_related("private")
    titles = {lead.pk: (title_of(lead, lead.private), lead.uid) for lead in found}
    told = []
    for row in rows:
        title, uid = titles.get(about[row.pk], ("", None))
        told.append({"row": row, "title": title, "lead_uid": uid, "number": row.entry_id})
    return told


def _about(user: Any, rep: Rep, asked: Any, now: datetime) -> tuple[Lead | None, LedgerEntry | None, dict[str, str]]:
    """The lead of the page it was asked from, or a line of the rep's own statement; of others nothing is found."""
    errors: dict[str, str] = {}
    lead, uid = None, typed.uid(asked.get("lead", ""))
    if uid is not None:
        visible = Lead.objects.filter(uid=uid).visible_to(user, now=now)
        lead = visible.select_related("private", "group").first()
    entry, number = None, asked.get("number", "").replace("\x00", "").strip()
    if number:
        row = typed.whole(number.removeprefix("#"))
        if row is not None:
            # As the statement numbers them, with the lines of leads the rep could not take.
            theirs = Q(reps__contains=[rep.pk]) | Q(winner=rep.pk) | Q(group__in=rep.memberships.values("group"))
            entry = LedgerEntry.objects.filter(theirs, pk=row).first()
        if entry is None:
            errors["number"] = _("No line of your statement has this number.")
    return lead, entry, errors


def _group(groups: list[Group], asked: str, lead: Lead | None, entry: LedgerEntry | None) -> Group | None:
    """The one chosen, else that of the lead or the line, else the first."""
    by_uid = {str(group.uid): group for group in groups}
    by_number = {group.pk: group for group in groups}
    about = (entry.group_id if entry else None) or (lead.group_id if lead else None)
    return by_uid.get(asked) or by_number.get(about or 0) or next(iter(groups), None)


def _versions(rows: Any) -> list[RuleSetVersion]:
    """What an answer may name: the newest versions of the divisions these are of."""
    divisions = {row.group.division_id for row in rows}
    found = RuleSetVersion.objects.filter(rule_set__division__in=divisions).select_related("rule_set")
    return list(found.order_by("-published_at")[:20])


def _version(row: Question, asked: str) -> RuleSetVersion | None:
    uid = typed.uid(asked)
    if uid is None:
        return None
    return RuleSetVersion.objects.filter(uid=uid, rule_set__division=row.group.division_id).first()
