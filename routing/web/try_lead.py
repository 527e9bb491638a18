"""Try the draft with a lead that was typed in or really came: where it would go and why; nothing is written."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework import exceptions

from config.lib import typed
from leads.models import Lead
from leads.reading import ArrivalSerializer, arrival_of
from reps import access
from routing import rulesets, trial, wording
from routing.engine.ruleset import RuleSet as Rules
from routing.explain import Receipt
from routing.models import RuleSet
from routing.rulesets import examples
from routing.web.editors import editor, set_of
from routing.web.rule_form import Choices
from routing.web.why import trial_told
from routing.wording.conditions import value_says

REAL, TYPED = "real", "typed"
_NEWEST = 25
_FACTS = ("country", "deal_size", "intent", "employees", "source", "language", "job_title", "score")
# What may be typed: by the names that the API has, too.
FIELDS = (
    ("company", gettext_lazy("Company"), "text"),
    ("email", gettext_lazy("E-mail"), "email"),
    ("country", gettext_lazy("Country"), "text"),
    ("employees", gettext_lazy("Employees"), "text"),
    ("deal_size", gettext_lazy("Deal size"), "text"),
    ("job_title", gettext_lazy("Job title"), "text"),
    ("language", gettext_lazy("Language"), "text"),
    ("source", gettext_lazy("Source"), "text"),
    ("intent", gettext_lazy("Intent"), "text"),
    ("score", gettext_lazy("Score"), "text"),
)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The form, and what came out of it; a fragment of the draft's page, or a page of its own."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    row = set_of(uid)
    context = {"set": {"name": row.name, "uid": row.uid}, **told(request, row)}
    bare = request.headers.get("HX-Request")
    return render(request, "routing/_try.html" if bare else "routing/try.html", context)


@login_required
@require_POST
def keep(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Make the real lead an example that every publishing must hold to."""
    by, row = editor(request), set_of(uid)
    lead = _lead(request)
    if lead is None:
        messages.error(request, _("There is no such lead."))
        return redirect("rules-draft", uid)
    try:
        made = examples.keep(rule_set=row, lead=lead, name=_label(lead), by=by, now=timezone.now())
    except examples.NoFactsError:
        messages.error(request, _("Nothing is kept of this lead that rules could ask about."))
    else:
        messages.success(request, _("“%s” is kept: publishing checks that it still goes there.") % made.name)
    return redirect("rules-draft", uid)


def told(request: HttpRequest, row: RuleSet) -> dict[str, Any]:
    """The form as it was sent, and the answer where something was asked."""
    which = request.POST.get("which", REAL)
    found = list(_seen(request).select_related("private").order_by("-arrived_at", "-pk")[:_NEWEST])
    picked = request.POST.get("lead", "")
    context: dict[str, Any] = {
        "which": TYPED if which == TYPED or not found else REAL,
        "leads": [(str(lead.uid), _label(lead), str(lead.uid) == picked) for lead in found],
        "typed": [
            {"name": name, "label": label, "kind": kind, "value": request.POST.get(name, ""), "errors": []}
            for name, label, kind in FIELDS
        ],
    }
    if request.method != "POST" or "which" not in request.POST:
        return context
    return context | (_typed(request, row, context["typed"]) if which == TYPED else _real(request, row))


def _real(request: HttpRequest, row: RuleSet) -> dict[str, Any]:
    lead, now = _lead(request), timezone.now()
    if lead is None:
        return {"problem": _("Choose a lead.")}
    try:
        mine = trial.try_past(past=lead, rules=_draft(row), now=now)
        live = trial.try_past(past=lead, rules=_live(row), now=now) if row.published else None
    except trial.NoFactsError:
        return {"problem": _("Nothing is kept of this lead that rules could ask about.")}
    frozen = lead.facts.order_by("-n").first()
    facts = frozen.facts if frozen else {}
    return {
        "about": {"label": _label(lead), "uid": str(lead.uid), "facts": _facts(row, facts)},
        **_answer(row, mine, live),
        "may_keep": access.edits_rules(request.user),
    }


def _typed(request: HttpRequest, row: RuleSet, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """Read as the API reads a lead, so that the page and a caller mean the same."""
    sent = {name: text.strip() for name, _label, _kind in FIELDS if (text := request.POST.get(name, "")).strip()}
    choices = Choices(row.division_id)
    serializer = ArrivalSerializer(data=sent, context={"catalogue": choices.catalogue})
    try:
        fine = serializer.is_valid()
        wrong: Any = serializer.errors
    except exceptions.APIException as error:
        fine, wrong = False, error.detail if isinstance(error.detail, dict) else {"body": [str(error.detail)]}
    if not fine:
        for one in fields:
            one["errors"] = [str(says) for says in wrong.pop(one["name"], [])]
        rest = [str(says) for listed in wrong.values() for says in (listed if isinstance(listed, list) else [listed])]
        return {"problem": " ".join(rest)}
    now = timezone.now()

    def tried(rules: Rules) -> trial.Tried:
        arrival = arrival_of(serializer.validated_data, raw={})
        return trial.try_lead(division=row.division, arrival=arrival, rules=rules, now=now)

    mine = tried(_draft(row))
    live = tried(_live(row)).receipt if row.published else None
    return {**_answer(row, mine.receipt, live), "not_asked": ", ".join(mine.not_asked)}


def _answer(row: RuleSet, mine: Receipt, live: Receipt | None) -> dict[str, Any]:
    body = rulesets.body_of(row)
    names = wording.Names.load(row.division_id, rules=body["rules"])
    left = len(body["rules"]) - len(_draft(row).rules)
    same = live is not None and (live.outcome, live.group, live.rep, live.rule) == (
        mine.outcome,
        mine.group,
        mine.rep,
        mine.rule,
    )
    return {
        "goes": _goes(mine, names),
        "why": trial_told(mine, row.division_id),
        "passed_over": left,
        "live": None
        if live is None
        else {"version": row.published.n if row.published else 0, "goes": _goes(live, names), "same": same},
    }


def _goes(receipt: Receipt, names: wording.Names) -> str:
    """Where it goes, in a few words."""
    by = _(", by the rule “%s”") % receipt.rule_name if receipt.rule_name else ""
    if receipt.rep is not None and receipt.outcome in {"assigned", "offered"}:
        return names.rep(receipt.rep) + by
    where = {
        "pooled": _("the pool of %s") % names.group(receipt.group),
        "held": _("nobody yet: it waits"),
        "rejected": _("nobody: it is rejected"),
    }
    return where.get(receipt.outcome, _("To assign")) + by


def _draft(row: RuleSet) -> Rules:
    """The rules that can be read: the page says where some cannot."""
    return rulesets.readable(rulesets.body_of(row), Choices(row.division_id).catalogue)


def _live(row: RuleSet) -> Rules:
    return rulesets.rules_of(row.published) if row.published else Rules()


def _seen(request: HttpRequest) -> Any:
    """Leads the reader oversees and may see."""
    seen = Lead.objects.visible_to(request.user, now=timezone.now()).values("pk")
    return Lead.objects.overseen_by(request.user).filter(pk__in=seen)


def _lead(request: HttpRequest) -> Lead | None:
    uid = typed.uid_sought(request.POST.get("lead", ""))
    found: Lead | None = _seen(request).select_related("private", "contact").filter(uid=uid).first()
    return found


def _label(lead: Lead) -> str:
    private = getattr(lead, "private", None)
    who = (private.company or private.name or private.email) if private else ""
    return f"{who or _('A lead')}, {date_format(timezone.localtime(lead.arrived_at), 'j M, H:i')}"[:100]


def _facts(row: RuleSet, facts: dict[str, Any]) -> list[tuple[str, str]]:
    catalogue = Choices(row.division_id).catalogue
    known = [(catalogue.fields[key], facts[key]) for key in _FACTS if facts.get(key) not in (None, "")]
    return [(_(field.label), value_says(field, value)) for field, value in known]
