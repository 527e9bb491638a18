"""Publishing the draft: what changes, what is wrong, which examples hold; then a comment, and it decides."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from leads.models import Lead
from routing import rulesets
from routing.models import RuleSet
from routing.rulesets import compare, examples
from routing.simulate import NotSimulatedError, Result, rows, words
from routing.web import draft_lines, talk
from routing.web.editors import editor, revision_of, set_of


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask, then do it; a draft that somebody saved meanwhile is shown again first."""
    editor(request)
    row = set_of(uid)
    if request.method == "POST" and rulesets.reads_the_same(row):
        messages.error(request, _("Nothing was published: the draft reads as the version in force."))
        return redirect("rules-draft", uid)
    if request.method == "POST" and publish(request, row, revision=revision_of(request.POST)):
        return redirect("rules-set", uid)
    row, now = set_of(uid), timezone.now()
    changes = (
        compare.compare(compare.Text.version(row.published), compare.Text.draft(row), division_id=row.division_id)
        if row.published
        else []
    )
    found = rulesets.problems_of(row, now=now, leads=True)
    broken = [one for one in examples.run(row, now=now) if not one.holds]
    context = {
        "set": {"name": row.name, "uid": row.uid},
        "bar": draft_lines.bar(row),
        "talk": talk.of_draft(row, now),
        "words": rulesets.words_of(row),
        "changes": changes,
        "problems": [draft_lines.whole_problem(p) for p in found],
        "blocked": any(p.blocks for p in found),
        "broken": broken,
        "examples": row.examples.count(),
        "revision": row.revision,
        "simulation": _simulated(request, row, now),
        "typed": {name: request.POST.get(name, "") for name in ("comment", "override")},
    }
    return render(request, "routing/publish.html", context)


def _simulated(request: HttpRequest, row: RuleSet, now: datetime) -> dict[str, Any] | None:
    """What the run over the past of this very draft said, where there is one that the reader may know."""
    if Lead.objects.hidden_from(request.user, now=now).exists():
        return None
    try:
        found = rows.of_draft(row)
    except NotSimulatedError:  # it cannot be read yet; the problems above say why
        return None
    if found is None:
        return None
    done = found.status == found.Status.DONE and found.result is not None
    return {"uid": found.uid, "says": words.of_all(Result.of(found.result or {})) if done else ""}


def publish(request: HttpRequest, row: RuleSet, *, revision: int | None = None) -> bool:
    """Publish and say what happened; whether it did."""
    comment, override = (
        request.POST.get(name, "").replace("\x00", "").strip()[:500] for name in ("comment", "override")
    )
    try:
        version = rulesets.publish(
            rule_set=row,
            by=request.user,  # type: ignore[arg-type]  # signed in
            comment=comment,
            now=timezone.now(),
            override=override,
            revision=revision,
        )
    except rulesets.NotPublishedError as error:
        for problem in error.problems:
            messages.error(request, problem.text)
        return False
    except rulesets.StaleDraftError:
        messages.error(request, _("Somebody saved the draft meanwhile. Look again at what would be published."))
        return False
    messages.success(request, _("%(name)s is published as version %(n)d.") % {"name": row.name, "n": version.n})
    return True
