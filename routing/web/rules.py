"""The published rules as sentences, with their versions; the draft is edited on a page of its own."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leads.models import Lead
from reps import access
from reps.models import Group
from routing import rulesets, wording
from routing.engine.ruleset import To
from routing.models import Decision, RuleSet, RuleSetVersion
from routing.rulesets import compare
from routing.web import pausing

_SHARES_OVER = timedelta(days=30)


@login_required
@require_safe
def page(request: HttpRequest, uid: UUID | None = None, n: int = 0) -> HttpResponse:
    """One rule set at the version that decides, or at an older one."""
    if not access.is_manager(request.user) and access.rep_of(request.user) is None:
        raise PermissionDenied
    sets = list(RuleSet.objects.select_related("published__published_by").order_by("runs_on", "pk"))
    chosen = next((s for s in sets if s.uid == uid), None) if uid else next(iter(sets), None)
    if uid and chosen is None:
        raise Http404
    if chosen is None:
        return render(request, "routing/rules.html", _nothing(request))
    version = get_object_or_404(chosen.versions, n=n) if n else chosen.published
    now = timezone.now()
    return render(request, "routing/rules.html", _context(request, sets, chosen, version, now))


def _context(
    request: HttpRequest, sets: list[RuleSet], chosen: RuleSet, version: RuleSetVersion | None, now: datetime
) -> dict[str, Any]:
    rules, total = _rules(version, request.user, now) if version else ([], 0)
    edits = access.edits_rules(request.user)
    shares = _("Shares are of the %d leads of the last 30 days.") % total if total else ""
    return {
        "now": now,
        "set": {"name": chosen.name},
        "plain": chosen.note,
        "version": {**_version(version), **_over(chosen, version, edits=edits)} if version else None,
        "revision": chosen.revision,
        "edit_url": reverse("rules-draft", args=[chosen.uid]) if edits else "",
        "again_url": reverse("rules-again", args=[chosen.uid]) if edits and version else "",
        "manages": access.is_manager(request.user),
        "stopped": pausing.standing(request.user),
        "sets": [_set(s, active=s == chosen) for s in sets] if len(sets) > 1 else [],
        "rules": rules,
        "shares_of": shares,
        "groups": _groups(version) if version else [],
        "problems": _problems(chosen, now) if access.is_manager(request.user) else [],
        "compare_url": reverse("rules-compare", args=[chosen.uid]) if access.is_manager(request.user) else "",
        "draft": _draft(chosen) if access.is_manager(request.user) else None,
        "versions": [
            {**_version(v), "url": reverse("rules-version", args=[chosen.uid, v.n])}
            for v in chosen.versions.select_related("published_by").order_by("-n")[:20]
        ],
    }


def _rules(version: RuleSetVersion, user: Any, now: datetime) -> tuple[list[dict[str, Any]], int]:
    rules = rulesets.rules_of(version)
    names = wording.Names.load(version.rule_set.division_id)
    since = Decision.objects.filter(at__gte=now - _SHARES_OVER, division=version.rule_set.division_id)
    # A count that rises when a lead comes into a blind pool would tell which rule it fits.
    # They are few, and asked for first: within the counts they would be looked for with every lead of the month.
    since = since.exclude(lead__in=list(Lead.objects.hidden_from(user, now=now).values_list("pk", flat=True)))
    # Leads, not decisions: one that waits is decided again.
    hits = dict(since.values_list("rule").annotate(n=Count("lead", distinct=True)))
    total = since.aggregate(n=Count("lead", distinct=True))["n"]
    return [
        {
            "number": number,
            "name": rule.name,
            "says": wording.rule_says(rule, names),
            "share": hits.get(rule.key, 0) / total if total else None,
            "leads": hits.get(rule.key, 0),
            "leads_url": "",
            "problems": [],
        }
        for number, rule in enumerate(rules.rules, start=1)
    ], total


def _groups(version: RuleSetVersion) -> list[dict[str, str]]:
    """How the groups share that rules leave it to, as they share now."""
    rules = rulesets.rules_of(version).rules
    places = [rule.destination for rule in rules if rule.steps is None and rule.destination.to is To.GROUP]
    places += [place for rule in rules for place in rule.otherwise if place.to is To.GROUP]
    division = version.rule_set.division_id
    names = wording.Names.load(division)
    wanted = Q(pk__in={place.id for place in places})
    if any(rule.destination.to is To.TERRITORY and rule.steps is None for rule in rules):
        wanted |= Q(territories__active=True)
    rows = Group.objects.filter(wanted, division=division, active=True).distinct().order_by("name")
    return [{"name": row.name, "says": says} for row in rows if (says := wording.group_shares(row.steps, names))]


def _problems(rule_set: RuleSet, now: datetime) -> list[dict[str, str]]:
    """Of the draft: what would block publishing, and what is worth a look."""
    return [{"tone": "late" if p.blocks else "due", "text": p.text} for p in rulesets.problems_of(rule_set, now=now)]


def _draft(rule_set: RuleSet) -> dict[str, Any] | None:
    """Who last saved what is not published yet; nothing where it reads as the version in force."""
    if rule_set.published is None:
        return None
    draft, live = compare.Text.draft(rule_set), compare.Text.version(rule_set.published)
    changes = compare.compare(live, draft, division_id=rule_set.division_id)
    if not changes:
        return None
    saved = rulesets.saved_since(rule_set, rule_set.revision - 1)
    return {"by": saved[-1].by if saved and saved[-1].by else _("somebody"), "changes": len(changes)}


def _version(version: RuleSetVersion) -> dict[str, Any]:
    by = version.published_by.name if version.published_by else ""
    return {
        "number": version.n,
        "at": version.published_at,
        "by": by,
        "comment": version.comment,
        "overridden": version.overridden,
    }


def _over(rule_set: RuleSet, version: RuleSetVersion, *, edits: bool) -> dict[str, Any]:
    """Of a version that decides no more: since when the next one does, and the way back to it."""
    after = rule_set.versions.filter(n__gt=version.n).order_by("n").values_list("published_at", flat=True).first()
    if version == rule_set.published or after is None:
        return {"until": None, "back_url": ""}
    return {
        "until": after,
        "back_url": reverse("rules-go-back", args=[rule_set.uid, version.n]) if edits else "",
    }


def _set(rule_set: RuleSet, *, active: bool) -> dict[str, Any]:
    return {"label": rule_set.name, "url": reverse("rules-set", args=[rule_set.uid]), "active": active}


def _nothing(request: HttpRequest) -> dict[str, Any]:
    """Before the first rule set."""
    begin = reverse("rules-begin") if access.edits_rules(request.user) else ""
    return {"set": {"name": _("Rules for new leads")}, "version": None, "begin_url": begin, "rules": [], "versions": []}
