"""REST of what people do to many leads at once, or to routing: pause, again, assign, unassign, priority, let go."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from config.lib import typed
from leads.models import ApiKey, Lead, Stage
from reps import access
from reps.models import Group, Membership, Rep
from routing import halt, hand, wording
from routing.assign import NotYoursError
from routing.engine.ruleset import LAST_BAND
from routing.hand.leave import Leave, NotLeavingError, Where
from routing.models import Act, RoutingPause, RuleSetVersion
from routing.web.api_parts import Body, RulesAPI, chosen, found_or_404, unprocessable
from routing.web.leave import PROBLEMS, may_let_go

_WHERE = tuple(where.value for where in Where)


class PausesView(RulesAPI):
    """GET what stands still; POST pauses."""

    managers_write = True

    def get(self, request: Request) -> Response:
        """The whole division, where it does, and each group."""
        found = halt.paused(self.division(request))
        return Response(
            {
                "everything": _pause(found.everything) if found.everything else None,
                "groups": [_pause(row) for row in found.groups.values()],
            }
        )

    def post(self, request: Request) -> Response:
        """`{"group": id, "why": "..."}`; without a group the whole division. 200 where it stands still already."""
        body = Body(request.data, "group", "why")
        group, why = self.group(request, body), body.text("why", needed=True)
        division = self.division(request)
        known = halt.paused(division).of(group.pk if group else None)
        row = halt.pause(division_id=division, group=group, by=self.by(request), why=why)
        return Response(_pause(row), status=200 if known else 201)


class ResumeView(RulesAPI):
    """POST goes on."""

    managers_write = True

    def post(self, request: Request) -> Response:
        """How many leads were woken."""
        body = Body(request.data, "group", "why")
        woken = halt.resume(
            division_id=self.division(request),
            group=self.group(request, body),
            by=self.by(request),
            why=body.text("why"),
        )
        return Response({"woken": woken})


class ResumePreviewView(RulesAPI):
    """GET ?group=id: where what waits would go."""

    def get(self, request: Request) -> Response:
        """By outcome, group and rep."""
        body = Body({name: request.query_params[name] for name in request.query_params}, "group")
        group, now = self.group(request, body), timezone.now()
        found = halt.preview(division_id=self.division(request), group=group, now=now)
        groups = dict(Group.objects.filter(pk__in={w.group for w in found.went}).values_list("pk", "uid"))
        reps = dict(Rep.objects.filter(pk__in={w.rep for w in found.went}).values_list("pk", "uid"))
        return Response(
            {
                "waiting": found.waiting,
                "looked_at": found.looked_at,
                "went": [
                    {
                        "outcome": went.outcome,
                        "group": str(groups[went.group]) if went.group in groups else None,
                        "rep": str(reps[went.rep]) if went.rep in reps else None,
                        "leads": count,
                    }
                    for went, count in sorted(found.went.items(), key=lambda item: -item[1])
                ],
            }
        )


class RouteAgainPreviewView(RulesAPI):
    """POST the same body as to run it; nothing is written."""

    def post(self, request: Request) -> Response:
        """How many would go, and why the others stay."""
        found = hand.preview_again(division_id=self.division(request), wanted=_wanted(self, request))
        return Response(
            {
                "going": len(found.going),
                "stayed": found.stayed,
                "says": wording.stayed_says(found.stayed),
                "reversed": found.reversed,
                "left": found.left,
            }
        )


class RouteAgainView(RulesAPI):
    """POST sends leads nobody has contacted through the published rules again."""

    def post(self, request: Request) -> Response:
        """By `rule_set` and `version`, `rule`, `since`, in any combination, or by `leads`."""
        wanted = _wanted(self, request)
        why = Body(request.data, *_CHOICES).text("why")
        done = hand.run_again(
            division_id=self.division(request), wanted=wanted, by=self.by(request), why=why, now=timezone.now()
        )
        return Response(_moved(done))


class AssignView(RulesAPI):
    """POST gives leads to a rep, whoever had them."""

    managers_write = True

    def post(self, request: Request) -> Response:
        """`{"leads": [ids], "to": id, "why": "...", "counted": true}`; without `counted` as the groups say."""
        body = Body(request.data, "leads", "to", "why", "counted")
        rep = self.heir(request, body)
        leads = chosen(self.overseen(request), body.uids("leads"))
        counted, why = body.flag("counted", default=None), body.text("why")
        now, by = timezone.now(), self.by(request)
        try:
            done = hand.hand_over(leads=leads, rep=rep, by=by, why=why, counted=counted, now=now)
        except NotYoursError as error:
            raise exceptions.ValidationError({"to": [_("This rep does not work here any more.")]}) from error
        return Response(_moved(done))

    def heir(self, request: Request, body: Body) -> Rep:
        """Who gets them: for a manager, of the groups they manage."""
        rep = body.rep("to", self.division(request), needed=True)
        if rep is None:
            raise exceptions.NotFound
        if not isinstance(request.auth, ApiKey) and not access.oversees_all(request.user):
            mine = access.groups_managed(request.user).values("pk")
            if not Membership.objects.at(timezone.now()).filter(group__in=mine, rep=rep).exists():
                body.wrong("to", _("There is no such rep."))
        return rep


class UnassignView(RulesAPI):
    """POST takes leads from their owners and routes them again."""

    managers_write = True

    def post(self, request: Request) -> Response:
        """`bar`: not to the same rep again. `counted`: the turn stays spent."""
        body = Body(request.data, "leads", "why", "bar", "counted")
        leads = chosen(self.overseen(request), body.uids("leads"))
        done = hand.release(
            leads=leads,
            by=self.by(request),
            why=body.text("why"),
            now=timezone.now(),
            bar=bool(body.flag("bar", default=False)),
            counted=bool(body.flag("counted", default=False)),
        )
        return Response(_moved(done))


class PriorityView(RulesAPI):
    """POST sets where leads wait while nobody has them."""

    managers_write = True

    def post(self, request: Request) -> Response:
        """`{"leads": [ids], "priority": 0 to 9, "why": "..."}`; null as rules and score say."""
        body = Body(request.data, "leads", "priority", "why")
        if "priority" not in body.data:
            body.wrong("priority", _("This is needed."))
        band = body.number("priority")
        if band is not None and band > LAST_BAND:
            body.wrong("priority", _("From 0, served first, to %d, served last.") % LAST_BAND)
        leads = chosen(self.overseen(request), body.uids("leads"))
        done = hand.set_priority(leads=leads, band=band, by=self.by(request), why=body.text("why"), now=timezone.now())
        return Response(_moved(done))


class LeaveAPI(RulesAPI):
    """What both views about a leaver share."""

    managers_write = True

    def plan(self, request: Request, uid: UUID) -> Leave:
        """Read and checked; people need to manage all the rep's groups."""
        rows = Rep.objects.filter(division=self.division(request), active=True).select_related("user")
        rep: Rep = found_or_404(rows, uid=uid)
        if not isinstance(request.auth, ApiKey) and not may_let_go(request.user, rep):
            raise exceptions.PermissionDenied
        body = Body(request.data, "kind", "leads", "stages", "to", "accounts_to", "sign_off", "counted", "why")
        plan = Leave(
            rep=rep,
            kind=Act.Kind(body.choice("kind", (Act.Kind.LEAVE.value, Act.Kind.AWAY.value), Act.Kind.LEAVE.value)),
            leads=Where(body.choice("leads", _WHERE, Where.AGAIN.value)),
            stages=_stages(body.data.get("stages"), rep.division_id),
            to=body.rep("to", rep.division_id),
            accounts_to=body.rep("accounts_to", rep.division_id),
            sign_off=bool(body.flag("sign_off", default=True)),
            counted=bool(body.flag("counted", default=False)),
            why=body.text("why"),
        )
        try:
            hand.check_leave(plan, by=self.by(request))
        except NotLeavingError as error:
            raise exceptions.ValidationError({error.field: [str(PROBLEMS[error.code])]}) from error
        return plan


class LeavePreviewView(LeaveAPI):
    """POST the same body as to do it; nothing is written."""

    def post(self, request: Request, uid: UUID) -> Response:
        """What is theirs, and where it would go."""
        plan = self.plan(request, uid)
        seen = hand.preview_leave(plan, now=timezone.now())
        keys = dict(Stage.objects.filter(pk__in=[row.stage for row in seen.stages]).values_list("pk", "key"))
        return Response(
            {
                "stages": [
                    {
                        "stage": keys[row.stage],
                        "leads": row.count,
                        "contacted": row.contacted,
                        "where": row.where.value,
                    }
                    for row in seen.stages
                ],
                "leads": seen.leads,
                "claims": seen.claims,
                "offers": seen.offers,
                "accounts": seen.accounts,
                "groups": seen.memberships,
                "territories": seen.territories,
                "backup_of": seen.backs_up,
                "sole_manager_of": seen.manages,
                "named_by_rules": seen.rules,
            }
        )


class LeaveView(LeaveAPI):
    """POST does it, in one step."""

    def post(self, request: Request, uid: UUID) -> Response:
        """The counts."""
        plan = self.plan(request, uid)
        try:
            return Response(hand.leave(plan=plan, by=self.by(request)))
        except NotLeavingError as error:
            raise exceptions.ValidationError({error.field: [str(PROBLEMS[error.code])]}) from error
        except NotYoursError:
            return unprocessable("moved", _("Somebody else moved one of these leads just now. Send it again."))


_CHOICES = ("rule_set", "version", "rule", "since", "leads", "why")


def _wanted(view: RulesAPI, request: Request) -> hand.Wanted:
    body = Body(request.data, *_CHOICES)
    ids = None
    if body.data.get("leads") is not None:
        ids = tuple(lead.pk for lead in chosen(view.overseen(request), body.uids("leads", hand.MOST_AGAIN)))
    wanted = hand.Wanted(_version(view, request, body), body.text("rule", 40), _since(body), ids)
    if wanted == hand.Wanted():
        raise exceptions.ValidationError({"body": [_("Say which: version, rule, since or leads.")]})
    return wanted


def _version(view: RulesAPI, request: Request, body: Body) -> RuleSetVersion | None:
    n, uid = body.number("version"), body.uid("rule_set")
    if n is None:
        if uid is not None:
            body.wrong("version", _("Say which version of the rule set."))
        return None
    if uid is None:
        raise exceptions.ValidationError({"rule_set": [_("Say of which rule set.")]})
    rows = RuleSetVersion.objects.filter(rule_set__division=view.division(request), rule_set__uid=uid, n=n)
    found = rows.first()
    if found is None:
        body.wrong("version", _("There is no such version."))
    return found


def _since(body: Body) -> datetime | None:
    text = body.text("since", 40)
    if not text:
        return None
    found = typed.instant(text)
    if found is None:
        body.wrong("since", _("An instant with its offset, like 2026-11-22T08:00:00Z."))
    return found


def _stages(value: object, division: int) -> dict[int, Where]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise exceptions.ValidationError({"stages": [_("Send an object: stage to again or to.")]})
    known = dict(Stage.objects.filter(division=division).values_list("key", "pk"))
    wrong = {f"stages.{str(key)[:80]}": [_("There is no such stage.")] for key in value if key not in known}
    wrong |= {
        f"stages.{str(key)[:80]}": [_("Choose one of: %s.") % ", ".join(_WHERE)]
        for key, where in value.items()
        if key in known and where not in _WHERE
    }
    if wrong:
        raise exceptions.ValidationError(wrong)
    return {known[key]: Where(where) for key, where in value.items()}


def _moved(done: hand.Moved) -> dict[str, Any]:
    uids = dict(Lead.objects.filter(pk__in=done.leads).values_list("pk", "uid"))
    return {
        "moved": done.count,
        "leads": [str(uids[pk]) for pk in done.leads],
        "stayed": dict(done.stayed),
        "says": wording.stayed_says(done.stayed),
    }


def _pause(row: RoutingPause) -> dict[str, Any]:
    return {
        "id": str(row.uid),
        "group": {"id": str(row.group.uid), "name": row.group.name} if row.group else None,
        "why": row.why,
        "since": row.starts_at,
        "by": row.by.name if row.by else None,
    }
