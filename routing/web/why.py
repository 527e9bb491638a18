"""Why this rep: the receipt of a lead, as a fragment of its page and in the API."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from rest_framework.request import Request
from rest_framework.response import Response

from leads.life import State
from leads.models import ApiKey, Lead
from leads.qualify.freeze import catalogue_of
from leads.web.api import LeadAPI
from leads.web.words import STATES
from reps import access
from reps.models import Rep, User
from routing import desk_time, explain, hand, wording
from routing.engine.trace import Code
from routing.models import Assignment, DeskTime
from routing.wording.conditions import verdict_says
from routing.wording.qualification import qualification_json
from routing.wording.qualification import verdict_says as verdict_of

_PEOPLE = frozenset({Assignment.How.CLAIM, Assignment.How.MANUAL, Assignment.How.HAND_OVER})


@login_required
@never_cache
@require_safe
def fragment(request: HttpRequest, uid: str) -> HttpResponse:
    """For whoever may read the lead; else 404 as if it did not exist."""
    now = timezone.now()
    lead = get_object_or_404(Lead.objects.visible_to(request.user, now=now).select_related("group"), uid=uid)
    me = access.rep_of(request.user)
    whole = _may_see_all(lead, request.user, me)
    context = {"now": now, **told(lead, me=me, whole=whole)}
    if me is not None:
        context["unfair_url"] = f"{reverse('unfair')}?lead={lead.uid}"
    if hand.may_revive(lead) and _may_decide(lead, request.user):
        context["revive_url"] = reverse("lead-revive", args=[lead.uid])
    return render(request, "routing/_why.html", context)


@login_required
@require_POST
def revive(request: HttpRequest, uid: str) -> HttpResponse:
    """A manager lets through what qualification stopped; back to where they were."""
    now = timezone.now()
    lead = get_object_or_404(Lead.objects.visible_to(request.user, now=now), uid=uid)
    if not _may_decide(lead, request.user) or not isinstance(request.user, User):
        raise PermissionDenied
    why = request.POST.get("why", "").replace("\x00", "").strip()[:200]
    done = hand.revive(leads=[lead], by=request.user, why=why, now=now)
    if done.count:
        what = DeskTime.What.PASSED_ON
        desk_time.decide(lead=lead, by=request.user, what=what, now=now)
        messages.success(request, _("It goes through the rules."))
    else:
        messages.error(
            request,
            _("It cannot be let through any more: somebody has dealt with it, or its person has another open lead."),
        )
    return redirect("to-assign" if request.POST.get("back") == "to-assign" else reverse("lead-show", args=[lead.uid]))


def _may_decide(lead: Lead, user: User | AnonymousUser) -> bool:
    return access.is_manager(user) and Lead.objects.overseen_by(user).filter(pk=lead.pk).exists()


def _may_see_all(lead: Lead, user: User | AnonymousUser, me: Rep | None) -> bool:
    """Its owner and its managers read everybody's line; a colleague who may read the lead only their own."""
    return (me is not None and lead.owner_id == me.pk) or Lead.objects.overseen_by(user).filter(pk=lead.pk).exists()


class WhyView(LeadAPI):
    """GET the receipt of one lead."""

    def get(self, request: Request, uid: str) -> Response:
        """Rule, reason and everybody who was considered, with numbers and in words."""
        lead = self.lead(request, uid)
        receipt = explain.receipt_of(lead)
        if receipt is None:
            return Response({"id": str(lead.uid), "decided": False, "sentence": strip_tags(str(_problem(lead, None)))})
        answer = {"id": str(lead.uid), "decided": True, **_json(lead, receipt)}
        if not isinstance(request.auth, ApiKey):
            me = access.rep_of(request.user)
            if not _may_see_all(lead, request.user, me):
                own = [row.rep == (me.pk if me else None) for row in receipt.considered]
                answer["considered"] = [row for row, mine in zip(answer["considered"], own, strict=True) if mine]
        return Response(answer)


def told(lead: Lead, *, me: Rep | None, whole: bool = True) -> dict[str, Any]:
    """What the fragment asks for; a colleague who may only read the lead sees their own line of who was considered."""
    receipt = explain.receipt_of(lead)
    if receipt is None:
        return {"problem": _problem(lead, None)}
    names = wording.Names.load(lead.division_id)
    sentence = _sentence(receipt, names, me, lead)
    return {
        "sentence": sentence,
        "problem": "" if sentence and not receipt.by_hand else _problem(lead, receipt),
        "considered": [
            _person(row, receipt, names, me) for row in receipt.considered if whole or (me and row.rep == me.pk)
        ],
        "open": False,
        "tried": _tried(lead.division_id, receipt),
        "passed": _passed(receipt, names),
        "counted": _("It counted as one lead.") if receipt.counted else "",
        "checked": _checked(receipt),
        "qualification": verdict_of(receipt.judged, catalogue_of(lead.division_id)) if receipt.judged else "",
        "version": receipt.version,
        "at": receipt.at,
    }


def trial_told(receipt: explain.Receipt, division_id: int) -> dict[str, Any]:
    """The fragment of a lead that only might arrive."""
    names = wording.Names.load(division_id)
    sentence = _sentence(receipt, names, None, would=True)
    return {
        "sentence": sentence,
        "problem": "" if sentence else _outcome(receipt, division_id),
        "considered": [_person(row, receipt, names, None) for row in receipt.considered],
        "tried": _tried(division_id, receipt),
        "qualification": verdict_of(receipt.judged, catalogue_of(division_id)) if receipt.judged else "",
        "version": receipt.version,
    }


def _outcome(receipt: explain.Receipt, division_id: int) -> str:
    """Where it would stand without an owner."""
    return f"{STATES[State(receipt.outcome)]}: {_qualified(receipt, division_id)}"


def _sentence(
    receipt: explain.Receipt, names: wording.Names, me: Rep | None, lead: Lead | None = None, *, would: bool = False
) -> Any:
    # An offer that was accepted has the same cause as a lead that was given.
    offered = receipt.outcome == State.OFFERED
    accepted = offered and lead is not None and lead.owner_id == receipt.rep
    stands = (
        accepted or receipt.outcome == State.ASSIGNED or (offered and (lead is None or lead.state == State.OFFERED))
    )
    if not stands or receipt.rep is None or receipt.by_hand:
        return ""
    standing = sum(wording.could_take_it(row.code) for row in receipt.considered)
    owed = receipt.numbers.get("owed", receipt.numbers.get("most"))
    return wording.why_says(
        receipt.reason,
        owed=owed,
        standing=standing,
        rep=names.rep(receipt.rep),
        you=me is not None and me.pk == receipt.rep,
        rule=receipt.rule_name,
        offered=offered and not accepted,
        would=would,
    )


def _problem(lead: Lead, receipt: explain.Receipt | None) -> str:
    """What there is to tell where no rule chose a rep."""
    spell = receipt.by_hand if receipt else Assignment.objects.filter(lead=lead).select_related("by").last()
    if spell and spell.how == Assignment.How.CLAIM:
        return _("%s pulled it from the pool.") % spell.rep.name
    if spell and spell.how == Assignment.How.MANUAL and spell.by_id == spell.rep.user_id:
        return _("%s added it by hand and kept it.") % spell.rep.name
    if spell and spell.how in _PEOPLE:
        by = spell.by.name if spell.by else _("somebody")
        return _("%(by)s gave it to %(rep)s by hand.") % {"by": by, "rep": spell.rep.name}
    if receipt is None:
        return _("It was imported with its owner.") if lead.kind == "history" else _("Not decided yet.")
    # Its own sentence says it better, and stands right below.
    return "" if receipt.reason in _OF_QUALIFICATION else f"{wording.reason_says(receipt.reason)}."


_OF_QUALIFICATION = frozenset({Code.REJECTED_BY_QUALIFICATION, Code.LOOK_FIRST})


def _person(row: explain.Considered, receipt: explain.Receipt, names: wording.Names, me: Rep | None) -> dict[str, Any]:
    stood = wording.could_take_it(row.code)
    winner = row.rep == receipt.rep
    line = wording.considered_line(row.code, row.numbers)
    if stood:
        load = _("%(load)s of %(cap)s open leads") % {"load": row.load, "cap": row.cap} if row.cap else ""
        got = _("got it") if winner else line
        line = ", ".join(filter(None, (got, load, _("weight %d") % row.weight if row.weight != 1 else "")))
    return {
        "name": names.rep(row.rep),
        "you": me is not None and me.pk == row.rep,
        "line": line[:1].upper() + line[1:],
        "value": f"{row.owed:+.2f}" if stood else _("not asked"),
        "changes": wording.changes_say(row.changes, wins=row.wins),
        "out": not stood,
    }


def _tried(division_id: int, receipt: explain.Receipt) -> list[dict[str, Any]]:
    fields = dict(catalogue_of(division_id).fields)
    return [
        {"number": rule.number, "name": rule.name, "fits": rule.holds, "text": verdict_says(rule.verdict, fields)}
        for rule in receipt.tried
    ]


def _passed(receipt: explain.Receipt, names: wording.Names) -> list[str]:
    """Where it was tried before and nobody could take it."""
    said = []
    for one in receipt.passed:
        why = wording.reason_says(one.code)
        said.append(f"{names.group(one.group)}: {why[:1].lower()}{why[1:]}." if one.group else f"{why}.")
    return said


def _checked(receipt: explain.Receipt) -> str:
    """Whether the decision, made again, comes out the same."""
    if receipt.same is None:
        return _("It cannot be decided again: an older version of Fairlead decided it, or its data was erased.")
    if receipt.same:
        return _("Decided again just now from what was kept: the same.")
    return _("Decided again just now from what was kept, it comes out otherwise. Please report this.")


def _json(lead: Lead, receipt: explain.Receipt) -> dict[str, Any]:
    names = wording.Names.load(lead.division_id)
    sentence = _sentence(receipt, names, None, lead) or _problem(lead, receipt) or _qualified(receipt, lead.division_id)
    return {"sentence": strip_tags(str(sentence)), **receipt_json(receipt, names, lead.division_id)}


def trial_json(receipt: explain.Receipt, division_id: int) -> dict[str, Any]:
    """The same of a lead that only might arrive."""
    names = wording.Names.load(division_id)
    sentence = _sentence(receipt, names, None, would=True) or _qualified(receipt, division_id)
    return {"sentence": strip_tags(str(sentence)), **receipt_json(receipt, names, division_id)}


def _qualified(receipt: explain.Receipt, division_id: int) -> Any:
    said = verdict_of(receipt.judged, catalogue_of(division_id)) if receipt.reason in _OF_QUALIFICATION else ""
    return said or f"{wording.reason_says(receipt.reason)}."


def receipt_json(receipt: explain.Receipt, names: wording.Names, division_id: int) -> dict[str, Any]:
    """A receipt as the API tells it."""
    return {
        "at": receipt.at,
        "version": receipt.version,
        "outcome": receipt.outcome,
        "rule": receipt.rule_name,
        "reason": receipt.reason,
        "group": names.group(receipt.group) if receipt.group else None,
        "rep": names.rep(receipt.rep) if receipt.rep else None,
        "considered": [
            {
                "rep": names.rep(row.rep),
                "reason": row.code,
                "says": wording.considered_line(row.code, row.numbers),
                "load": row.load,
                "cap": row.cap,
                "weight": row.weight,
                "owed": round(row.owed, 4),
                "what_if": [{"reason": one.code.value, **dict(one.numbers)} for one in row.changes],
                "would_win": row.wins,
                "what_if_says": wording.changes_say(row.changes, wins=row.wins),
            }
            for row in receipt.considered
        ],
        "passed": _passed(receipt, names),
        "engine": receipt.engine,
        "decided_again_the_same": receipt.same,
        "rules_tried": _tried(division_id, receipt),
        "qualification": qualification_json(receipt.judged),
    }
