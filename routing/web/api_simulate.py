"""REST about simulations: start one over past leads or beside live, follow it, stop it, read what came out."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from leads import exports
from leads.models import Export, Lead
from leads.web.rated import too_many
from reps import access
from reps.models import Group, Rep, User
from routing import wording
from routing.models import RuleSet, RuleSetVersion, Simulation
from routing.simulate import AGAINST, ROSTERS, Asked, NotSimulatedError, Result, rows, shadow, tables, words
from routing.simulate.result import SIDES
from routing.web.api_parts import Body, RulesAPI, found_or_404

_LISTED = 100
_MOVES = 500
_DAYS = 90
_FAR = 10_000  # more than may be asked for, and still a date


class SimulationAPI(RulesAPI):
    """Views about simulations of the caller's division."""

    may_write = staticmethod(access.edits_rules)

    def simulations(self, request: Request) -> "QuerySet[Simulation]":
        """All of them, newest first."""
        found = Simulation.objects.filter(division=self.division(request))
        return found.select_related("rule_set", "version", "by").order_by("-pk")

    def simulation(self, request: Request, uid: UUID) -> Simulation:
        """One of them, else 404."""
        row: Simulation = found_or_404(self.simulations(request), uid=uid)
        return row

    def told(self, request: Request, uid: UUID) -> Simulation:
        """One whose figures the caller may know: they are made of all leads, and some may be hidden from them."""
        user = request.user
        if isinstance(user, User) and Lead.objects.hidden_from(user, now=timezone.now()).exists():
            raise exceptions.PermissionDenied(
                _("Leads wait in a blind pool from which you may pull: there are no figures until they are taken.")
            )
        return self.simulation(request, uid)


class SimulationsView(SimulationAPI):
    """GET lists; POST starts one."""

    def get(self, request: Request) -> Response:
        """The newest, without what came out."""
        now = timezone.now()
        found = self.simulations(request).defer("result", "body", "options")[:_LISTED]
        return Response({"simulations": [_brief(row, now) for row in found]})

    def post(self, request: Request) -> Response:
        """202 with the row; a worker takes it up. Nothing but that row is ever written."""
        body = Body(
            request.data, "kind", "rule_set", "version", "days", "since", "until", "roster", "against", "empty", "lapse"
        )
        now, kind = timezone.now(), body.choice("kind", ("past", "shadow"), "past")
        rule_set = self._rule_set(request, body)
        version = self._version(rule_set, body)
        try:
            if kind == "shadow":
                until = _instant(body, "until") or now + timedelta(days=min(body.number("days") or 1, _FAR))
                by = self.by(request)
                row = shadow.start_shadow(rule_set=rule_set, version=version, until=until, by=by, now=now)
            else:
                row = rows.start(
                    rule_set=rule_set, version=version, asked=_asked(body, now), by=self.by(request), now=now
                )
        except NotSimulatedError as error:
            _refuse(error)
        return Response(_brief(row, now), status=202)

    def _rule_set(self, request: Request, body: Body) -> RuleSet:
        sets = RuleSet.objects.filter(division=self.division(request)).select_related("published", "division")
        uid = body.uid("rule_set")
        found = sets.filter(uid=uid).first() if uid else sets.filter(runs_on=RuleSet.RunsOn.NEW).first()
        if found is None:
            body.wrong("rule_set", _("There is no such rule set."))
        assert found is not None  # noqa: S101 - refused above
        return found

    def _version(self, rule_set: RuleSet, body: Body) -> RuleSetVersion | None:
        number = body.number("version")
        if number is None:
            return None
        found = rule_set.versions.filter(n=number).first()
        if found is None:
            body.wrong("version", _("There is no such version."))
        return found


class SimulationView(SimulationAPI):
    """GET one, with what came out; a trial tells what came out so far."""

    def get(self, request: Request, uid: UUID) -> Response:
        """Numbers, names and sentences."""
        row = self.told(request, uid)
        return Response({**_brief(row, timezone.now()), "result": _result(row)})


class CancelView(SimulationAPI):
    """POST stops it."""

    def post(self, request: Request, uid: UUID) -> Response:
        """It stops within a second; what is over already stays as it is."""
        row, now = self.simulation(request, uid), timezone.now()
        rows.cancel(row=row, now=now)
        return Response(_brief(self.simulation(request, uid), now))


class MovesView(SimulationAPI):
    """GET the leads that would move, as CSV."""

    def get(self, request: Request, uid: UUID) -> HttpResponse | StreamingHttpResponse:
        """One line a lead, with both reasons."""
        row = self.told(request, uid)
        if row.result is None:
            raise exceptions.NotFound
        result = Result.of(row.result)
        if isinstance(request.user, User):
            spent = exports.may_take(by=request.user, now=timezone.now())
            if not spent.allowed:
                raise too_many(spent.again_in)
            exports.note(what=Export.What.MOVES, rows=len(result.moves), by=request.user, now=timezone.now())
        lines = _lines(result, _names(row))
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="moves-{row.uid}.csv"'
        return answer


class _Echo:
    """Gives back what the writer writes."""

    def write(self, line: str) -> str:
        return line


def _lines(result: Result, names: wording.Names) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for line in tables.moves(result, names):
        yield writer.writerow(line)


def _asked(body: Body, now: datetime) -> Asked:
    until = _instant(body, "until") or now
    days = body.number("days")
    if days == 0:
        body.wrong("days", _("At least 1."))
    return Asked(
        _instant(body, "since") or until - timedelta(days=min(days or _DAYS, _FAR)),
        until,
        body.choice("roster", ROSTERS, "then"),
        body.choice("against", AGAINST, "live"),
        bool(body.flag("empty", default=False)),
        bool(body.flag("lapse", default=False)),
    )


def _instant(body: Body, name: str) -> datetime | None:
    text = body.text(name, 40)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1970 <= found.year <= 9000:
        body.wrong(name, _("This must be an instant with its offset, like 2026-03-31T09:30:00+02:00."))
    return found


def _refuse(error: NotSimulatedError) -> NoReturn:
    raise exceptions.ValidationError({error.field: [str(error)]}) from error


def _brief(row: Simulation, now: datetime) -> dict[str, Any]:
    status, error = rows.status_of(row, now=now)
    return {
        "id": str(row.uid),
        "kind": row.kind,
        "rule_set": str(row.rule_set.uid),
        "version": row.version.n if row.version else None,
        "status": status,
        "progress": row.progress,
        "total": row.total,
        "error": error,
        "by": row.by.name if row.by else None,
        "created_at": row.created_at,
        "ends_at": row.ends_at,
        "finished_at": row.finished_at,
    }


def _result(row: Simulation) -> dict[str, Any] | None:
    if row.result is None:
        return None
    result = Result.of(row.result)
    names = _names(row)
    groups = {pk: str(uid) for pk, uid in Group.objects.filter(division=row.division_id).values_list("pk", "uid")}
    reps = {pk: str(uid) for pk, uid in Rep.objects.filter(division=row.division_id).values_list("pk", "uid")}
    plain = (
        "since",
        "until",
        "roster",
        "against",
        "leads",
        "moving",
        "within",
        "waits",
        "outcomes",
        "days",
        "released",
    )
    return {
        "headline": words.headline(result, names),
        "assumptions": words.assumptions(result),
        **{name: getattr(result, name) for name in plain},
        "by_hand": result.by_hand,
        "left_out": result.left_out,
        "reps": [_rep(key, result, names, reps) for key in _keys(result.reps, result.load)],
        "groups": [_group(key, result, names, groups) for key in _keys(result.groups)],
        "moves": [
            {
                "lead": move["lead"],
                "at": move["at"],
                "from": _place(move["from"], names, groups, reps),
                "to": _place(move["to"], names, groups, reps),
            }
            for move in result.moves[:_MOVES]
        ],
        "seconds": result.seconds,
        "leads_a_second": result.rate,
    }


def _names(row: Simulation) -> wording.Names:
    """Rules by name too, those of the version in force included: a rule keeps its key from version to version."""
    live = RuleSetVersion.objects.filter(pk=row.options.get("live") or row.rule_set.published_id or 0).first()
    return wording.Names.load(
        row.division_id, rules=[*row.body.get("rules", []), *(live.body["rules"] if live else [])]
    )


def _keys(counts: Mapping[str, Mapping[str, Any]], *more: Mapping[str, Any]) -> list[str]:
    return sorted({key for side in (*counts.values(), *more) for key in side}, key=int)


def _rep(key: str, result: Result, names: wording.Names, uids: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": uids.get(int(key)),
        "name": names.rep(int(key)),
        **{side: result.reps.get(side, {}).get(key, 0) for side in SIDES if side in result.outcomes},
        "most_open": result.load.get(key, []),
        "cap_open": result.caps.get(key),
        "at_limit": result.at_cap.get("here", {}).get(key, 0),
    }


def _group(key: str, result: Result, names: wording.Names, uids: Mapping[int, str]) -> dict[str, Any]:
    deviation = result.deviation.get("here", {}).get(key)
    return {
        "id": uids.get(int(key)),
        "name": names.group(int(key)),
        **{side: result.groups.get(side, {}).get(key, 0) for side in SIDES if side in result.outcomes},
        "worst_deviation": None if deviation is None else deviation[0],
    }


def _place(
    place: Mapping[str, Any], names: wording.Names, groups: Mapping[int, str], reps: Mapping[int, str]
) -> dict[str, Any]:
    code, numbers = place["reason"]
    return {
        "outcome": place["outcome"],
        "group": groups.get(place["group"]),
        "rep": reps.get(place["rep"]),
        "rule": place["rule"],
        "rule_name": names.rule(place["rule"]),
        "reason": code,
        "numbers": numbers,
        "says": f"{words.place_says(place, names)}: {words.reason_says(place)}",
    }
