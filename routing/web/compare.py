"""Two versions of a rule set, or a version and the draft, compared in words; and the way back to a version."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reps import access
from reps.models import User
from routing import rulesets
from routing.models import RuleSet, RuleSetVersion
from routing.rulesets import compare
from routing.web.editors import revision_of

DRAFT = "draft"


@login_required
@require_safe
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`?from=3&to=draft`; as it stands: the version in force against the draft."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    row = get_object_or_404(RuleSet.objects.select_related("published"), uid=uid)
    versions = list(row.versions.select_related("published_by").order_by("-n"))
    before, after = _asked(request, row, versions)
    return render(request, "routing/compare.html", _context(request, row, versions, before, after))


@login_required
@require_POST
def go_back(request: HttpRequest, uid: UUID, n: int) -> HttpResponse:
    """Make the version the draft again; whoever may edit rules may."""
    if not access.edits_rules(request.user) or not isinstance(request.user, User):
        raise PermissionDenied
    row = get_object_or_404(RuleSet, uid=uid)
    version = get_object_or_404(row.versions, n=n)
    revision = revision_of(request.POST)
    why = request.POST.get("why", "").replace("\x00", "").strip()[:500]
    try:
        rulesets.go_back(version=version, revision=revision, by=request.user, why=why, now=timezone.now())
    except rulesets.StaleDraftError as error:
        last = rulesets.saved_since(error.current, revision)
        by = last[-1].by if last and last[-1].by else _("Somebody")
        messages.error(request, _("%s saved the draft meanwhile. Compare again, then decide.") % by)
        return redirect(f"{reverse('rules-compare', args=[uid])}?from={DRAFT}&to={n}")
    says = _("Version %d is the draft again. It decides nothing until it is published.") % n
    messages.success(request, says)
    return redirect("rules-draft", uid=uid)


Side = RuleSetVersion | None  # None: the draft


def _asked(request: HttpRequest, row: RuleSet, versions: list[RuleSetVersion]) -> tuple[Side, Side]:
    known: dict[str, Side] = {str(version.n): version for version in versions} | {DRAFT: None}
    fallback = str(row.published.n) if row.published else DRAFT
    names = request.GET.get("from", fallback), request.GET.get("to", DRAFT)
    if any(name not in known for name in names):
        raise Http404
    return known[names[0]], known[names[1]]


def _context(
    request: HttpRequest, row: RuleSet, versions: list[RuleSetVersion], before: Side, after: Side
) -> dict[str, Any]:
    edits = access.edits_rules(request.user)
    back = after if after is not None else before  # the version one may go back to
    found = compare.compare(_text(row, before), _text(row, after), division_id=row.division_id)
    return {
        "set": {"name": row.name, "url": reverse("rules-set", args=[row.uid])},
        "choices": [
            {"value": DRAFT, "label": _("The draft")},
            *({"value": str(version.n), "label": _choice(version)} for version in versions),
        ],
        "before": {"value": _value(before), "label": _label(before)},
        "after": {"value": _value(after), "label": _label(after)},
        "changes": found,
        "go_back": {
            "n": back.n,
            "url": reverse("rules-go-back", args=[row.uid, back.n]),
            "revision": row.revision,
            "overridden": back.overridden,
        }
        if edits and back is not None
        else None,
        "edit_url": reverse("rules-draft", args=[row.uid]) if edits else "",
    }


def _text(row: RuleSet, side: Side) -> compare.Text:
    return compare.Text.draft(row) if side is None else compare.Text.version(side)


def _value(side: Side) -> str:
    return DRAFT if side is None else str(side.n)


def _label(side: Side) -> str:
    return _("the draft") if side is None else _("version %d") % side.n


def _choice(version: RuleSetVersion) -> str:
    comment = version.comment if len(version.comment) <= 40 else f"{version.comment[:40]}…"
    return (
        _("Version %(n)d, %(comment)s") % {"n": version.n, "comment": comment}
        if comment
        else _("Version %d") % version.n
    )
