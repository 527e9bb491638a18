"""A draft the team is asked about: what would change, for all and for the reader, and what people say of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from leads.models import Lead
from leads.qualify.freeze import read_catalogue
from reps import access
from reps.models import User
from reps.web import reader
from routing import handbook, questions, rulesets, shared_drafts, wording
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.ruleset import RuleSetError, parse
from routing.models import RuleSet, SharedDraft, Simulation
from routing.rulesets import compare
from routing.simulate import Result, words
from routing.web.editors import editor
from routing.web.how_shared import form_of, said, too_many

_ON_A_PAGE = 30
# Of fewer leads a figure would tell of single ones.
_FEWEST = 10


@login_required
@never_cache
@require_safe
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """For the people it was shared with, and their managers; of others' there is none."""
    user, now = reader.user(request), timezone.now()
    row = _of(user, uid, now)
    said_of = row.comments.select_related("by").order_by("-at", "-pk")
    comments = Paginator(said_of, _ON_A_PAGE).get_page(request.GET.get("page"))
    edits = access.edits_rules(user)
    before = compare.Text.version(row.live) if row.live else None
    after = compare.Text(row.body, read_catalogue(row.attributes))
    context = {
        "now": now,
        "draft": row,
        "by": row.by.name if row.by else _("Somebody"),
        "groups": [group.name for group in row.groups.order_by("name")],
        "open": row.is_open(now),
        "version": _version(row),
        "changes": compare.compare(before, after, division_id=row.rule_set.division_id) if before else [],
        "ways": _ways(row, user, now),
        "words": [] if before else _read(row),
        "effect": _effect(row, user, now),
        "comments": comments,
        "page": comments,
        "token": uuid4(),
        "edits": edits,
        "moved_on": edits and row.version is None and rulesets.body_of(row.rule_set) != row.body,
        "simulation": shared_drafts.simulation_of(row) if access.is_manager(user) else None,
    }
    return render(request, "routing/shared_draft.html", context)


@login_required
@require_POST
def comment(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say what one thinks; all it was shared with read it."""
    user, now = reader.user(request), timezone.now()
    row, text = _of(user, uid, now), said(request, "text")
    if not text:
        messages.error(request, _("Write something first."))
    else:
        _say(request, user, row, text, now)
    return redirect(f"{reverse('shared-draft', args=[uid])}#comments")


def _say(request: HttpRequest, by: User, row: SharedDraft, text: str, now: datetime) -> None:
    unsaid = _("%(why)s You wrote: %(text)s")
    try:
        shared_drafts.comment(draft=row, by=by, text=text, now=now, form=form_of(request))
    except shared_drafts.OverError:
        messages.error(request, unsaid % {"why": _("It is over: nothing more is said of this draft."), "text": text})
    except questions.TooManyError as error:
        messages.error(request, unsaid % {"why": too_many(error), "text": text})
    else:
        messages.success(request, _("Your comment stands under the draft."))


@login_required
@require_POST
def take_back(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask no more; what was said stays to be read."""
    by, now = editor(request), timezone.now()
    if shared_drafts.take_back(draft=_of(by, uid, now), by=by, now=now):
        messages.success(request, _("Taken back. What was said of it can still be read here."))
    else:
        messages.info(request, _("It is over already."))
    return redirect("shared-draft", uid)


def _of(user: User, uid: UUID, now: datetime) -> SharedDraft:
    if access.rep_of(user) is None and not access.is_manager(user):
        raise PermissionDenied
    rows = shared_drafts.readable(user, now=now).select_related(
        "by", "closed_by", "rule_set", "live", "version", "simulation"
    )
    found = rows.filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def _version(row: SharedDraft) -> dict[str, Any] | None:
    """What it led to, and whether that reads as it did."""
    if row.version is None:
        return None
    url = reverse("how-shared-version", args=[row.rule_set.uid, row.version.n])
    return {"n": row.version.n, "url": url, "as_shared": row.version.body == row.body}


def _ways(row: SharedDraft, user: User, now: datetime) -> list[dict[str, Any]]:
    """Each group of the reader, its way now and then; only those whose sentences would be others."""
    if row.rule_set.runs_on != RuleSet.RunsOn.NEW:
        return []
    rules = _rules(row)
    if rules is None:
        return []
    mine = set(access.groups_of(user, now=now).values_list("pk", flat=True))
    managed = set(access.groups_managed(user).values_list("pk", flat=True))
    names = wording.Names.load(row.rule_set.division_id, rules=row.body["rules"])
    live = rulesets.rules_of(row.live) if row.live else None
    told = []
    groups = list(row.groups.filter(pk__in=mine | managed, active=True).order_by("name"))
    sides = (handbook.ways_of(groups, rules, names) for rules in (live, rules))
    for (group, before), (_group, after) in zip(*sides, strict=True):
        if before != after:
            told.append({"group": group.name, "before": _marked(before, after), "after": _marked(after, before)})
    return told


def _marked(sentences: Sequence[str], others: Sequence[str]) -> list[tuple[str, bool]]:
    """Each with whether it stands on the other side too."""
    return [(sentence, sentence in others) for sentence in sentences]


def _rules(row: SharedDraft) -> Rules | None:
    try:
        return parse(row.body, read_catalogue(row.attributes))
    except RuleSetError:  # of a time when other words were known
        return None


def _read(row: SharedDraft) -> list[str]:
    """The rules as sentences, where there were none before."""
    rules = _rules(row)
    names = wording.Names.load(row.rule_set.division_id, rules=row.body["rules"])
    return wording.rule_set_words(rules, names) if rules else []


def _effect(row: SharedDraft, user: User, now: datetime) -> dict[str, Any]:
    """What would have changed, for all in a sentence and for the reader; of nobody else by name."""
    me = access.rep_of(user)
    found = shared_drafts.simulation_of(row)
    status = found.status if found is not None else ""
    if found is None or found.result is None or status != Simulation.Status.DONE:
        waits = status in {Simulation.Status.WAITING, Simulation.Status.RUNNING}
        return {"state": "waits" if waits else "none"}
    result = Result.of(found.result)
    told: dict[str, Any] = {"state": "done", "since": _instant(result.since), "until": _instant(result.until)}
    if result.leads < _FEWEST:
        return told | {"state": "few"}
    if Lead.objects.hidden_from(user, now=now).filter(arrived_at__range=(told["since"], told["until"])).exists():
        return told | {"state": "hidden"}
    told["all"] = f"{words.of_all(result)}."
    told["against"] = result.against
    if me is not None:
        here, there = (result.reps.get(side, {}).get(str(me.pk), 0) for side in ("here", result.other))
        told["mine"] = {"here": here, "there": there}
    return told


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
