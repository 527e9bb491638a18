"""REST: what if this lead arrived now; the whole receipt, and nothing is written."""

from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from leads.models import ApiKey
from leads.qualify.freeze import catalogue_of
from leads.reading import ArrivalSerializer, arrival_of
from routing import rulesets, wording
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.ruleset import RuleSetError, parse
from routing.models import RuleSet
from routing.trial import try_lead
from routing.web.api_parts import Body
from routing.web.api_rules import RuleSetAPI
from routing.web.why import trial_json


class TryView(RuleSetAPI):
    """POST a lead as to /leads; it is decided by the version in force, or by the draft."""

    managers_write = True
    scopes: ClassVar = {**RuleSetAPI.scopes, "POST": ApiKey.Scope.RULES_READ}

    def post(self, request: Request, uid: UUID) -> Response:
        """`{"lead": {...}, "draft": true}`; 400 names what is wrong with the lead or the draft."""
        row, now = self.rule_set(request, uid), timezone.now()
        body = Body(request.data, "lead", "draft")
        rules, version = _rules(row, draft=bool(body.flag("draft", default=False)))
        sent = body.data.get("lead")
        serializer = ArrivalSerializer(data=sent, context={"catalogue": catalogue_of(row.division_id)})
        if not serializer.is_valid():
            raise exceptions.ValidationError({"lead": serializer.errors})
        arrival = arrival_of(serializer.validated_data, raw={})
        tried = try_lead(division=row.division, arrival=arrival, rules=rules, now=now, version=version)
        return Response({**trial_json(tried.receipt, row.division_id), "not_asked": list(tried.not_asked)})


def _rules(row: RuleSet, *, draft: bool) -> tuple[Rules, int | None]:
    if not draft:
        if row.published is None:
            raise exceptions.ValidationError({"draft": [_("Nothing is published yet: try the draft.")]})
        return rulesets.rules_of(row.published), row.published.n
    body = rulesets.body_of(row)
    try:
        return parse(body, catalogue_of(row.division_id)), None
    except RuleSetError as error:
        names = wording.Names.load(row.division_id, rules=body["rules"])
        raise exceptions.ValidationError(
            {"draft": [wording.reading_problem(p, names) for p in error.problems]}
        ) from error
